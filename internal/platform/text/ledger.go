package text

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/queue"
	"github.com/winback-auto/winback/internal/platform/table"
)

// Deliver is the command to send what the ledger holds under a send id, if it is due.
var Deliver = queue.Topic[Delivery]{Name: "text-send"}

// Delivery names a dispatch of the message's company.
type Delivery struct {
	SendID string `json:"sendId"`
}

// The clockwork of the ledger.
const (
	SendTimeout = 10 * time.Second     // of one hand-over to the provider
	Lease       = 2 * time.Minute      // of an attempt; far longer than any function that attempts may run
	SettleAfter = time.Hour            // how long an unknown send waits for the provider's event before it is parked
	Patience    = 24 * time.Hour       // after which a note without a deadline is too late
	Keep        = 400 * 24 * time.Hour // of a dispatch; whoever plans the same intent after that plans it anew
	firstWait   = time.Minute          // after the first refusal; doubles up to longestWait
	longestWait = time.Hour
)

// Ledger delivers planned notes and records what became of them. It keeps nothing in memory, so that any number of ledgers
// may work on one table.
type Ledger struct {
	Table  *table.Table
	Sender Sender
	NewID  func() string
	Log    *slog.Logger

	// Permit is asked right before a message goes out, with what is true then: nil lets it go, Forbidden refuses it for ever
	// (the text becomes the reason), Unavailable and TooMany make it wait (errs.RetryAfter), other errors are returned.
	Permit func(ctx context.Context, company ident.Company, note Note) error
}

// errMoved says that somebody else took the dispatch further: theirs is the next step.
var errMoved = errors.New("text: the dispatch was moved by somebody else")

// move writes the next state of a dispatch together with the message that wakes it up, and returns it as it is now. A
// failed write is looked up: if the record carries this very step, only the answer was lost.
func (l Ledger) move(ctx context.Context, company ident.Company, from table.Record[Dispatch], next Dispatch) (table.Record[Dispatch], error) {
	const tries = 3
	for try := 1; ; try++ {
		from.Value = next
		op := step(company, from)
		err := l.Table.Write(ctx, op)
		if err == nil {
			return dispatches.Decode(op.Item)
		}
		now, readErr := dispatches.Get(ctx, l.Table, from.Key())
		switch {
		case readErr != nil:
			return from, errors.Join(err, readErr)
		case now.Value.Owner == next.Owner && now.Value.State == next.State && now.Version() == from.Version()+1:
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
func step(company ident.Company, changed table.Record[Dispatch]) table.Op {
	d := &changed.Value
	if d.State.Final() || d.State == Parked {
		d.Wake = time.Time{}
	}
	op := dispatches.Update(changed)
	op.Item.Pending = nil
	if !d.Wake.IsZero() {
		op = op.Emit(Deliver.At(d.Wake, company, Delivery{d.SendID}))
	}
	return op
}
