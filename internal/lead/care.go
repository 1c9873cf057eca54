package lead

import (
	"context"
	"slices"
	"time"

	"github.com/winback-auto/winback/internal/customer"
	"github.com/winback-auto/winback/internal/lead/rule"
	"github.com/winback-auto/winback/internal/notify"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/queue"
	"github.com/winback-auto/winback/internal/platform/table"
)

// CareTopic is the command to look after a lead: whether it is time to do something because nobody works on it.
var CareTopic = queue.Topic[watch]{Name: "lead-care"}

// watch names a lead to look after, a round over all open ones, a line of leads that wait for somebody, a user who has one lead
// less, leads that were allocated together, or a customer who is called otherwise.
type watch struct {
	Lead  ID            `json:"lead,omitempty"`
	Round int           `json:"round,omitempty"`
	Rule  rule.ID       `json:"rule,omitempty"` // the leads that wait for it
	Yard  string        `json:"yard,omitempty"` // in this yard
	Freed access.UserID `json:"freed,omitempty"`

	Batch    string      `json:"batch,omitempty"`
	Customer customer.ID `json:"customer,omitempty"` // as customer.Rename says it
}

// Care is the function that lets no lead rot. Each open lead has a vigil with the one instant at which something is to
// happen next, promised for then. So a tick of the sweeper reads what is due and nothing else, and one that is skipped,
// doubled or late changes nothing: what is done says the vigil.
var Care = app.Function{
	Name:     "lead-care",
	Doc:      "Reminds of leads that nobody works on, tells managers, takes leads back, and hands out those that wait for somebody.",
	Consumes: app.Consume(CareTopic, care, app.Batch(10)),
	Uses:     app.Uses{Table: app.Read | app.Put | app.Delete | app.Check | app.Load, Pace: 5, Sends: app.Topics(notify.Send)},
	Timeout:  2 * time.Minute,
}

// vigil is how far the care for a lead is.
type vigil struct {
	Since     time.Time `json:"since"`         // when the time without work began that the steps count from
	Acts      int       `json:"acts"`          // of the lead, then
	Handovers int       `json:"handovers"`     // likewise
	Done      []string  `json:"done"`          // steps that were taken since
	Next      time.Time `json:"next,omitzero"` // when the next one is due; zero: none is left
}

var vigils = table.Kind[vigil]{Name: "lead vigil", Schema: 1}

func vigilKey(company ident.Company, id ID) table.Key {
	return table.In(company, "lead-vigil", string(id)).At()
}

func care(ctx context.Context, d app.Deps, co ident.Company, w watch) error {
	switch {
	case w.Round != 0:
		return goRound(ctx, d, co, w.Round)
	case w.Rule != "":
		return lookAtLine(ctx, d, co, lineup{Rule: w.Rule, Yard: w.Yard})
	case w.Batch != "":
		return sumUp(ctx, d, co, w.Batch)
	case w.Customer != "":
		return rename(ctx, d, co, w.Customer)
	case w.Freed != "":
		if err := freed(ctx, d, co, w.Freed); err != nil || w.Lead == "" {
			return err
		}
	}
	set, err := loadSettings(ctx, d, co)
	if err != nil {
		return err
	}
	return look(ctx, d, co, set.Value, w.Lead, false)
}

// look does what is due for a lead. Where somebody works on it in the same moment it looks again. A first look tells nobody
// of what is overdue: a company that switches reminders on is not to be flooded with those of years.
func look(ctx context.Context, d app.Deps, co ident.Company, set Settings, id ID, first bool) error {
	const attempts = 5
	for range attempts {
		if err := lookOnce(ctx, d, co, set, id, first); !errs.Is(err, errs.Conflict) {
			return err
		}
	}
	return errs.E(errs.Unavailable, "too much happens to this lead at once")
}

func lookOnce(ctx context.Context, d app.Deps, co ident.Company, set Settings, id ID, first bool) error {
	record, err := Load(ctx, d, co, id)
	if err != nil {
		return err
	}
	held, err := vigils.Get(ctx, d.Table, vigilKey(co, id))
	known := err == nil
	if err != nil && !errs.Is(err, errs.NotFound) {
		return err
	}
	steps := set.steps()
	if record.Value.Ended() || len(steps) == 0 {
		if known {
			return d.Table.Write(ctx, vigils.Remove(held))
		}
		return nil
	}
	v := held.Value.over(record.Value)
	due := v.due(steps, d.Now())
	if known && len(due) == 0 && v.Since.Equal(held.Value.Since) && v.next(steps).Equal(held.Value.Next) {
		return nil
	}
	v.Done = append(slices.Clone(v.Done), due...)
	if first && !known {
		due = slices.DeleteFunc(due, func(name string) bool { return name != returning })
	}
	places, ops, err := told(ctx, d, co, record.Value, v, due)
	if err != nil {
		return err
	}
	before := record.Value
	if slices.Contains(due, returning) {
		listed, told, err := takeBack(ctx, d, co, set.Return, &record)
		if err != nil {
			return err
		}
		places, ops = append(places, listed...), append(ops, told...)
		ops = append(ops, recorded(co, &before, record.Value)...)
		v = v.over(record.Value) // for the next owner it begins anew
	}
	v.Next = v.next(steps)
	held.Value = v
	if len(due) > 0 && record.Value.Handovers == before.Handovers {
		ops = append(ops, leads.Unchanged(record)) // who works on it in this moment need not be reminded
	}
	ops = append([]table.Op{keep(co, id, held)}, ops...)
	if err := d.Table.Load(ctx, places...); err != nil {
		return err
	}
	return board.Write(ctx, d.Table, co, &before, &record.Value, func(ctx context.Context) error { return d.Commit(ctx, ops...) })
}

// over is the vigil over a lead as it is now: the same while nobody has worked on it, else a new one.
func (v vigil) over(l Lead) vigil {
	if !v.Since.IsZero() && v.Acts == l.Acts && v.Handovers == l.Handovers {
		return v
	}
	return vigil{Since: l.idleSince(), Acts: l.Acts, Handovers: l.Handovers}
}

// keep writes a vigil with the promise of its next step, in the place of an earlier one.
func keep(co ident.Company, id ID, held table.Record[vigil]) table.Op {
	op := vigils.Save(vigilKey(co, id), held)
	op.Item.Pending = nil
	if !held.Value.Next.IsZero() {
		op = op.Emit(CareTopic.At(held.Value.Next, co, watch{Lead: id}))
	}
	return op
}

// due are the steps that are to be taken by now.
func (v vigil) due(steps []step, now time.Time) (due []string) {
	for _, s := range steps {
		if !v.Since.Add(s.after).After(now) && !slices.Contains(v.Done, s.name) {
			due = append(due, s.name)
		}
	}
	return due
}

// next is when the first step that was not taken is due; zero where none is left.
func (v vigil) next(steps []step) time.Time {
	for _, s := range steps {
		if !slices.Contains(v.Done, s.name) {
			return v.Since.Add(s.after)
		}
	}
	return time.Time{}
}
