package dispatch

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/metric"
	"github.com/winback-auto/winback/internal/platform/queue"
	"github.com/winback-auto/winback/internal/platform/table"
)

// Delivery is the command to send what a ledger holds under a send id, if it is due.
type Delivery struct {
	SendID string `json:"sendId"`
}

// The clockwork of every ledger.
const (
	SendTimeout = 10 * time.Second     // of one hand-over to the provider
	Lease       = 2 * time.Minute      // of an attempt; far longer than any function that attempts may run
	SettleAfter = time.Hour            // how long an unknown send waits for the provider's event
	Keep        = 400 * 24 * time.Hour // of a dispatch; whoever plans the same intent after that plans it anew
	firstWait   = time.Minute          // after the first refusal; doubles up to longestWait
	longestWait = time.Hour
)

// ErrAmbiguous marks a hand-over whose answer was lost: the provider may have taken it, and nobody may blindly try again.
var ErrAmbiguous = errors.New("the provider's answer was lost")

// Lookup is what a provider may also offer: whether a send id was ever accepted, for certain. AWS cannot say; the local
// senders can.
type Lookup interface {
	Accepted(ctx context.Context, sendID string) (providerID string, accepted bool, err error)
}

// HandOver gives one dispatch to the provider, in exactly one attempt. Its errors say what may have happened:
//
//   - an error that wraps ErrAmbiguous, and every other that is not listed here: the provider may have taken it;
//   - TooMany or Unavailable: it did not take it, and may later;
//   - Invalid or Forbidden: it did not and never will take it.
type HandOver func(ctx context.Context) (providerID string, err error)

// record is a pointer to a ledger's record: an intent with its Course.
type record[D any] interface {
	*D
	movable
	// Intent is the send id, and the instant from which on it is not worth sending.
	Intent() (sendID string, deadline time.Time)
}

// Ledger delivers planned dispatches and records what became of them. It keeps nothing in memory, so that any number of
// ledgers may work on one table.
type Ledger[D any, P record[D]] struct {
	Table  *table.Table
	NewID  func() string
	Log    *slog.Logger
	Medium Medium[D]
}

// Medium is what distinguishes one way of sending from another.
type Medium[D any] struct {
	Noun  string // what one is called, for logs and refusals: mail
	Kind  table.Kind[D]
	Key   func(company ident.Company, sendID string) table.Key
	Topic queue.Topic[Delivery]
	Count Counts

	// Permit is asked right before a dispatch goes out, with what is true then: nil lets it go, Forbidden suppresses it for
	// ever (the text becomes the reason), Unavailable and TooMany make it wait (errs.RetryAfter), other errors are returned.
	// Nil permits everything.
	Permit func(ctx context.Context, company ident.Company, d D) error
	// Load gets together what is handed over. A NotFound error fails the dispatch for ever, others are returned.
	Load func(ctx context.Context, company ident.Company, d D) (HandOver, error)
	// Lookup is nil where the provider cannot be asked.
	Lookup Lookup
	// Again says whether to send once more what nobody has heard of for SettleAfter; else it is parked. Nil never does.
	Again func(ctx context.Context, company ident.Company, d D) (bool, error)
}

// Counts are the metrics of a medium.
type Counts struct{ Sent, Unknown, Settled, Parked, Doubled metric.Metric }

// step adds a step that was written to the metrics.
func (c Counts) step(ctx context.Context, from, to State) {
	if from == to {
		return
	}
	if from == Unknown && to != Parked {
		metric.Add(ctx, c.Settled, 1)
	}
	switch to {
	case Sent:
		metric.Add(ctx, c.Sent, 1)
	case Unknown:
		metric.Add(ctx, c.Unknown, 1)
	case Parked:
		metric.Add(ctx, c.Parked, 1)
	}
}

// errMoved says that somebody else took the dispatch further: theirs is the next step.
var errMoved = errors.New("the dispatch was moved by somebody else")

// move writes the next state of a dispatch together with the message that wakes it up, and returns it as it is now. A
// failed write is looked up: if the record carries this very step, only the answer was lost.
func (l Ledger[D, P]) move(ctx context.Context, company ident.Company, from table.Record[D], next Course) (table.Record[D], error) {
	const tries = 3
	before := P(&from.Value).course().State
	for try := 1; ; try++ {
		*P(&from.Value).course() = next
		op := l.step(company, from)
		err := l.Table.Write(ctx, op)
		if err == nil {
			l.Medium.Count.step(ctx, before, next.State)
			return l.Medium.Kind.Decode(op.Item)
		}
		now, readErr := l.Medium.Kind.Get(ctx, l.Table, from.Key())
		if readErr != nil {
			return from, errors.Join(err, readErr)
		}
		is := P(&now.Value).course()
		switch {
		case is.Owner == next.Owner && is.State == next.State && now.Version() == from.Version()+1:
			l.Medium.Count.step(ctx, before, next.State)
			return now, nil
		case now.Version() != from.Version():
			return now, errMoved
		case try == tries:
			return now, err
		}
		from = now
	}
}

// step is the write of a changed dispatch. Its pending messages are replaced: what the old state had promised is void, a
// state that is not final promises exactly its next look.
func (l Ledger[D, P]) step(company ident.Company, changed table.Record[D]) table.Op {
	c := P(&changed.Value).course()
	if c.State.Final() || c.State == Parked {
		c.Wake = time.Time{}
	}
	op := l.Medium.Kind.Update(changed)
	op.Item.Pending = nil
	if !c.Wake.IsZero() {
		sendID, _ := P(&changed.Value).Intent()
		op = op.Emit(l.Medium.Topic.At(c.Wake, company, Delivery{sendID}))
	}
	return op
}
