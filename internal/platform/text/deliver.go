package text

import (
	"context"
	"errors"
	"time"

	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
)

// Deliver takes a dispatch as far as it can go now. It is the consumer of the topic Deliver, and may be called at any time,
// any number of times, by anybody: only who wins the claim sends. It returns an error where the table failed or the context
// leaves no time; the message may then be tried again, and even if it is not, the dispatch wakes up by itself.
func (l Ledger) Deliver(ctx context.Context, company ident.Company, delivery Delivery) error {
	record, err := dispatches.Get(ctx, l.Table, key(company, delivery.SendID))
	if err != nil {
		return err
	}
	d := record.Value
	switch {
	case d.State.Final(), d.State == Parked, d.Wake.After(l.Table.Now()):
		return nil
	case d.State == Sending, d.State == Unknown:
		err = l.settle(ctx, company, record)
	default:
		err = l.attempt(ctx, company, record)
	}
	if errors.Is(err, errMoved) {
		return nil
	}
	return err
}

// attempt claims the dispatch, asks again whether it may go, and sends it.
func (l Ledger) attempt(ctx context.Context, company ident.Company, record table.Record[Dispatch]) error {
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < SendTimeout {
		return errs.Later(errs.Unavailable, time.Second, "there is no time left to send a text message")
	}
	d := record.Value
	d.State, d.Owner, d.Wake, d.Reason = Claimed, l.NewID(), l.Table.Now().Add(Lease), ""
	d.Attempts++
	record, err := l.move(ctx, company, record, d)
	if err != nil {
		return err
	}
	if !l.Table.Now().Before(d.Deadline) {
		d.State, d.Reason = Failed, "too late"
		_, err := l.move(ctx, company, record, d)
		return err
	}
	if l.Permit != nil {
		if err := l.Permit(ctx, company, d.Note); err != nil {
			d, known := l.refused(d, err, Refused)
			if !known {
				return err
			}
			_, err = l.move(ctx, company, record, d)
			return err
		}
	}

	// From this write on the provider may have the message, whatever happens to this process.
	d.State, d.Began, d.Wake = Sending, l.Table.Now(), l.Table.Now().Add(Lease)
	if record, err = l.move(ctx, company, record, d); err != nil {
		return err
	}
	outcome := l.send(ctx, company, record.Value)
	// What the provider said must be kept even if the caller is being stopped.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), SendTimeout)
	defer cancel()
	record, err = l.move(ctx, company, record, outcome)
	switch {
	case errors.Is(err, errMoved) && outcome.State == Sent:
		// The lease ended meanwhile and somebody has settled it without knowing.
		return l.Apply(ctx, Event{Company: company, SendID: d.SendID, ProviderID: outcome.ProviderID, At: l.Table.Now()})
	case err == nil && outcome.State == Unknown:
		return l.settle(ctx, company, record)
	}
	return err
}

// send hands the message over, once, and returns the dispatch with what came of it. Whatever the sender did not classify
// may have gone out.
func (l Ledger) send(ctx context.Context, company ident.Company, d Dispatch) Dispatch {
	ctx, cancel := context.WithTimeout(ctx, SendTimeout)
	defer cancel()
	providerID, err := l.Sender.Send(ctx, d.message(company, l.Table.Now()))
	if err == nil {
		d.State, d.ProviderID = Sent, providerID
		return d
	}
	if !errors.Is(err, ErrAmbiguous) {
		if refused, known := l.refused(d, err, Failed); known {
			return refused
		}
	}
	d.State, d.Reason, d.Wake = Unknown, "the provider's answer was lost", d.Began.Add(SettleAfter)
	l.Log.WarnContext(ctx, "a text message may or may not have gone out", "company", company.ID(), "send", d.SendID, "error", err)
	return d
}

// refused is the dispatch after a definite no: for ever, or until later. Other errors are not known to be a no.
func (l Ledger) refused(d Dispatch, err error, forEver State) (Dispatch, bool) {
	switch errs.KindOf(err) {
	case errs.Invalid, errs.Forbidden:
		d.State = forEver
	case errs.TooMany, errs.Unavailable:
		d.State, d.Wake = Released, l.Table.Now().Add(backoff(d.Attempts, errs.RetryAfter(err)))
	default:
		return d, false
	}
	d.Reason = err.Error()
	return d, true
}

// backoff is the wait after the n-th attempt: what the provider asked for, else a minute, doubling.
func backoff(attempts int, asked time.Duration) time.Duration {
	if asked > 0 {
		return min(asked, 24*time.Hour)
	}
	return min(firstWait<<min(max(attempts-1, 0), 6), longestWait)
}

// settle finds out what became of a send whose answer is missing: lost on the way, or because the sending process died. It
// asks a provider that can be asked; otherwise it waits for the provider's event, and after SettleAfter parks it.
func (l Ledger) settle(ctx context.Context, company ident.Company, record table.Record[Dispatch]) error {
	now := l.Table.Now()
	d := record.Value
	d.Owner = l.NewID()
	lookup, canAsk := l.Sender.(Lookup)
	switch deadline := d.Began.Add(SettleAfter); {
	case canAsk:
		providerID, accepted, err := lookup.Accepted(ctx, d.SendID)
		if err != nil {
			return err
		}
		if accepted {
			d.State, d.Reason, d.ProviderID = Sent, "", providerID
		} else {
			d.State, d.Wake = Released, now.Add(backoff(d.Attempts, 0))
		}
	case now.Before(deadline):
		if d.State == Unknown {
			return nil
		}
		d.State, d.Reason, d.Wake = Unknown, "the sending process ended before the provider's answer", deadline
	default:
		d.State, d.Reason = Parked, "nobody can tell whether it went out"
		l.Log.ErrorContext(ctx, "a text message is parked", "company", company.ID(), "send", d.SendID)
	}
	_, err := l.move(ctx, company, record, d)
	return err
}
