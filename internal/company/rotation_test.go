package company_test

import (
	"strings"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/company"
	"github.com/winback-auto/winback/internal/partner"
	"github.com/winback-auto/winback/internal/platform/errs"
)

func TestARotatedAddressIsLetInForAnotherDay(t *testing.T) {
	w, _, id := connected(t)
	old := w.token(t)
	w.admin(t, 200, "POST", "/v1/connections/"+id+"/rotate-webhook", "")
	fresh := w.token(t)
	if fresh == old {
		t.Fatal("the address is the old one")
	}
	w.now = w.now.Add(24*time.Hour - time.Second)
	if !w.letsIn(t, old) || !w.letsIn(t, fresh) {
		t.Error("within a day both are let in")
	}
	w.now = w.now.Add(2 * time.Second)
	if w.letsIn(t, old) || !w.letsIn(t, fresh) {
		t.Error("after a day only the new one is let in")
	}
}

func TestARotationThatFailsKeepsTheOldAddress(t *testing.T) {
	w, _, id := connected(t)
	old := w.token(t)
	for status, err := range map[int]error{
		503: errs.E(errs.Unavailable, "AutoGrab is not available"),
		409: errs.E(errs.Forbidden, "AutoGrab does not accept the API key"),
	} {
		w.partner.answer = func(string) error { return err }
		w.admin(t, status, "POST", "/v1/connections/"+id+"/rotate-webhook", "")
		if a := w.admin(t, 200, "GET", "/v1/connections/"+id, ""); !strings.Contains(a.body, `"state":"active"`) || !strings.Contains(a.body, "AutoGrab") {
			t.Errorf("after %v: %s", err, a.body)
		}
	}
	w.now = w.now.Add(48 * time.Hour)
	if !w.letsIn(t, old) {
		t.Error("the old address stays")
	}
}

func TestManyFailedRotationsStayBounded(t *testing.T) {
	w, _, id := connected(t)
	old := w.token(t)
	w.partner.lost = func(string) error { return errs.E(errs.Unavailable, "lost: %w", partner.ErrAmbiguous) }
	for range 30 {
		w.admin(t, 503, "POST", "/v1/connections/"+id+"/rotate-webhook", "")
	}
	registration, err := company.LoadRegistration(t.Context(), w.Deps, harbour, company.ConnectionID(id))
	if err != nil || len(registration.Hooks) > 8 {
		t.Errorf("%d hooks, %v", len(registration.Hooks), err)
	}
	if !w.letsIn(t, old) {
		t.Error("the address that counts gives way to none that failed")
	}
	open := 0
	for _, token := range w.partner.tokens() {
		if w.letsIn(t, token) {
			open++
		}
	}
	if open != len(registration.Hooks) {
		t.Errorf("%d addresses are let in, %d are recorded", open, len(registration.Hooks))
	}
}
