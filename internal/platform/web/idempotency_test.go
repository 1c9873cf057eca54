package web_test

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/event"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/platform/web"
	"github.com/winback-auto/winback/internal/testkit/memtable"
)

// shop is an API that makes orders, with two users of one company and one of another; order runs inside the handler.
type shop struct {
	http.Handler
	now   time.Time
	made  map[string]int // effects by id
	order func(ctx context.Context, id string) error
}

func (*shop) Caller(_ context.Context, subject string) (access.Caller, error) {
	company := ident.Trusted(strings.TrimRight(subject, "0123456789"))
	return access.NewCaller(company, access.UserID(subject), "", access.Grant{Role: access.ManageLeads}), nil
}

type orderInput struct {
	Lane string `path:"lane"`
	Body struct {
		Item string `json:"item" minLength:"1"`
	}
}

type order struct {
	Location string `header:"Location"`
	Body     struct {
		ID string `json:"id"`
	}
}

func newShop(t *testing.T, wrap func(table.Driver) table.Driver) *shop {
	t.Helper()
	s := &shop{now: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC), made: map[string]int{}}
	var mu sync.Mutex
	next := 0
	newID := func() string {
		mu.Lock()
		defer mu.Unlock()
		next++
		return "new" + strconv.Itoa(next)
	}
	clock := func() time.Time { return s.now }
	driver := table.Driver(memtable.Driver(t, clock))
	if wrap != nil {
		driver = wrap(driver)
	}
	api, handler := web.New(web.Config{Callers: s, Table: table.New(driver, clock, newID)})
	s.Handler = handler
	web.Post(api, "/v1/{lane}/orders", web.Can(access.LeadWrite), web.Route{ID: "makeOrder", Status: 201, Idempotent: true},
		func(ctx context.Context, in *orderInput) (*order, error) {
			id := cmp.Or(web.IdempotencyKey(ctx), newID())
			if s.order != nil {
				if err := s.order(ctx, id); err != nil {
					return nil, err
				}
			}
			s.made[id] = 1 // a conditional write on the id: made again, it is the same order
			out := &order{Location: "/v1/orders/" + id}
			out.Body.ID = id
			return out, nil
		})
	return s
}

func (s *shop) post(subject, lane, key, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("POST", "/v1/"+lane+"/orders", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	if key != "" {
		r.Header.Set("Idempotency-Key", key)
	}
	claims := map[string]string{"sub": subject, "scope": web.Scope, "token_use": "access"}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r.WithContext(event.WithCall(r.Context(), event.Call{Claims: claims})))
	return w
}

const item = `{"item":"x"}`

func TestARepetitionHasTheFirstAnswer(t *testing.T) {
	s := newShop(t, nil)
	first, again := s.post("a1", "x", "k", item), s.post("a1", "x", "k", item)
	if first.Code != 201 || again.Code != 201 || first.Body.String() != again.Body.String() {
		t.Errorf("%d %s, then %d %s", first.Code, first.Body, again.Code, again.Body)
	}
	if again.Header().Get("Location") != first.Header().Get("Location") || again.Header().Get("Content-Type") != "application/json" {
		t.Errorf("header %v, then %v", first.Header(), again.Header())
	}
	if first.Header().Get("Idempotency-Replayed") != "" || again.Header().Get("Idempotency-Replayed") != "true" {
		t.Error("only the repetition is marked")
	}
	if len(s.made) != 1 {
		t.Errorf("made %v", s.made)
	}
	s.now = s.now.Add(24 * time.Hour)
	if w := s.post("a1", "x", "k", `{"item":"another"}`); w.Code != 201 || w.Header().Get("Idempotency-Replayed") != "" {
		t.Errorf("after a day: %d %s", w.Code, w.Body)
	}
}

