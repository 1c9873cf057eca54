package queuetest

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/local/pebbledb"
	"github.com/winback-auto/winback/internal/local/pebblequeue"
	"github.com/winback-auto/winback/internal/platform/queue"
)

// driver is a good driver; the wrong ones embed it and spoil one thing.
type driver struct{ *pebblequeue.Queue }

// broken makes a fixture of a driver that spoil has changed.
func broken(t *testing.T, spoil func(driver) (queue.Sender, queue.Source)) Fixture {
	db, err := pebbledb.Open(pebbledb.Options{Memory: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	at := time.Date(2026, 11, 22, 5, 0, 0, 0, time.UTC)
	sender, source := spoil(driver{pebblequeue.New(db, func() time.Time { return at })})
	return Fixture{
		Sender: sender, Source: source, Topic: "a", Other: "b",
		Advance: func(d time.Duration) { at = at.Add(d) },
	}
}

type forgetful struct{ driver }

func (d forgetful) Send(ctx context.Context, messages []queue.Outgoing) error {
	return d.driver.Send(ctx, messages[:min(len(messages), 10)])
}

type hasty struct{ driver }

func (d hasty) Send(ctx context.Context, messages []queue.Outgoing) error {
	messages = slices.Clone(messages)
	for i := range messages {
		messages[i].Delay = 0
	}
	return d.driver.Send(ctx, messages)
}

type quiet struct{ driver }

func (d quiet) Send(ctx context.Context, messages []queue.Outgoing) error {
	d.driver.Send(ctx, messages) // swallowing the error is what is wrong with it
	return nil
}

type stubborn struct{ driver }

func (stubborn) Delay(context.Context, string, string, time.Duration) error { return nil }

type greedy struct{ driver }

func (d greedy) Receive(ctx context.Context, topic string, limit int, visibility time.Duration) ([]queue.Received, error) {
	return d.driver.Receive(ctx, topic, limit+1, visibility)
}

type impatient struct{ driver }

func (d impatient) Receive(ctx context.Context, topic string, limit int, visibility time.Duration) ([]queue.Received, error) {
	return d.driver.Receive(ctx, topic, limit, visibility/2)
}

type hoarder struct{ driver }

func (hoarder) Delete(context.Context, string, []string) error { return nil }

type gravedigger struct{ driver }

func (gravedigger) Redrive(context.Context, string, int) (int, error) { return 0, nil }

func TestADriverThatIsWrongInOneWayFailsTheContract(t *testing.T) {
	for name, spoil := range map[string]func(driver) (queue.Sender, queue.Source){
		"forgets what is above ten":   func(d driver) (queue.Sender, queue.Source) { return forgetful{d}, d },
		"does not delay":              func(d driver) (queue.Sender, queue.Source) { return hasty{d}, d },
		"swallows errors":             func(d driver) (queue.Sender, queue.Source) { return quiet{d}, d },
		"does not take messages back": func(d driver) (queue.Sender, queue.Source) { return stubborn{d}, d },
		"hands out too many":          func(d driver) (queue.Sender, queue.Source) { return d, greedy{d} },
		"shows messages too early":    func(d driver) (queue.Sender, queue.Source) { return d, impatient{d} },
		"does not delete":             func(d driver) (queue.Sender, queue.Source) { return d, hoarder{d} },
		"does not redrive":            func(d driver) (queue.Sender, queue.Source) { return d, gravedigger{d} },
	} {
		t.Run(name, func(t *testing.T) {
			var failed []string
			for _, c := range cases() {
				if newProbe(t, broken(t, spoil)).attempt(c.run) != "" {
					failed = append(failed, c.name)
				}
			}
			if len(failed) == 0 {
				t.Error("passes every case")
			}
			t.Logf("%d cases notice", len(failed))
		})
	}
}

func TestCasesHaveNamesOfTheirOwn(t *testing.T) {
	names := Names()
	slices.Sort(names)
	if len(slices.Compact(names)) != len(cases()) {
		t.Error("two cases share a name")
	}
}

func TestAFlakySenderFailsBeforeOrAfterTheEffect(t *testing.T) {
	for _, apply := range []bool{false, true} {
		p := newProbe(t, broken(t, func(d driver) (queue.Sender, queue.Source) { return d, d }))
		p.fail = func(text string) { t.Helper(); t.Fatal(text) }
		flaky := Flaky{Sender: p.Sender, Fault: func(op, _, id string) (bool, error) {
			if op == "delay" || id == "id-bad" {
				return apply, Unanswered()
			}
			return false, nil
		}}
		err := flaky.Send(t.Context(), []queue.Outgoing{p.message("good"), p.message("bad")})
		var unsent *queue.UnsentError
		if !errors.As(err, &unsent) || !slices.Equal(unsent.IDs, []string{"id-bad"}) {
			t.Errorf("apply %v: error %v", apply, err)
		}
		want := map[bool]int{false: 1, true: 2}[apply]
		received := p.all(p.Topic, p.Unit)
		if len(received) != want {
			t.Errorf("apply %v: %d messages are in, want %d", apply, len(received), want)
		}
		if err := flaky.Delay(t.Context(), p.Topic, received[0].Receipt, 0); err == nil {
			t.Errorf("apply %v: the delay did not fail", apply)
		}
		if ready := p.count().Ready; (ready == 1) != apply {
			t.Errorf("apply %v: %d messages are visible", apply, ready)
		}
	}
}
