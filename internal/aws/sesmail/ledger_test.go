package sesmail_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/platform/dispatch"
	"github.com/winback-auto/winback/internal/platform/event"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/mail"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/testkit/awssim"
	"github.com/winback-auto/winback/internal/testkit/memtable"
)

func TestAnUnknownSendIsSettledBySESsOwnEvent(t *testing.T) {
	harbour, now := ident.Trusted("harbour"), noon
	clock := func() time.Time { return now }
	next := 0
	newID := func() string { next++; return fmt.Sprint(next) }
	store := table.New(memtable.Driver(t, clock), clock, newID)
	s, ses, _ := simulated(awssim.SESOptions{}, func() awssim.Fault { return awssim.Fault{Drop: true, ApplyFirst: true} })
	ledger := mail.Ledger{Table: store, Sender: s, From: "no-reply@winback.example", NewID: newID, Log: slog.New(slog.DiscardHandler)}
	op, err := mail.Plan(t.Context(), store, harbour, mail.Letter{SendID: "a", Kind: "sighting", To: "anna@harbour.example", Subject: "Seen", Text: "Hello"}, now)
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Write(t.Context(), op); err != nil {
		t.Fatal(err)
	}
	state := func() dispatch.State {
		t.Helper()
		d, err := mail.Find(t.Context(), store, harbour, "a")
		if err != nil {
			t.Fatal(err)
		}
		return d.State
	}
	deliver := func() {
		t.Helper()
		if err := ledger.Deliver(t.Context(), harbour, dispatch.Delivery{SendID: "a"}); err != nil {
			t.Fatal(err)
		}
	}
	deliver()
	if got := state(); got != dispatch.Unknown {
		t.Fatalf("%s after a lost answer", got)
	}
	for _, body := range ses.TakeEvents() {
		var bridge event.Bridge
		if err := json.Unmarshal(body, &bridge); err != nil {
			t.Fatal(err)
		}
		e, err := mail.ReadEvent(bridge.Detail)
		if err != nil {
			t.Fatal(err)
		}
		if err := ledger.Apply(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	now = now.Add(2 * time.Hour)
	deliver()
	if got := state(); got != dispatch.Sent || len(ses.Mails()) != 1 {
		t.Errorf("%s with %d mails", got, len(ses.Mails()))
	}
}