func TestAKeyBelongsToItsUserAndItsRequest(t *testing.T) {
	s := newShop(t, nil)
	s.post("a1", "x", "k", item)
	for _, test := range []struct {
		name, subject, lane, key, body string
		status                         int
	}{
		{"another user", "a2", "x", "k", `{"item":"y"}`, 201},
		{"another company", "b1", "x", "k", `{"item":"y"}`, 201},
		{"another key", "a1", "x", "K", `{"item":"y"}`, 201},
		{"no key", "a1", "x", "", item, 201},
		{"another body", "a1", "x", "k", `{"item":"y"}`, 422},
		{"another address", "a1", "y", "k", item, 422},
		{"a long key", "a1", "x", strings.Repeat("k", 201), item, 422},
	} {
		if w := s.post(test.subject, test.lane, test.key, test.body); w.Code != test.status || w.Header().Get("Idempotency-Replayed") != "" {
			t.Errorf("%s: %d %s", test.name, w.Code, w.Body)
		}
	}
	if len(s.made) != 5 {
		t.Errorf("%d orders, want 5", len(s.made))
	}
}

func TestTheSameRequestAtTheSameTimeIsAConflict(t *testing.T) {
	s := newShop(t, nil)
	var meanwhile *httptest.ResponseRecorder
	s.order = func(context.Context, string) error {
		s.order = nil
		meanwhile = s.post("a1", "x", "k", item)
		return nil
	}
	if w := s.post("a1", "x", "k", item); w.Code != 201 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if meanwhile.Code != 409 || len(s.made) != 1 {
		t.Errorf("meanwhile %d %s, made %v", meanwhile.Code, meanwhile.Body, s.made)
	}
}

func TestARefusedRequestMayBeRepeatedInEarnest(t *testing.T) {
	s := newShop(t, nil)
	s.order = func(context.Context, string) error { return errors.New("no luck") }
	if w := s.post("a1", "x", "k", item); w.Code != 500 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	s.order = nil
	if w := s.post("a1", "x", "k", item); w.Code != 201 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

// cut is a driver that fails some writes, applied or not.
type cut struct {
	table.Driver
	write func(ops []table.Op) (apply bool, err error)
}

func (c *cut) Write(ctx context.Context, ops []table.Op) error {
	apply, err := c.write(ops)
	if err == nil || apply {
		if e := c.Driver.Write(ctx, ops); e != nil {
			return e
		}
	}
	return err
}

func TestADeathBetweenEffectAndAnswerHasNoSecondEffect(t *testing.T) {
	// The writes of an attempt are its claim and its answer; the second one is lost, as if the process had died before it.
	writes := 0
	s := newShop(t, func(d table.Driver) table.Driver {
		return &cut{d, func([]table.Op) (bool, error) {
			writes++
			if writes == 2 {
				return false, errors.New("the process died")
			}
			return true, nil
		}}
	})
	first := s.post("a1", "x", "k", item)
	if w := s.post("a1", "x", "k", item); w.Code != 409 {
		t.Errorf("while the first may still be at work: %d %s", w.Code, w.Body)
	}
	s.now = s.now.Add(31 * time.Second)
	again := s.post("a1", "x", "k", item)
	if again.Code != 201 || again.Body.String() != first.Body.String() {
		t.Errorf("%d %s, first %s", again.Code, again.Body, first.Body)
	}
	if len(s.made) != 1 {
		t.Errorf("made %v", s.made)
	}
	if w := s.post("a1", "x", "k", item); w.Header().Get("Idempotency-Replayed") != "true" {
		t.Errorf("after that it is settled: %d %s", w.Code, w.Body)
	}
}

func TestARepetitionDoesNotNeedTheFirstToHaveLetGoInTime(t *testing.T) {
	s := newShop(t, func(d table.Driver) table.Driver {
		return &cut{d, func(ops []table.Op) (bool, error) {
			if ops[0].Action == table.Delete {
				return true, errors.New("the answer to the release is lost")
			}
			return true, nil
		}}
	})
	s.order = func(context.Context, string) error { return errors.New("no luck") }
	s.post("a1", "x", "k", item)
	s.order = nil
	if w := s.post("a1", "x", "k", item); w.Code != 201 || len(s.made) != 1 {
		t.Errorf("%d %s, made %v", w.Code, w.Body, s.made)
	}
}
