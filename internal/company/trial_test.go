package company_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/winback-auto/winback/internal/company"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/web"
)

func (w *world) push(t *testing.T) func(url string) {
	return func(url string) {
		c, connection, err := company.ByHook(t.Context(), w.Deps, url[strings.LastIndexByte(url, '/')+1:])
		if err == nil {
			w.now = w.now.Add(time.Second)
			err = company.Pinged(t.Context(), w.Deps, c, connection)
		}
		if err != nil {
			t.Error(err)
		}
	}
}

func TestATestTellsWhichWayIsBroken(t *testing.T) {
	for _, c := range []struct {
		name string
		set  func(*testing.T, *world)
		want []string
	}{
		{
			"both ways open", func(t *testing.T, w *world) { w.partner.pinged = w.push(t) },
			[]string{`"reached":true,"pushArrived":true`, `"lastPingAt":"2026-11-22T12:00:01Z"`},
		},
		{
			"no push", func(*testing.T, *world) {},
			[]string{`"reached":true,"pushArrived":false`, "has not arrived yet"},
		},
		{"no answer", func(_ *testing.T, w *world) {
			w.partner.answer = func(string) error { return errs.E(errs.Unavailable, "AutoGrab is not available") }
		}, []string{`"reached":false,"pushArrived":false`, "AutoGrab is not available"}},
		{"key refused", func(_ *testing.T, w *world) {
			w.partner.answer = func(string) error { return errs.E(errs.Forbidden, "AutoGrab does not accept the API key") }
		}, []string{`"reached":false`, "does not accept"}},
		{"registration lost by the partner", func(t *testing.T, w *world) {
			clear(w.partner.hooks)
			w.partner.pinged = w.push(t)
		}, []string{`"reached":true,"pushArrived":true`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w, _, id := connected(t)
				c.set(t, w)
				a := w.admin(t, 200, "POST", "/v1/connections/"+id+"/test", "")
				for _, want := range c.want {
					if !strings.Contains(a.body, want) {
						t.Errorf("%s lacks %s", a.body, want)
					}
				}
			})
		})
	}
}

func TestATrialWaitsAMomentForASlowPush(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, _, id := connected(t)
		w.partner.pinged = func(string) {
			time.AfterFunc(time.Second, func() {
				if err := company.Pinged(context.Background(), w.Deps, harbour, company.ConnectionID(id)); err != nil {
					t.Error(err)
				}
			})
		}
		trial, err := company.Try(t.Context(), w.Deps, w.partner.dial, harbour, company.ConnectionID(id))
		if err != nil || !trial.PushArrived {
			t.Errorf("%+v, %v", trial, err)
		}
		if _, err := company.Rotate(t.Context(), w.Deps, w.partner.dial, nordlicht, company.ConnectionID(id)); !errs.Is(err, errs.NotFound) {
			t.Errorf("another company: %v", err)
		}
		if err := company.Disconnect(t.Context(), w.Deps, w.partner.dial, harbour, web.Precondition{}, company.ConnectionID(id)); err != nil {
			t.Error(err)
		}
	})
}
