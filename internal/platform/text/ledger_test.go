package text_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/platform/dispatch"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/platform/text"
	"github.com/winback-auto/winback/internal/testkit/memtable"
)

var (
	noon    = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	harbour = ident.Trusted("harbour")
)

// provider takes messages, or fails as it is told.
type provider struct {
	taken []text.Message
	fail  error
}

func (p *provider) Send(_ context.Context, m text.Message) (string, error) {
	p.taken = append(p.taken, m)
	return fmt.Sprintf("p%d", len(p.taken)), p.fail
}

// world is a ledger of text messages. What every ledger does is tested where it is done, in package dispatch.
type world struct {
	*testing.T
	now      time.Time
	store    *table.Table
	provider *provider
	ledger   text.Ledger
}

func newWorld(t *testing.T) *world {
	w := &world{T: t, now: noon, provider: new(provider)}
	clock := func() time.Time { return w.now }
	next := 0
	newID := func() string { next++; return fmt.Sprint("i", next) }
	w.store = table.New(memtable.Driver(t, clock), clock, newID)
	w.ledger = text.Ledger{Table: w.store, Sender: w.provider, NewID: newID, Log: slog.New(slog.DiscardHandler)}
	return w
}

var note = text.Note{SendID: "a", Kind: "prospect", Reader: "c1", To: "+61491570006", Body: "Hello"}

func (w *world) plan() {
	w.Helper()
	op, err := text.Plan(harbour, note, w.now)
	if err != nil {
		w.Fatal(err)
	}
	if err := w.store.Write(w.Context(), op); err != nil {
		w.Fatal(err)
	}
}

func (w *world) deliver() text.Dispatch {
	w.Helper()
	if err := w.ledger.Deliver(w.Context(), harbour, dispatch.Delivery{SendID: "a"}); err != nil {
		w.Fatal(err)
	}
	d, err := text.Find(w.Context(), w.store, harbour, "a")
	if err != nil {
		w.Fatal(err)
	}
	return d
}

func (w *world) report(e text.Event) text.Dispatch {
	w.Helper()
	e.Company, e.SendID = harbour, "a"
	if err := w.ledger.Apply(w.Context(), e); err != nil {
		w.Fatal(err)
	}
	return w.deliver()
}

func TestAPlannedMessageGoesOutAsItWasPlanned(t *testing.T) {
	w := newWorld(t)
	w.plan()
	w.now = w.now.Add(time.Hour)
	if d := w.deliver(); d.State != dispatch.Sent || !slices.Equal(d.Accepted, []string{"p1"}) {
		t.Errorf("%+v", d)
	}
	want := text.Message{SendID: "a", Company: "harbour", Kind: "prospect", To: note.To, Body: note.Body, TTL: text.Patience - time.Hour}
	if len(w.provider.taken) != 1 || w.provider.taken[0] != want {
		t.Errorf("sent %+v", w.provider.taken)
	}
	op, err := text.Plan(harbour, note, w.now)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.store.Write(t.Context(), op); !text.Planned(err, harbour, "a") || text.Planned(err, harbour, "b") {
		t.Errorf("planned again: %v", err)
	}
}

func TestPermissionIsAskedAboutTheNote(t *testing.T) {
	w := newWorld(t)
	w.ledger.Permit = func(_ context.Context, c ident.Company, n text.Note) error {
		if c != harbour || n.Reader != note.Reader || n.To != note.To {
			t.Errorf("asked about %+v", n)
		}
		return errs.E(errs.Forbidden, "the customer does not want text messages")
	}
	w.plan()
	if d := w.deliver(); d.State != dispatch.Suppressed || len(w.provider.taken) != 0 {
		t.Errorf("%+v with %d messages", d, len(w.provider.taken))
	}
}

func TestAMessageInDoubtIsParkedAndAnEventSettlesIt(t *testing.T) {
	w := newWorld(t)
	w.provider.fail = fmt.Errorf("reset: %w", dispatch.ErrAmbiguous)
	w.plan()
	w.deliver()
	w.now = w.now.Add(dispatch.SettleAfter)
	if d := w.deliver(); d.State != dispatch.Parked || len(w.provider.taken) != 1 {
		t.Errorf("%+v with %d messages", d, len(w.provider.taken))
	}
	if d := w.report(text.Event{ProviderID: "p1", At: w.now, Delivered: true}); d.State != dispatch.Sent || !d.Delivered.Equal(w.now) || len(w.provider.taken) != 1 {
		t.Errorf("%+v with %d messages", d, len(w.provider.taken))
	}
}

func TestEventsInAnyOrderMakeTheSameDispatch(t *testing.T) {
	events := []text.Event{
		{ProviderID: "p1", At: noon.Add(time.Minute)},
		{ProviderID: "p1", At: noon.Add(3 * time.Minute), Undelivered: true},
		{ProviderID: "p1", At: noon.Add(2 * time.Minute), Undelivered: true},
		{ProviderID: "p1", At: noon.Add(4 * time.Minute), Delivered: true},
	}
	for _, order := range [][]int{{0, 1, 2, 3}, {3, 2, 1, 0, 0}, {2, 3, 1, 2, 0}} {
		w := newWorld(t)
		w.plan()
		w.deliver()
		var d text.Dispatch
		for _, i := range order {
			d = w.report(events[i])
		}
		if d.State != dispatch.Sent || !d.Undelivered.Equal(events[2].At) || !d.Delivered.Equal(events[3].At) || d.Doubled() {
			t.Errorf("%v: %+v", order, d)
		}
	}
	w := newWorld(t)
	if err := w.ledger.Apply(t.Context(), text.Event{Company: harbour, SendID: "nobody's"}); !errs.Is(err, errs.NotFound) {
		t.Errorf("got %v", err)
	}
}

func TestAnOperatorDecidesAboutAParkedMessage(t *testing.T) {
	w := newWorld(t)
	w.provider.fail = dispatch.ErrAmbiguous
	w.plan()
	w.deliver()
	w.now = w.now.Add(dispatch.SettleAfter)
	w.deliver()
	if d, err := w.ledger.Decide(t.Context(), harbour, "a", true); err != nil || d.State != dispatch.Sent {
		t.Errorf("%+v, %v", d, err)
	}
}

func TestANoteThatIsNoMessageIsRefusedAtOnce(t *testing.T) {
	for name, n := range map[string]text.Note{
		"no number": {SendID: "a", Kind: "k", To: "0491 570 006", Body: "Hello"},
		"no words":  {SendID: "a", Kind: "k", To: "+61491570006"},
		"no kind":   {SendID: "a", To: "+61491570006", Body: "Hello"},
	} {
		if _, err := text.Plan(harbour, n, noon); !errs.Is(err, errs.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestEventsOfOthersAreNotOurs(t *testing.T) {
	for detail, want := range map[string]errs.Kind{
		`{"eventType": "TEXT_DELIVERED", "messageId": "x"}`:                                               errs.NotFound,
		`{"eventType": "VOICE_COMPLETED", "messageId": "x", "context": {"send_id": "a", "company": "b"}}`: errs.Invalid,
		`[]`: errs.Invalid,
	} {
		if _, err := text.ReadEvent([]byte(detail)); !errs.Is(err, want) {
			t.Errorf("%s: %v", detail, err)
		}
	}
}
