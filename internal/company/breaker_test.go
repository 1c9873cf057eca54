package company_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/winback-auto/winback/internal/company"
	"github.com/winback-auto/winback/internal/partner"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/metric"
	"github.com/winback-auto/winback/internal/platform/metric/metrictest"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/platform/web"
)

// failing is a partner whose every call ends as the test says; it counts the calls that reach it.
type failing struct {
	partner.Watcher
	calls int
	end   func() error
}

func (f *failing) Vehicle(context.Context, string) (partner.Watched, error) {
	f.calls++
	return partner.Watched{}, f.end()
}

// lines is a connection whose everyday calls a test makes.
type lines struct {
	*world
	yard       string
	id         company.ConnectionID
	partner    *failing
	invocation context.Context // that calls belong to
}

func newLines(t *testing.T) *lines {
	w, yard, id := connected(t)
	return &lines{w, yard, company.ConnectionID(id), &failing{end: func() error { return nil }}, t.Context()}
}

// reach is a worker's line to the partner.
func (l *lines) reach(t *testing.T) *company.Line {
	t.Helper()
	line, err := company.Reach(t.Context(), l.Deps, func(partner.Account) partner.Watcher { return l.partner }, harbour, l.id)
	if err != nil {
		t.Fatal(err)
	}
	return line
}

// call makes a call over a line that ends with an error, and says whether it reached the partner.
func (l *lines) call(t *testing.T, line *company.Line, end error) (reached bool, err error) {
	t.Helper()
	before := l.partner.calls
	l.partner.end = func() error { return end }
	_, err = line.Vehicle(l.invocation, "ref")
	return l.partner.calls > before, err
}

// health looks at what an administrator sees.
func (l *lines) health(t *testing.T, want ...string) {
	t.Helper()
	shown := l.admin(t, 200, "GET", "/v1/connections", "").body
	for _, part := range want {
		if !strings.Contains(shown, part) {
			t.Errorf("%s lacks %s", shown, part)
		}
	}
}

func down() error { return errs.E(errs.Unavailable, "AutoGrab is not available: no answer in time") }

func refusal() error { return errs.E(errs.Forbidden, "AutoGrab does not accept the API key") }

// T036: ten failures in a row, and the partner is left alone; each worker knows of what the others met.
func TestAPartnerThatFailsTenTimesInARowIsLeftAlone(t *testing.T) {
	for name, cause := range map[string]error{"slow": down(), "429": errs.E(errs.TooMany, "AutoGrab asks us to slow down")} {
		t.Run(name, func(t *testing.T) {
			l := newLines(t)
			l.invocation = metric.Collect(t.Context(), "", "recapture-submit")
			for i := range 10 {
				if reached, err := l.call(t, l.reach(t), cause); !reached || !errors.Is(err, cause) {
					t.Fatalf("call %d: reached %v, %v", i, reached, err)
				}
			}
			l.health(t, `"health":{"state":"slow","since":"2026-11-22T12:00:00Z","nextTry":"2026-11-22T12:00:30Z","problem":"`)
			reached, err := l.call(t, l.reach(t), nil)
			if reached || !errs.Is(err, errs.Unavailable) || errs.RetryAfter(err) != 30*time.Second {
				t.Errorf("reached %v, %v, again in %v", reached, err, errs.RetryAfter(err))
			}
			for _, seconds := range []int{30, 60, 120, 240, 480, 900, 900} {
				pause := time.Duration(seconds) * time.Second
				l.now = l.now.Add(pause - 1)
				if reached, _ := l.call(t, l.reach(t), cause); reached {
					t.Errorf("called before %v were over", pause)
				}
				l.now = l.now.Add(1)
				if reached, _ := l.call(t, l.reach(t), cause); !reached {
					t.Errorf("not called after %v", pause)
				}
			}
			l.now = l.now.Add(15 * time.Minute)
			if reached, err := l.call(t, l.reach(t), nil); !reached || err != nil {
				t.Errorf("reached %v, %v", reached, err)
			}
			if counted, err := metrictest.Counted(l.invocation); err != nil || counted["BreakersOpened"] != 8 {
				t.Errorf("counted %v, %v, want once and with each of seven probes", counted, err)
			}
			l.health(t, `"health":{"state":"ok"}`)
			if reached, err := l.call(t, l.reach(t), cause); !reached || !errors.Is(err, cause) {
				t.Errorf("one failure after it had recovered: %v, %v", reached, err)
			}
			l.health(t, `"health":{"state":"ok"}`)
		})
	}
}

