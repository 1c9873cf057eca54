package prospect

import (
	"context"
	"maps"
	"time"

	"github.com/winback-auto/winback/internal/customer"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
)

// Heard is what the DMS says of one prospect, checked and in its stored form.
type Heard struct {
	ID     string // in the DMS
	Ours   ID     // where the DMS names one of ours that it has taken over; else empty
	Said   Revision
	Plan   Plan
	Closed bool
	Buyer  string // digest of the customer
	By     access.UserID
	Meet   func(context.Context) (customer.Chosen, error) // finds the customer, or prepares a new one; called where one is needed
}

// Result is what became of something heard.
type Result string

// The results.
const (
	Created   Result = "created"
	Updated   Result = "updated"
	Unchanged Result = "unchanged" // heard before
	Stale     Result = "stale"     // something newer was heard before
)

// counterpart leads from an id of the DMS to the prospect.
type counterpart struct {
	Prospect ID `json:"prospect"`
}

var counterparts = table.Kind[counterpart]{Name: "dms prospect", Schema: 1}

func counterpartKey(company ident.Company, dms string) table.Key {
	return table.In(company, "dms-prospect", dms).At()
}

// Hear takes in what the DMS says of a prospect (P9): a new one is filed under an id that follows from the DMS's, a known
// one follows the plan, as far as no user has planned otherwise and nobody has completed it. Whatever the order, and
// however often the same is heard, the end is the same. A prospect of ours that the DMS names wrongly is an Invalid error.
func Hear(ctx context.Context, d app.Deps, co ident.Company, h Heard) (p Prospect, result Result, err error) {
	const attempts = 8
	for range attempts {
		if p, result, err = hear(ctx, d, co, h); !errs.Is(err, errs.Conflict) {
			break
		}
	}
	return p, result, err
}

func hear(ctx context.Context, d app.Deps, co ident.Company, h Heard) (Prospect, Result, error) {
	known, err := counterparts.Get(ctx, d.Table, counterpartKey(co, h.ID))
	if err != nil && !errs.Is(err, errs.NotFound) {
		return Prospect{}, "", err
	}
	id, linked := known.Value.Prospect, err == nil
	switch {
	case linked && h.Ours != "" && h.Ours != id:
		return Prospect{}, "", wrongProspect("is not the prospect that this id stands for")
	case !linked && h.Ours == "":
		return begin(ctx, d, co, h)
	case !linked:
		id = h.Ours
	}
	record, err := Load(ctx, d, co, id)
	if errs.Is(err, errs.NotFound) {
		return Prospect{}, "", wrongProspect("is no prospect of yours")
	}
	if err != nil {
		return Prospect{}, "", err
	}
	if p := record.Value; p.DMS != nil && p.DMS.ID != "" && p.DMS.ID != h.ID {
		return Prospect{}, "", wrongProspect("has another id in the DMS already")
	}
	return revise(ctx, d, co, h, record, linked)
}

func wrongProspect(message string) error {
	return errs.Violate(errs.Violation{Location: "prospect", Message: message})
}

// begin files a prospect that nobody has heard of.
func begin(ctx context.Context, d app.Deps, co ident.Company, h Heard) (Prospect, Result, error) {
	who, err := h.Meet(ctx)
	if err != nil {
		return Prospect{}, "", err
	}
	now := d.Now().UTC()
	p := Prospect{
		ID: idOf(co, h.ID), Customer: who.ID, CustomerName: who.Name(), CreatedAt: now, CreatedBy: h.By,
		DMS: &DMS{ID: h.ID, Said: h.Said, Plan: &h.Plan, Closed: h.Closed, Buyer: h.Buyer},
	}
	p.follow(h.Plan)
	p.closeAsHeard(now)
	link := counterparts.Create(counterpartKey(co, h.ID), counterpart{p.ID})
	commit := who.Commit(d, co)
	p, err = file(ctx, d, co, p, func(ctx context.Context, ops ...table.Op) error { return commit(ctx, append(ops, link)...) })
	return p, Created, err
}

