package lead

import (
	"context"
	"slices"
	"strings"

	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/platform/web"
)

// What happened for a lead stays with it when it is merged into another. Reading folds: the other one shows it, too, and says of
// each entry which lead it was. So nothing is moved, and taking the merge back separates the two again.

// folded is the lead that stands for another, with all leads whose history is shown with it: itself first, then those that it
// stands for, as far as the caller may see them.
func folded(ctx context.Context, d app.Deps, caller access.Caller, record table.Record[Lead]) (table.Record[Lead], []Lead, error) {
	stands, err := standing(ctx, d, caller.Company, record)
	if err != nil {
		return record, nil, err
	}
	if caller.In(stands.Value.Yard, access.LeadRead) {
		record = stands
	}
	all := []Lead{record.Value}
	if len(record.Value.Merged) == 0 {
		return record, all, nil
	}
	aliases, err := LoadAll(ctx, d, caller.Company, record.Value.Merged)
	for _, alias := range aliases {
		if caller.In(alias.Value.Yard, access.LeadRead) {
			all = append(all, alias.Value)
		}
	}
	return record, all, err
}

// of names a lead in the entries of another one that stands for it.
func (l Lead) of(stands Lead) ID {
	if l.ID == stands.ID {
		return ""
	}
	return l.ID
}

// worksOn is a page of the work on a lead and on those that it stands for, the latest first, and the cursor of the next.
func worksOn(ctx context.Context, d app.Deps, caller access.Caller, id ID, page web.Paging) ([]Work, string, error) {
	record, err := visible(ctx, d, caller, id, access.LeadRead)
	if err != nil {
		return nil, "", err
	}
	stands, all, err := folded(ctx, d, caller, record)
	if err != nil {
		return nil, "", err
	}
	binding, after := string(workPartition(caller.Company, stands.Value.ID)), ""
	if page.Cursor != "" {
		position, err := d.Links.OpenCursor(ctx, caller.Company, binding, page.Cursor)
		if err != nil {
			return nil, "", err
		}
		after = string(position)
	}
	var entries []table.Record[Work]
	more := false
	for _, l := range all {
		records, next, err := works.Query(ctx, d.Table, table.Query{Partition: string(workPartition(caller.Company, l.ID)), Limit: page.Limit, Descending: true, After: after})
		if err != nil {
			return nil, "", err
		}
		found := table.Values(records)
		if err := delivered(ctx, d, caller.Company, l.ID, found); err != nil {
			return nil, "", err
		}
		for i := range records {
			records[i].Value = found[i]
			records[i].Value.Lead = l.of(stands.Value)
		}
		entries, more = append(entries, records...), more || next != ""
	}
	slices.SortStableFunc(entries, func(a, b table.Record[Work]) int { return strings.Compare(b.Key().Sort, a.Key().Sort) })
	if len(entries) > page.Limit {
		entries, more = entries[:page.Limit], true
	}
	if !more || len(entries) == 0 {
		return table.Values(entries), "", nil
	}
	next, err := d.Links.SealCursor(ctx, caller.Company, binding, []byte(entries[len(entries)-1].Key().Sort))
	return table.Values(entries), next, err
}

// ofAll is what was read of leads that one stands for, in an order; each entry names its lead, unless it is that one.
func ofAll[E any](stands Lead, all []Lead, read func(Lead) ([]E, error), lead func(*E) *ID, order func(a, b E) int) ([]E, error) {
	entries := []E{}
	for _, l := range all {
		found, err := read(l)
		if err != nil {
			return nil, err
		}
		for i := range found {
			*lead(&found[i]) = l.of(stands)
		}
		entries = append(entries, found...)
	}
	slices.SortStableFunc(entries, order)
	return entries, nil
}

// askedFor are the enquiries that came in for leads that one stands for, the last first, at most maxAsked.
func askedFor(ctx context.Context, d app.Deps, caller access.Caller, stands Lead, all []Lead) ([]Asked, error) {
	entries, err := ofAll(stands, all,
		func(l Lead) ([]Asked, error) { return Enquiries(ctx, d, caller.Company, l) },
		func(a *Asked) *ID { return &a.Lead },
		func(a, b Asked) int { return b.At.Compare(a.At) })
	return entries[:min(len(entries), maxAsked)], err
}

// ownersOf is how leads that one stands for got their owners, the last first, at most maxAllocations.
func ownersOf(ctx context.Context, d app.Deps, caller access.Caller, stands Lead, all []Lead) ([]Allocation, error) {
	entries, err := ofAll(stands, all,
		func(l Lead) ([]Allocation, error) { return allocated(ctx, d, caller.Company, l) },
		func(a *Allocation) *ID { return &a.Lead },
		func(a, b Allocation) int { return b.At.Compare(a.At) })
	return entries[:min(len(entries), maxAllocations)], err
}

// appointmentsOf are the appointments about leads that one stands for, by their time.
func appointmentsOf(ctx context.Context, d app.Deps, caller access.Caller, id ID) ([]Event, error) {
	record, err := visible(ctx, d, caller, id, access.LeadRead)
	if err != nil {
		return nil, err
	}
	stands, all, err := folded(ctx, d, caller, record)
	if err != nil {
		return nil, err
	}
	return ofAll(stands.Value, all,
		func(l Lead) ([]Event, error) { return eventsOf(ctx, d, caller.Company, l.ID) },
		func(e *Event) *ID { return &e.Lead },
		func(a, b Event) int { return a.Start.Compare(b.Start) })
}