func TestThePartnersOwnWaitCountsWhereItIsLonger(t *testing.T) {
	for wait, want := range map[time.Duration]time.Duration{0: 30 * time.Second, time.Second: 30 * time.Second, 10 * time.Minute: 10 * time.Minute, 300 * time.Hour: 15 * time.Minute} {
		l := newLines(t)
		for range 10 {
			l.call(t, l.reach(t), errs.Later(errs.TooMany, wait, "slow down"))
		}
		if got := errs.RetryAfter(l.reach(t).Held()); got != want {
			t.Errorf("asked for %v, waits %v, want %v", wait, got, want)
		}
	}
}

// A no is an answer: the partner is there.
func TestOnlyFailuresCount(t *testing.T) {
	for name, answer := range map[string]error{
		"nothing": nil, "404": errs.E(errs.NotFound, "AutoGrab does not know it"), "422": errs.E(errs.Invalid, "AutoGrab refuses the request"),
	} {
		l := newLines(t)
		for i := range 50 {
			end := down()
			if i%10 == 9 {
				end = answer
			}
			if reached, err := l.call(t, l.reach(t), end); !reached || !errors.Is(err, end) {
				t.Fatalf("%s: call %d: reached %v, %v", name, i, reached, err)
			}
		}
	}
	l := newLines(t)
	for i := range 30 {
		if reached, _ := l.call(t, l.reach(t), errs.E(errs.Unavailable, "given up: %w", context.Canceled)); !reached {
			t.Fatalf("call %d that we gave up ourselves counts", i)
		}
	}
}

func TestAHealthyPartnerCostsNoWriteAndHalfARead(t *testing.T) {
	l := newLines(t)
	var meter, plain table.Meter
	ctx := table.WithMeter(t.Context(), &meter)
	line, err := company.Reach(ctx, l.Deps, func(partner.Account) partner.Watcher { return l.partner }, harbour, l.id)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := line.Vehicle(ctx, "ref"); err != nil {
		t.Fatal(err)
	}
	ctx = table.WithMeter(t.Context(), &plain)
	connection, err := company.LoadConnection(ctx, l.Deps, harbour, l.id)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := company.Watcher(ctx, l.Deps, l.world.partner.dial, harbour, connection.Value); err != nil {
		t.Fatal(err)
	}
	if used := meter.Usage().Sub(plain.Usage()); used.WriteUnits != 0 || used.ReadUnits != 0.5 || used.Calls != 0 {
		t.Errorf("the breaker costs %+v", used)
	}
}