// revise brings a known prospect to what is heard, where that is news.
func revise(ctx context.Context, d app.Deps, co ident.Company, h Heard, record table.Record[Prospect], linked bool) (Prospect, Result, error) {
	before := record.Value
	after, result := before.heard(h, d.Now().UTC())
	commit := d.Commit
	if theirs := after.ID == idOf(co, h.ID); theirs && result == Updated && after.DMS.Buyer != before.DMS.Buyer && !before.endedHere() {
		who, err := h.Meet(ctx)
		if err != nil {
			return Prospect{}, "", err
		}
		after.Customer, after.CustomerName, commit = who.ID, who.Name(), who.Commit(d, co)
	}
	var ops []table.Op
	if !linked {
		ops = append(ops, counterparts.Create(counterpartKey(co, h.ID), counterpart{after.ID}))
	}
	if result != Updated && linked && after.DMS == before.DMS {
		return before, result, nil
	}
	if after.Customer != before.Customer {
		ops = append(ops, customer.Activity(co, after.Customer, d.Now(), "prospect", string(after.ID), "Prospect of the DMS"))
	}
	record.Value = after
	err := board.Write(ctx, d.Table, co, &before, &after, func(ctx context.Context) error {
		return commit(ctx, append([]table.Op{prospects.Update(record)}, ops...)...)
	})
	return after, result, err
}

// idOf is the id of a prospect that the DMS made; one that was made here has another.
func idOf(co ident.Company, dms string) ID {
	return ID(ident.Of("prospect of the DMS", co.ID(), dms))
}

// heard is the prospect after the DMS has said something. What is older than the latest only tells whether the DMS has
// adopted what a user had changed: then that is an edit no longer.
func (p Prospect) heard(h Heard, now time.Time) (Prospect, Result) {
	first := p.DMS == nil || p.DMS.Plan == nil
	var counterpart DMS
	if p.DMS != nil {
		counterpart = *p.DMS
		counterpart.Edits = maps.Clone(counterpart.Edits)
	}
	if first { // made here: until the DMS agrees, all of it was meant so
		for _, f := range plannedFields {
			counterpart.keep(f.name, Edit{By: p.CreatedBy, At: p.CreatedAt})
		}
	}
	newer := h.Said.Compare(counterpart.Said)
	adopted := counterpart.adopt(p, h)
	switch {
	case !first && newer <= 0 && adopted == 0:
		return p, map[bool]Result{true: Unchanged, false: Stale}[newer == 0]
	case first || newer > 0:
		counterpart.ID, counterpart.Said, counterpart.Plan, counterpart.Closed, counterpart.Buyer = h.ID, h.Said, &h.Plan, h.Closed, h.Buyer
	}
	p.DMS = &counterpart
	p.closeAsHeard(now)
	if !p.endedHere() {
		p.adhere()
	}
	p.UpdatedAt = now
	if !first && newer <= 0 {
		return p, Stale
	}
	return p, Updated
}

func (d *DMS) keep(field string, e Edit) {
	if d.Edits == nil {
		d.Edits = map[string]Edit{}
	}
	d.Edits[field] = e
}

// adopt ends the edits that the DMS has taken over since they were made, and returns how many.
func (d *DMS) adopt(p Prospect, h Heard) (adopted int) {
	for _, f := range plannedFields {
		e, ok := d.Edits[f.name]
		if ok && h.Said.Compare(e.Said) > 0 && f.text(h.Plan) == f.text(p.planned()) {
			delete(d.Edits, f.name)
			adopted++
		}
	}
	return adopted
}

// adhere brings every field that nobody has edited to the plan of the DMS.
func (p *Prospect) adhere() {
	plan := p.planned()
	for _, f := range plannedFields {
		if _, edited := p.DMS.Edits[f.name]; !edited {
			f.take(&plan, *p.DMS.Plan)
		}
	}
	p.follow(plan)
}

// closedThere reports whether the DMS completed it, and nobody here.
func (p Prospect) closedThere() bool {
	return p.Completed && p.CompletedBy == "" && p.ConvertedLead == ""
}

// endedHere reports whether a user completed or converted it.
func (p Prospect) endedHere() bool { return p.Completed && !p.closedThere() }

// closeAsHeard completes or reopens what the DMS has; what a user has completed stays so.
func (p *Prospect) closeAsHeard(now time.Time) {
	switch {
	case p.endedHere():
	case p.DMS.Closed:
		if at := p.DMS.Said.ChangedAt; !at.IsZero() {
			now = at
		}
		p.Completed, p.CompletedAt, p.CompletionNotes = true, now, "Closed in the DMS"
	default:
		p.Completed, p.CompletedAt, p.CompletionNotes = false, time.Time{}, ""
	}
}
