package queue_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/queue"
	"github.com/winback-auto/winback/internal/platform/queue/queuetest"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/testkit/memtable"
)

type order struct {
	State string `json:"state"`
}

var (
	orders  = table.Kind[order]{Name: "order", Schema: 1}
	harbour = ident.Trusted("harbour")
)

func orderKey(id string) table.Key { return table.In(harbour, "order").At(id) }

// mailbox is a Sender that keeps what it gets.
type mailbox struct {
	got    []queue.Outgoing
	onSend func(queue.Outgoing)
}

func (m *mailbox) Send(_ context.Context, messages []queue.Outgoing) error {
	for _, message := range messages {
		if m.onSend != nil {
			m.onSend(message)
		}
		m.got = append(m.got, message)
	}
	return nil
}

func (m *mailbox) Delay(context.Context, string, string, time.Duration) error { return nil }

// texts are the texts of the greetings that were sent, sorted.
func (m *mailbox) texts(t *testing.T) []string {
	t.Helper()
	var texts []string
	for _, message := range m.got {
		_, g, err := greet.Read(message.Body)
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, g.Text)
	}
	slices.Sort(texts)
	return texts
}

// office is an outbox on a table of its own, with a clock that stands still.
type office struct {
	queue.Outbox
	mail *mailbox
	at   time.Time
}

func newOffice(t *testing.T) *office {
	o := &office{mail: &mailbox{}, at: time.Date(2026, 11, 22, 5, 0, 0, 0, time.UTC)}
	n := 0
	newID := func() string { n++; return fmt.Sprintf("id-%06d", n) }
	o.Table = memtable.New(t, func() time.Time { return o.at }, newID)
	o.Log = slog.New(slog.DiscardHandler)
	o.Sender = o.mail
	return o
}

// failing puts faults between the outbox and the mailbox, by the text of the greeting.
func (o *office) failing(fault func(text string) (apply bool, err error)) {
	texts := map[string]string{}
	flaky := queuetest.Flaky{Sender: o.mail, Fault: func(_, _, id string) (bool, error) { return fault(texts[id]) }}
	o.Sender = senderFunc(func(ctx context.Context, messages []queue.Outgoing) error {
		for _, m := range messages {
			_, g, _ := greet.Read(m.Body)
			texts[m.ID] = g.Text
		}
		return flaky.Send(ctx, messages)
	})
}

type senderFunc func(ctx context.Context, messages []queue.Outgoing) error

func (f senderFunc) Send(ctx context.Context, messages []queue.Outgoing) error {
	return f(ctx, messages)
}

func (f senderFunc) Delay(context.Context, string, string, time.Duration) error { return nil }

func hello(text string) table.Message { return greet.Message(harbour, greeting{Text: text}) }

func (o *office) sweep(t *testing.T, wantItems int) {
	t.Helper()
	items, err := o.Sweep(t.Context())
	if err != nil || items != wantItems {
		t.Fatalf("swept %d items, error %v; want %d", items, err, wantItems)
	}
}

func (o *office) pending(t *testing.T, id string) int {
	t.Helper()
	item, err := o.Table.Get(t.Context(), orderKey(id))
	if err != nil {
		t.Fatal(err)
	}
	return len(item.Pending)
}

func (o *office) sent(t *testing.T, want ...string) {
	t.Helper()
	slices.Sort(want)
	if got := o.mail.texts(t); !slices.Equal(got, want) {
		t.Fatalf("sent %q, want %q", got, want)
	}
}

func TestACommitPublishesAfterItIsDurableAndSettles(t *testing.T) {
	o := newOffice(t)
	stored := 0
	o.mail.onSend = func(m queue.Outgoing) {
		if _, err := orders.Get(t.Context(), o.Table, orderKey("1")); err == nil {
			stored++
		}
		if m.ID == "" || m.Group != "harbour" || m.Topic != "greeting-send" {
			t.Errorf("sent %+v", m)
		}
	}
	if err := o.Commit(t.Context(), orders.Create(orderKey("1"), order{"new"}).Emit(hello("a"), hello("b"))); err != nil {
		t.Fatal(err)
	}
	o.sent(t, "a", "b")
	if stored != 2 {
		t.Errorf("%d messages were sent after the record was stored, want 2", stored)
	}
	if n := o.pending(t, "1"); n != 0 {
		t.Errorf("%d messages are pending", n)
	}
	o.at = o.at.Add(time.Hour)
	o.sweep(t, 0)
}

func TestAWriteThatConflictsSendsNothing(t *testing.T) {
	o := newOffice(t)
	create := func(text string) error {
		return o.Commit(t.Context(), orders.Create(orderKey("1"), order{"new"}).Emit(hello(text)))
	}
	if err := create("first"); err != nil {
		t.Fatal(err)
	}
	if err := create("second"); !errs.Is(err, errs.Conflict) {
		t.Fatalf("error %v", err)
	}
	o.sent(t, "first")
}