// T039: a refused key is no reason to ask again and again; whoever mends it need not wait.
func TestARefusedKeyIsLeftAloneUntilItIsMended(t *testing.T) {
	refused := func(t *testing.T) *lines {
		l := newLines(t)
		if reached, err := l.call(t, l.reach(t), refusal()); !reached || !errs.Is(err, errs.Forbidden) {
			t.Fatalf("reached %v, %v", reached, err)
		}
		reached, err := l.call(t, l.reach(t), nil)
		if reached || !errs.Is(err, errs.Unavailable) || !strings.Contains(err.Error(), "does not accept the API key") {
			t.Fatalf("reached %v, %v", reached, err)
		}
		l.health(t, `"health":{"state":"refused"`, `"problem":"AutoGrab does not accept the API key"`)
		return l
	}
	t.Run("at most an hour", func(t *testing.T) {
		l := refused(t)
		calls := l.partner.calls
		for end := l.now.Add(24 * time.Hour); l.now.Before(end); l.now = l.now.Add(time.Minute) {
			l.call(t, l.reach(t), refusal())
		}
		if n := l.partner.calls - calls; n < 24 || n > 28 {
			t.Errorf("%d calls in a day", n)
		}
	})
	t.Run("a new key", func(t *testing.T) {
		l := refused(t)
		late := l.reach(t)
		l.admin(t, 200, "PUT", "/v1/connections/"+string(l.id), `{"name":"AutoGrab - Harbour","yards":["`+l.yard+`"],"key":"good-9876543210"}`)
		l.health(t, `"health":{"state":"ok"}`)
		l.now = l.now.Add(time.Hour)
		l.call(t, late, refusal()) // one that was under way with the old key
		l.health(t, `"health":{"state":"ok"}`)
		if reached, err := l.call(t, l.reach(t), nil); !reached || err != nil {
			t.Errorf("reached %v, %v", reached, err)
		}
	})
	t.Run("a test", func(t *testing.T) {
		l := refused(t)
		l.world.partner.pinged = l.push(t)
		if a := l.admin(t, 200, "POST", "/v1/connections/"+string(l.id)+"/test", ""); !strings.Contains(a.body, `"reached":true`) {
			t.Fatal(a.body)
		}
		l.health(t, `"health":{"state":"ok"}`)
		if reached, err := l.call(t, l.reach(t), nil); !reached || err != nil {
			t.Errorf("reached %v, %v", reached, err)
		}
	})
	t.Run("a test that fails", func(t *testing.T) {
		l := refused(t)
		l.world.partner.answer = func(string) error { return refusal() }
		l.admin(t, 200, "POST", "/v1/connections/"+string(l.id)+"/test", "")
		l.health(t, `"health":{"state":"refused"`)
	})
	t.Run("another connection", func(t *testing.T) {
		l := refused(t)
		if err := company.Disconnect(t.Context(), l.Deps, l.world.partner.dial, harbour, web.Precondition{}, l.id); err != nil {
			t.Fatal(err)
		}
		added, err := company.Connect(t.Context(), l.Deps, l.world.partner.dial, harbour, company.Connection{ID: l.id, Name: "Anew", API: company.AutoGrab, Yards: []string{l.yard}}, "good-9876543210")
		if err != nil {
			t.Fatal(err)
		}
		l.id = added.Value.ID
		if err := l.reach(t).Held(); err != nil {
			t.Error(err)
		}
	})
}

// The state of the partner is no setting: nobody's entity tag moves with it.
func TestAFailingPartnerDoesNotChangeTheConnection(t *testing.T) {
	l := newLines(t)
	before := l.admin(t, 200, "GET", "/v1/connections/"+string(l.id), "").header.Get("ETag")
	for range 12 {
		l.call(t, l.reach(t), down())
	}
	if after := l.admin(t, 200, "GET", "/v1/connections/"+string(l.id), "").header.Get("ETag"); after != before || before == "" {
		t.Errorf("entity tag %s, was %s", after, before)
	}
}

func TestOneProbeIsOutAtATime(t *testing.T) {
	l := newLines(t)
	for range 10 {
		l.call(t, l.reach(t), down())
	}
	l.now = l.now.Add(30 * time.Second)
	first, second, third := l.reach(t), l.reach(t), l.reach(t)
	l.partner.end = func() error {
		before := l.partner.calls
		for _, other := range []*company.Line{second, l.reach(t)} {
			if _, err := other.Vehicle(t.Context(), "ref"); !errs.Is(err, errs.Unavailable) || errs.RetryAfter(err) == 0 {
				t.Errorf("beside the probe: %v", err)
			}
		}
		if l.partner.calls != before {
			t.Error("a second probe is out")
		}
		return nil
	}
	if _, err := first.Vehicle(t.Context(), "ref"); err != nil {
		t.Error(err)
	}
	if reached, err := l.call(t, third, nil); !reached || err != nil {
		t.Errorf("who had not heard of the end: %v, %v", reached, err)
	}
}

func TestAProbeThatDiesLetsGo(t *testing.T) {
	l := newLines(t)
	for range 10 {
		l.call(t, l.reach(t), down())
	}
	l.now = l.now.Add(30 * time.Second)
	l.partner.end = func() error { panic("the process dies") }
	func() {
		defer func() { _ = recover() }()
		_, _ = l.reach(t).Vehicle(t.Context(), "ref")
	}()
	if reached, err := l.call(t, l.reach(t), nil); reached || errs.RetryAfter(err) != 45*time.Second {
		t.Errorf("reached %v, %v", reached, err)
	}
	l.now = l.now.Add(45 * time.Second)
	if reached, err := l.call(t, l.reach(t), nil); !reached || err != nil {
		t.Errorf("reached %v, %v", reached, err)
	}
	l.health(t, `"health":{"state":"ok"}`)
}

