package dispatch

import (
	"context"
	"errors"
	"time"

	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
)

// Deliver takes a dispatch as far as it can go now. It is the consumer of the medium's topic, and may be called at any time,
// any number of times, by anybody: only who wins the claim sends. It returns an error where the table failed or the context
// leaves no time; the message may then be tried again, and even if it is not, the dispatch wakes up by itself.
func (l Ledger[D, P]) Deliver(ctx context.Context, company ident.Company, delivery Delivery) error {
	record, err := l.Medium.Kind.Get(ctx, l.Table, l.Medium.Key(company, delivery.SendID))
	if err != nil {
		return err
	}
	switch c := P(&record.Value).course(); {
	case c.State.Final(), c.State == Parked, c.Wake.After(l.Table.Now()):
		return nil
	case c.State == Sending, c.State == Unknown:
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
func (l Ledger[D, P]) attempt(ctx context.Context, company ident.Company, record table.Record[D]) error {
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < SendTimeout {
		return errs.Later(errs.Unavailable, time.Second, "there is no time left to send a %s", l.Medium.Noun)
	}
	c := *P(&record.Value).course()
	c.State, c.Owner, c.Wake, c.Reason = Claimed, l.NewID(), l.Table.Now().Add(Lease), ""
	c.Attempts++
	record, err := l.move(ctx, company, record, c)
	if err != nil {
		return err
	}
	sendID, deadline := P(&record.Value).Intent()
	if !l.Table.Now().Before(deadline) {
		c.State, c.Reason = Failed, "too late"
		_, err := l.move(ctx, company, record, c)
		return err
	}
	if err := l.permit(ctx, company, record.Value); err != nil {
		c, known := l.refused(c, err, Suppressed)
		if !known {
			return err
		}
		_, err = l.move(ctx, company, record, c)
		return err
	}
	handOver, err := l.Medium.Load(ctx, company, record.Value)
	if errs.Is(err, errs.NotFound) {
		c.State, c.Reason = Failed, "its content is gone"
		_, err = l.move(ctx, company, record, c)
		return err
	}
	if err != nil {
		return err
	}

	// From this write on the provider may have it, whatever happens to this process.
	c.State, c.Began, c.Wake = Sending, l.Table.Now(), l.Table.Now().Add(Lease)
	if record, err = l.move(ctx, company, record, c); err != nil {
		return err
	}
	outcome, providerID := l.send(ctx, company, sendID, *P(&record.Value).course(), handOver)
	// What the provider said must be kept even if the caller is being stopped.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), SendTimeout)
	defer cancel()
	record, err = l.move(ctx, company, record, outcome)
	switch {
	case errors.Is(err, errMoved) && outcome.State == Sent:
		// The lease ended meanwhile and somebody has settled it without knowing.
		return l.Report(ctx, Report[D]{Company: company, SendID: sendID, ProviderID: providerID})
	case err == nil && outcome.State == Unknown:
		return l.settle(ctx, company, record)
	}
	return err
}

func (l Ledger[D, P]) permit(ctx context.Context, company ident.Company, d D) error {
	if l.Medium.Permit == nil {
		return nil
	}
	return l.Medium.Permit(ctx, company, d)
}

// send hands the dispatch over, once, and returns the course with what came of it. Whatever the provider's client did not
// classify may have gone out.
func (l Ledger[D, P]) send(ctx context.Context, company ident.Company, sendID string, c Course, handOver HandOver) (outcome Course, providerID string) {
	ctx, cancel := context.WithTimeout(ctx, SendTimeout)
	defer cancel()
	providerID, err := handOver(ctx)
	if err == nil {
		c.State = Sent
		c.accept(providerID)
		return c, providerID
	}
	if !errors.Is(err, ErrAmbiguous) {
		if refused, known := l.refused(c, err, Failed); known {
			return refused, ""
		}
	}
	c.State, c.Reason, c.Wake = Unknown, "the provider's answer was lost", c.Began.Add(SettleAfter)
	l.Log.WarnContext(ctx, "a "+l.Medium.Noun+" may or may not have gone out", "company", company.ID(), "send", sendID, "error", err)
	return c, ""
}

// refused is the course after a definite no: for ever, or until later. Other errors are not known to be a no.
func (l Ledger[D, P]) refused(c Course, err error, forEver State) (Course, bool) {
	switch errs.KindOf(err) {
	case errs.Invalid, errs.Forbidden:
		c.State = forEver
	case errs.TooMany, errs.Unavailable:
		c.State, c.Wake = Released, l.Table.Now().Add(backoff(c.Attempts, errs.RetryAfter(err)))
	default:
		return c, false
	}
	c.Reason = err.Error()
	return c, true
}

// backoff is the wait after the n-th attempt: what the provider asked for, else a minute, doubling.
func backoff(attempts int, asked time.Duration) time.Duration {
	if asked > 0 {
		return min(asked, 24*time.Hour)
	}
	return min(firstWait<<min(max(attempts-1, 0), 6), longestWait)
}