func TestWhatACrashLeftBehindIsSweptOnceItsWriterHadItsGrace(t *testing.T) {
	o := newOffice(t)
	// The process dies between the commit and the publishing: the write alone happens.
	if err := o.Table.Write(t.Context(), orders.Create(orderKey("1"), order{"new"}).Emit(hello("a"))); err != nil {
		t.Fatal(err)
	}
	o.sweep(t, 0)
	o.at = o.at.Add(table.Grace)
	o.sweep(t, 1)
	o.sent(t, "a")
	o.at = o.at.Add(time.Hour)
	o.sweep(t, 0)
}

func TestASendThatFailsLeavesTheMessageToTheSweeper(t *testing.T) {
	o := newOffice(t)
	o.failing(func(string) (bool, error) { return false, queuetest.Unanswered() })
	if err := o.Commit(t.Context(), orders.Create(orderKey("1"), order{"new"}).Emit(hello("a"))); err != nil {
		t.Fatalf("the write is durable, and yet: %v", err)
	}
	if n := o.pending(t, "1"); n != 1 {
		t.Fatalf("%d messages are pending", n)
	}
	o.at = o.at.Add(table.Grace)
	if _, err := o.Sweep(t.Context()); !errs.Is(err, errs.Unavailable) {
		t.Fatalf("error %v", err)
	}
	o.Sender = o.mail
	o.sweep(t, 1)
	o.sent(t, "a")
}

func TestALostAnswerSendsTwiceRatherThanNever(t *testing.T) {
	o := newOffice(t)
	o.failing(func(string) (bool, error) { return true, queuetest.Unanswered() })
	if err := o.Commit(t.Context(), orders.Create(orderKey("1"), order{"new"}).Emit(hello("a"))); err != nil {
		t.Fatal(err)
	}
	o.Sender = o.mail
	o.at = o.at.Add(table.Grace)
	o.sweep(t, 1)
	o.sent(t, "a", "a")
	if o.mail.got[0].ID != o.mail.got[1].ID {
		t.Error("the same message came under two ids")
	}
}

func TestOfSeveralMessagesOnlyTheUnsentOnesAreSentAgain(t *testing.T) {
	o := newOffice(t)
	o.failing(func(text string) (bool, error) {
		if text == "bad" {
			return false, queuetest.Unanswered()
		}
		return false, nil
	})
	if err := o.Commit(t.Context(), orders.Create(orderKey("1"), order{"new"}).Emit(hello("good"), hello("bad"), hello("fine"))); err != nil {
		t.Fatal(err)
	}
	if n := o.pending(t, "1"); n != 1 {
		t.Errorf("%d messages are pending, want 1", n)
	}
	o.Sender = o.mail
	o.at = o.at.Add(2 * table.Grace)
	o.sweep(t, 1)
	o.sent(t, "good", "bad", "fine")
}

func TestAMessageForLaterIsSweptWhenItIsDueAndNotBefore(t *testing.T) {
	o := newOffice(t)
	later := o.at.AddDate(0, 0, 3)
	m := greet.At(later, harbour, greeting{Text: "later"})
	if err := o.Commit(t.Context(), orders.Create(orderKey("1"), order{"new"}).Emit(m, hello("now"))); err != nil {
		t.Fatal(err)
	}
	o.sent(t, "now")
	if _, found, err := o.NextDue(t.Context(), 2*24*time.Hour); found || err != nil {
		t.Errorf("something is due within two days: %v, %v", found, err)
	}
	next, found, err := o.NextDue(t.Context(), 30*24*time.Hour)
	if err != nil || !found || !next.Equal(later) {
		t.Errorf("next due %v, %v, %v; want %v", next, found, err, later)
	}
	for ; o.at.Before(later); o.at = o.at.Add(8 * time.Hour) {
		o.sweep(t, 0)
	}
	o.at = later
	o.sweep(t, 1)
	o.sent(t, "later", "now")
	if _, found, err := o.NextDue(t.Context(), 30*24*time.Hour); found || err != nil {
		t.Errorf("something is due still: %v, %v", found, err)
	}
}

func TestTheHorizonOfNextDueEndsWithinADay(t *testing.T) {
	o := newOffice(t)
	m := greet.At(o.at.Add(3*time.Hour), harbour, greeting{Text: "later"})
	if err := o.Commit(t.Context(), orders.Create(orderKey("1"), order{"new"}).Emit(m)); err != nil {
		t.Fatal(err)
	}
	if _, found, err := o.NextDue(t.Context(), time.Hour); found || err != nil {
		t.Errorf("found %v, error %v", found, err)
	}
	if _, found, err := o.NextDue(t.Context(), 3*time.Hour); !found || err != nil {
		t.Errorf("found %v, error %v", found, err)
	}
}

