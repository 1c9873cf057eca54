package queue

import (
	"context"
	"time"

	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/table"
)

// sweepMark remembers the first day that the sweeper still has to look at. New entries of the due index never lie in the
// past, so days before yesterday, once swept, stay empty.
type sweepMark struct {
	Day time.Time `json:"day"`
}

var (
	marks   = table.Kind[sweepMark]{Name: "sweep mark", Schema: 1}
	markKey = table.Global(table.Due).At("mark")
)

// firstLook is how far back a sweeper without a mark looks.
const firstLook = 14 * 24 * time.Hour

// mark is the first day to sweep. No clock trusts another's midnight, so that is yesterday at the latest.
func (o Outbox) mark(ctx context.Context) (time.Time, error) {
	yesterday := o.today().AddDate(0, 0, -1)
	record, err := marks.Get(ctx, o.Table, markKey)
	switch {
	case errs.Is(err, errs.NotFound):
		return o.today().Add(-firstLook), nil
	case err != nil:
		return time.Time{}, err
	case record.Value.Day.After(yesterday):
		return yesterday, nil
	}
	return record.Value.Day, nil
}

// setMark moves the mark forward to the first day that is not known to be swept, yesterday at the latest. That happens at
// most once a day, so it costs nothing.
func (o Outbox) setMark(ctx context.Context, first, clean time.Time) error {
	day := clean.UTC().Truncate(24 * time.Hour)
	if yesterday := o.today().AddDate(0, 0, -1); day.After(yesterday) {
		day = yesterday
	}
	if !day.After(first) {
		return nil
	}
	return o.Table.Write(ctx, marks.Overwrite(markKey, sweepMark{day}))
}

func (o Outbox) today() time.Time { return o.Table.Now().UTC().Truncate(24 * time.Hour) }
