package audit

import (
	"context"
	"time"

	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
)

// Span is a time of at most some days, and how far a reader has come in it.
type Span struct {
	Begin, End time.Time // End is not in it
	After      string    // the next of the page before; empty: from the newest on
}

// List reads a page of a company's entries, newest first. A page may be shorter than the limit although more follow; an empty
// next is the last page's.
func List(ctx context.Context, t *table.Table, company ident.Company, s Span, limit int) (page []Entry, next string, err error) {
	day, after := s.newest(), ""
	if parts := table.Split(s.After); len(parts) == 2 {
		if day, err = time.Parse(time.DateOnly, parts[0]); err != nil {
			return nil, "", err
		}
		after = parts[1]
	}
	for ; s.reaches(day); day = day.AddDate(0, 0, -1) {
		q := table.Query{Partition: string(partition(company, day)), After: after, Limit: limit - len(page), Descending: true}
		if s.Begin.After(day) {
			q.From = s.Begin.UTC().Format(instant)
		}
		if end := day.AddDate(0, 0, 1); s.End.Before(end) {
			q.To = s.End.UTC().Format(instant)
		}
		records, more, err := entries.Query(ctx, t, q)
		if err != nil {
			return nil, "", err
		}
		page, after = append(page, table.Values(records)...), ""
		before := day.AddDate(0, 0, -1)
		switch {
		case more != "":
			return page, position(day, more), nil
		case len(page) == limit && s.reaches(before):
			return page, position(before, ""), nil
		case len(page) == limit:
			return page, "", nil
		}
	}
	return page, "", nil
}

// position is where a page ends: behind an entry of a day, or before the day's newest.
func position(day time.Time, after string) string {
	return table.Join(day.Format(time.DateOnly), after)
}

// reaches reports whether something of a day, in UTC, may be in the span.
func (s Span) reaches(day time.Time) bool { return day.AddDate(0, 0, 1).After(s.Begin) }

// newest is the last day, in UTC, of which something is in the span.
func (s Span) newest() time.Time {
	last := s.End.UTC().Add(-1)
	return time.Date(last.Year(), last.Month(), last.Day(), 0, 0, 0, 0, time.UTC)
}