func TestAPoisonedMessageDoesNotBlockTheOthers(t *testing.T) {
	o := newOffice(t)
	for i := range 30 {
		text := fmt.Sprintf("good %d", i)
		if i == 7 {
			text = "poison"
		}
		if err := o.Table.Write(t.Context(), orders.Create(orderKey(fmt.Sprint(i)), order{"new"}).Emit(hello(text))); err != nil {
			t.Fatal(err)
		}
	}
	o.failing(func(text string) (bool, error) {
		if text == "poison" {
			return false, errs.E(errs.Invalid, "never")
		}
		return false, nil
	})
	o.at = o.at.Add(table.Grace)
	items, err := o.Sweep(t.Context())
	if items != 29 || !errs.Is(err, errs.Invalid) {
		t.Fatalf("swept %d items, error %v; want 29 and the poison's error", items, err)
	}
	// The poison is still found after many days, and days before it are not looked at any more.
	for range 20 {
		o.at = o.at.AddDate(0, 0, 1)
		if _, err := o.Sweep(t.Context()); !errs.Is(err, errs.Invalid) {
			t.Fatalf("error %v", err)
		}
	}
	o.Sender = o.mail
	o.sweep(t, 1)
	if texts := o.mail.texts(t); len(texts) != 30 || texts[29] != "poison" {
		t.Errorf("sent %q", texts)
	}
}

func TestAMessageThatNobodyWouldTakeIsRefusedBeforeTheWrite(t *testing.T) {
	o := newOffice(t)
	bad := queue.Topic[greeting]{Name: "not a topic"}.Message(harbour, greeting{})
	err := o.Commit(t.Context(), orders.Create(orderKey("1"), order{"new"}).Emit(bad))
	if err == nil || errs.KindOf(err) != errs.Internal || !strings.Contains(err.Error(), "not a topic") {
		t.Errorf("error %v of kind %v", err, errs.KindOf(err))
	}
	if _, err := o.Table.Get(t.Context(), orderKey("1")); !errs.Is(err, errs.NotFound) {
		t.Errorf("the record was written: %v", err)
	}
}

func TestASweeperThatRunsDailyLooksAtFewDays(t *testing.T) {
	o := newOffice(t)
	o.sweep(t, 0)
	for range 60 {
		o.at = o.at.AddDate(0, 0, 1)
		o.sweep(t, 0)
	}
	before := o.Table.Usage()
	o.sweep(t, 0)
	// The mark, and every shard of yesterday and today.
	if calls := o.Table.Usage().Sub(before).Calls; calls != 1+2*table.DueShards {
		t.Errorf("%d calls, want %d", calls, 1+2*table.DueShards)
	}
}

func TestASweeperThatWasOffFindsEverythingThatFellDueMeanwhile(t *testing.T) {
	o := newOffice(t)
	o.sweep(t, 0)
	var want []string
	for day := range 40 {
		text := fmt.Sprintf("day %02d", day)
		want = append(want, text)
		m := greet.At(o.at.Add(time.Duration(day)*24*time.Hour+time.Hour), harbour, greeting{Text: text})
		if err := o.Commit(t.Context(), orders.Create(orderKey(text), order{"new"}).Emit(m)); err != nil {
			t.Fatal(err)
		}
	}
	o.at = o.at.AddDate(0, 0, 41)
	o.sweep(t, 40)
	o.sent(t, want...)
}

func TestTheFirstSweepLooksBackTwoWeeks(t *testing.T) {
	o := newOffice(t)
	if err := o.Table.Write(t.Context(), orders.Create(orderKey("1"), order{"new"}).Emit(hello("old"))); err != nil {
		t.Fatal(err)
	}
	o.at = o.at.AddDate(0, 0, 13)
	o.sweep(t, 1)
	o.sent(t, "old")
}

func TestASweepThatIsCalledOffDoesNotMoveTheMark(t *testing.T) {
	o := newOffice(t)
	o.sweep(t, 0)
	if err := o.Table.Write(t.Context(), orders.Create(orderKey("1"), order{"new"}).Emit(hello("a"))); err != nil {
		t.Fatal(err)
	}
	o.at = o.at.AddDate(0, 0, 5)
	ctx, cancel := context.WithCancel(t.Context())
	o.Sender = senderFunc(func(ctx context.Context, _ []queue.Outgoing) error {
		cancel()
		return ctx.Err()
	})
	if _, err := o.Sweep(ctx); err == nil {
		t.Fatal("no error")
	}
	o.at = o.at.AddDate(0, 0, 5)
	o.Sender = o.mail
	o.sweep(t, 1)
	o.sent(t, "a")
}
