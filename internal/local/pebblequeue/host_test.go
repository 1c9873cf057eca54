package pebblequeue_test

import (
	"slices"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/local/pebblequeue"
	"github.com/winback-auto/winback/internal/platform/queue"
)

func TestReleaseShowsWhatSomebodyHeldAndTakesTheReceiveBack(t *testing.T) {
	c := newClock()
	q := inMemory(t, c)
	send(t, q, message("held"), message("handed back"))
	both := receive(t, q, 2)
	if err := q.Delay(t.Context(), topic, both[1].Receipt, 10*time.Minute); err != nil {
		t.Fatal(err)
	}
	if err := q.Release(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got, want := counts(t, q), (queue.Counts{Ready: 1, Delayed: 1}); got != want {
		t.Fatalf("counts %+v, want %+v", got, want)
	}
	again := receive(t, q, 10)
	if len(again) != 1 || string(again[0].Body) != "held" || again[0].Receives != 1 || again[0].Receipt == both[0].Receipt {
		t.Fatalf("received %+v", again)
	}
	if err := q.Delete(t.Context(), topic, []string{both[0].Receipt}); err != nil {
		t.Fatal(err)
	}
	if got := counts(t, q); got.InFlight != 1 {
		t.Errorf("the receipt of before the release deleted the message: %+v", got)
	}
}

func TestAMessageThatSeemsToKillTheProcessEndsInTheDeadLetters(t *testing.T) {
	q := inMemory(t, newClock())
	send(t, q, message("deadly"))
	restarts := 0
	for ; len(receive(t, q, 1)) == 1; restarts++ {
		if restarts > 100 {
			t.Fatal("it is handed out for ever")
		}
		if err := q.Release(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if restarts != 30 {
		t.Errorf("dead after %d restarts, want 30", restarts)
	}
	if got := counts(t, q); got != (queue.Counts{Dead: 1}) {
		t.Errorf("counts %+v", got)
	}
	if n, err := q.Redrive(t.Context(), topic, 1); n != 1 || err != nil || len(receive(t, q, 1)) != 1 {
		t.Errorf("redriven %d, error %v", n, err)
	}
}

func TestNextVisibleIsTheFirstInstantOfAllTopics(t *testing.T) {
	c := newClock()
	q := inMemory(t, c)
	next := func(want time.Duration, wantFound bool) {
		t.Helper()
		at, found, err := q.NextVisible(t.Context())
		if err != nil || found != wantFound || found && !at.Equal(c.now().Add(want)) {
			t.Errorf("next visible %v, %v, %v; want in %v, %v", at, found, err, want, wantFound)
		}
	}
	next(0, false)
	other := message("other")
	other.Topic, other.Delay = "notify-send", 5*time.Minute
	send(t, q, message("ready"), other)
	next(5*time.Minute, true)
	held := receive(t, q, 1)
	next(time.Minute, true)
	if err := q.Delay(t.Context(), topic, held[0].Receipt, 10*time.Minute); err != nil {
		t.Fatal(err)
	}
	next(5*time.Minute, true)
	c.advance(5 * time.Minute)
	next(5*time.Minute, true) // the other message is visible now, which is not after now
	c.advance(5 * time.Minute)
	next(0, false)
}

func TestChangesWakeWhoeverWaits(t *testing.T) {
	q := inMemory(t, newClock())
	changed := func(what string, do func()) {
		t.Helper()
		first, second := q.Changed(), q.Changed()
		select {
		case <-first:
			t.Fatalf("%s: changed before", what)
		default:
		}
		do()
		for _, waiter := range []<-chan struct{}{first, second} {
			select {
			case <-waiter:
			default:
				t.Errorf("%s: nobody was told", what)
			}
		}
	}
	changed("send", func() { send(t, q, message("a")) })
	r := receive(t, q, 1)[0]
	changed("delay", func() {
		if err := q.Delay(t.Context(), topic, r.Receipt, 0); err != nil {
			t.Fatal(err)
		}
	})
	changed("release", func() {
		if err := q.Release(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
	for range queue.MaxReceives - 1 {
		if err := q.Delay(t.Context(), topic, receive(t, q, 1)[0].Receipt, 0); err != nil {
			t.Fatal(err)
		}
	}
	if len(receive(t, q, 1)) != 0 {
		t.Fatal("not dead")
	}
	changed("redrive", func() {
		if n, err := q.Redrive(t.Context(), topic, 1); n != 1 || err != nil {
			t.Fatal(n, err)
		}
	})
}

func TestTopicsAreThoseWithMessages(t *testing.T) {
	q := inMemory(t, newClock())
	topics := func(want ...string) {
		t.Helper()
		got, err := q.Topics(t.Context())
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("topics %q, %v; want %q", got, err, want)
		}
	}
	topics()
	for _, name := range []string{"notify", "notify-send", "a", "notify2", "notify-send"} {
		m := message("x")
		m.Topic = name
		send(t, q, m)
	}
	topics("a", "notify", "notify-send", "notify2")
	received, err := q.Receive(t.Context(), "notify", 1, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	if err := q.Delete(t.Context(), "notify", []string{received[0].Receipt}); err != nil {
		t.Fatal(err)
	}
	topics("a", "notify-send", "notify2")
}

func TestARedrivenMessageKeepsTheTimeItWasSent(t *testing.T) {
	c := newClock()
	q := inMemory(t, c)
	sent := c.now()
	send(t, q, message("poison"))
	for range queue.MaxReceives + 1 {
		receive(t, q, 1)
		c.advance(time.Minute)
	}
	c.advance(24 * time.Hour)
	if n, err := q.Redrive(t.Context(), topic, 1); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	if r := receive(t, q, 1)[0]; !r.Sent.Equal(sent) || !r.FirstSeen.Equal(c.now()) || r.Receives != 1 {
		t.Errorf("sent %v, want %v; first seen %v; receive %d", r.Sent, sent, r.FirstSeen, r.Receives)
	}
}

func TestGroupsAreServedInTurn(t *testing.T) {
	q := inMemory(t, newClock())
	for _, body := range []string{"a1", "a2", "a3", "a4", "b1", "b2", "c1"} {
		m := message(body)
		m.Group = body[:1]
		send(t, q, m)
	}
	var order []string
	for range 7 {
		for _, r := range receive(t, q, 1) {
			order = append(order, string(r.Body))
		}
	}
	if want := []string{"a1", "b1", "c1", "a2", "b2", "a3", "a4"}; !slices.Equal(order, want) {
		t.Errorf("served %q, want %q", order, want)
	}
}

func TestAReceiptIsVoidOnceItsVisibilityHasEnded(t *testing.T) {
	c := newClock()
	q := inMemory(t, c)
	send(t, q, message("slow"))
	r := receive(t, q, 1)[0]
	c.advance(time.Minute)
	if err := q.Delay(t.Context(), topic, r.Receipt, time.Minute); err != nil {
		t.Fatal(err)
	}
	if err := q.Delete(t.Context(), topic, []string{r.Receipt}); err != nil {
		t.Fatal(err)
	}
	if got := counts(t, q); got != (queue.Counts{Ready: 1}) {
		t.Errorf("counts %+v", got)
	}
}

func TestAReceiptFromBeforeARedriveStaysVoid(t *testing.T) {
	c := newClock()
	q := inMemory(t, c)
	send(t, q, message("poison"))
	first := receive(t, q, 1)[0]
	for range queue.MaxReceives {
		c.advance(time.Minute)
		receive(t, q, 1)
	}
	if n, err := q.Redrive(t.Context(), topic, 1); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	receive(t, q, 1)
	if err := q.Delete(t.Context(), topic, []string{first.Receipt}); err != nil {
		t.Fatal(err)
	}
	if got := counts(t, q); got != (queue.Counts{InFlight: 1}) {
		t.Errorf("counts %+v", got)
	}
}

func TestNumbersGoOnAfterARestartAtTheSameInstant(t *testing.T) {
	db := openDB(t, t.TempDir())
	defer db.Close()
	c := newClock()
	send(t, pebblequeue.New(db, c.now), message("before"))
	q := pebblequeue.New(db, c.now)
	send(t, q, message("after"))
	if both := receive(t, q, 10); len(both) != 2 || both[0].ID == both[1].ID {
		t.Errorf("received %+v", both)
	}
}