// Whatever workers meet, in whatever order, with lines of any age: nobody calls a partner that is left alone, at most one
// probe is out, at most ten failures in a row come through, and once the partner answers everything goes on.
func TestTheBreakerHoldsWhateverHappens(t *testing.T) {
	ends := map[string]error{
		"ok": nil, "down": down(), "slow": errs.Later(errs.TooMany, 2*time.Minute, "slow down"), "refused": refusal(),
		"unknown": errs.E(errs.NotFound, "no"), "given up": errs.E(errs.Unavailable, "%w", context.Canceled),
	}
	l := newLines(t)
	rapid.Check(t, func(r *rapid.T) {
		if err := l.Table.Write(t.Context(), table.Removal(table.In(harbour, "breaker").At(string(l.id)))); err != nil {
			r.Fatal(err)
		}
		workers := []*company.Line{l.reach(t)}
		inARow := 0
		for range rapid.IntRange(1, 60).Draw(r, "steps") {
			switch rapid.SampledFrom([]string{"call", "call", "call", "fresh", "wait", "die"}).Draw(r, "step") {
			case "fresh":
				workers = append(workers, l.reach(t))
			case "wait":
				l.now = l.now.Add(time.Duration(rapid.IntRange(1, 2000).Draw(r, "seconds")) * time.Second)
			case "die":
				l.partner.end = func() error { panic("dies") }
				func() {
					defer func() { _ = recover() }()
					_, _ = l.reach(t).Vehicle(t.Context(), "ref")
				}()
			default:
				name := rapid.SampledFrom([]string{"ok", "down", "down", "down", "slow", "refused", "unknown", "given up"}).Draw(r, "end")
				fresh := l.reach(t)
				held := fresh.Held()
				worker := rapid.SampledFrom(append(workers, fresh)).Draw(r, "worker")
				reached, err := l.call(t, worker, ends[name])
				if reached && worker == fresh && held != nil {
					r.Fatalf("a held call has reached the partner: %v", held)
				}
				if !reached && (!errs.Is(err, errs.Unavailable) || errs.RetryAfter(err) <= 0 || errs.RetryAfter(err) > time.Hour) {
					r.Fatalf("held back with %v, for %v", err, errs.RetryAfter(err))
				}
				switch {
				case reached && (name == "ok" || name == "unknown"):
					inARow = 0
				case reached && name != "given up":
					inARow++
				}
				if inARow >= 10 && l.reach(t).Held() == nil {
					if again, _ := l.call(t, l.reach(t), down()); again && l.reach(t).Held() == nil {
						r.Fatal(fmt.Sprint(inARow, " failures in a row and calls still come through"))
					}
				}
			}
		}
		l.now = l.now.Add(time.Hour)
		if reached, err := l.call(t, l.reach(t), nil); !reached || err != nil {
			r.Fatalf("after an hour: reached %v, %v", reached, err)
		}
		for range 9 {
			if reached, err := l.call(t, l.reach(t), down()); !reached || !errs.Is(err, errs.Unavailable) {
				r.Fatalf("after it has recovered: reached %v, %v", reached, err)
			}
		}
	})
}

// A call that the port gets later on is held back, too.
func TestEveryCallOfThePortIsHeldBack(t *testing.T) {
	l := newLines(t)
	for range 10 {
		l.call(t, l.reach(t), down())
	}
	line := reflect.ValueOf(l.reach(t)) // the account behind it panics at every call but one
	port := reflect.TypeFor[partner.Watcher]()
	for i := range port.NumMethod() {
		method := port.Method(i)
		in := []reflect.Value{reflect.ValueOf(t.Context())}
		for n := 1; n < method.Type.NumIn(); n++ {
			in = append(in, reflect.Zero(method.Type.In(n)))
		}
		out := line.MethodByName(method.Name).Call(in)
		if err, _ := out[len(out)-1].Interface().(error); !errs.Is(err, errs.Unavailable) {
			t.Errorf("%s: %v", method.Name, err)
		}
	}
	if port.NumMethod() < 8 || l.partner.calls != 10 {
		t.Errorf("%d calls in the port, %d made", port.NumMethod(), l.partner.calls)
	}
}
