package mail

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
		return errs.Later(errs.Unavailable, time.Second, "there is no time left to send a mail")
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
	if err := l.mayGo(ctx, company, d.Letter); err != nil {
		d, known := l.refused(d, err, Suppressed)
		if !known {
			return err
		}
		_, err = l.move(ctx, company, record, d)
		return err
	}

	letter, err := d.whole(ctx, l.Table, company)
	if errs.Is(err, errs.NotFound) {
		d.State, d.Reason = Failed, "its content is gone"
		_, err = l.move(ctx, company, record, d)
		return err
	}
	if err != nil {
		return err
	}

	// From this write on the provider may have the mail, whatever happens to this process.
	d.State, d.Began, d.Wake = Sending, l.Table.Now(), l.Table.Now().Add(Lease)
	if record, err = l.move(ctx, company, record, d); err != nil {
		return err
	}
	outcome, providerID := l.send(ctx, company, record.Value, letter)
	// What the provider said must be kept even if the caller is being stopped.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), SendTimeout)
	defer cancel()
	record, err = l.move(ctx, company, record, outcome)
	switch {
	case errors.Is(err, errMoved) && outcome.State == Sent:
		// The lease ended meanwhile and somebody has settled it without knowing.
		now := l.Table.Now()
		return l.Apply(ctx, Event{
			Company: company, SendID: d.SendID, ProviderID: providerID, Happening: HasSent, At: now, MailAt: now,
		})
	case err == nil && outcome.State == Unknown:
		return l.settle(ctx, company, record)
	}
	return err
}

// mayGo asks the permission and the suppression list.
func (l Ledger) mayGo(ctx context.Context, company ident.Company, letter Letter) error {
	suppressed, err := isSuppressed(ctx, l.Table, company, letter.To)
	if err != nil {
		return errs.E(errs.Internal, "mail: suppression list: %w", err)
	}
	if suppressed {
		return errs.E(errs.Forbidden, "the address is suppressed")
	}
	if l.Permit == nil {
		return nil
	}
	return l.Permit(ctx, company, letter)
}

// send hands the mail over, once, and returns the dispatch with what came of it. Whatever the sender did not classify may
// have gone out.
func (l Ledger) send(ctx context.Context, company ident.Company, d Dispatch, letter Letter) (outcome Dispatch, providerID string) {
	ctx, cancel := context.WithTimeout(ctx, SendTimeout)
	defer cancel()
	providerID, err := l.Sender.Send(ctx, letter.message(company, l.From))
	if err == nil {
		d.State = Sent
		d.accept(providerID)
		return d, providerID
	}
	if !errors.Is(err, ErrAmbiguous) {
		if refused, known := l.refused(d, err, Failed); known {
			return refused, ""
		}
	}
	d.State, d.Reason, d.Wake = Unknown, "the provider's answer was lost", d.Began.Add(SettleAfter)
	l.Log.WarnContext(ctx, "a mail may or may not have gone out", "company", company.ID(), "send", d.SendID, "error", err)
	return d, ""
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
