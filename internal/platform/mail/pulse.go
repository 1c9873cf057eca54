package mail

import (
	"context"
	"time"

	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
)

// Proof that the provider's events arrive is kept coarsely, and only read when a send is in doubt.
const (
	pulseStep   = 5 * time.Minute  // at most one write in this time
	pulseRecent = 15 * time.Minute // an event this long ago says nothing about now
)

// pulse is the latest sign of life of the provider's events of a company.
type pulse struct {
	Seen   time.Time `json:"seen"`   // when the latest event arrived
	Newest time.Time `json:"newest"` // when the newest mail that an event was about was accepted
}

var pulses = table.Kind[pulse]{Name: "mail events alive", Schema: 1}

func pulseKey(company ident.Company) table.Key { return table.In(company, "mail-events").At() }

// eventsAlive reports whether events arrive now, and one arrived about a mail that is younger than the one in doubt: then
// that one's own event would have come, had the provider taken it.
func eventsAlive(ctx context.Context, t *table.Table, company ident.Company, began time.Time) (bool, error) {
	record, found, err := findPulse(ctx, t, company)
	if err != nil || !found {
		return false, err
	}
	return record.Seen.After(t.Now().Add(-pulseRecent)) && record.Newest.After(began), nil
}

// beat notes that an event arrived.
func beat(ctx context.Context, t *table.Table, company ident.Company, e Event) error {
	last, found, err := findPulse(ctx, t, company)
	if err != nil {
		return err
	}
	now := t.Now()
	if found && now.Sub(last.Seen) < pulseStep && e.MailAt.Sub(last.Newest) < pulseStep {
		return nil
	}
	newest := last.Newest
	if e.MailAt.After(newest) {
		newest = e.MailAt
	}
	return t.Write(ctx, pulses.Overwrite(pulseKey(company), pulse{Seen: now, Newest: newest}))
}

func findPulse(ctx context.Context, t *table.Table, company ident.Company) (p pulse, found bool, err error) {
	record, err := pulses.Get(ctx, t, pulseKey(company))
	if errs.Is(err, errs.NotFound) {
		return pulse{}, false, nil
	}
	return record.Value, err == nil, err
}
