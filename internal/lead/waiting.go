package lead

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/winback-auto/winback/internal/lead/rule"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
)

// A lead that a rule would give to somebody, and that nobody can take yet, waits: outside of working hours, or because all
// recipients are away or have as many as they may have. Leads of one yard that wait for one rule stand in a line, the oldest
// first. The line has one instant at which it is looked at next, promised for then, and it is looked at when a lead joins it
// and when one of somebody's leads ends. Then the oldest are handed out, each as if it had just come: the rules decide anew,
// and the lead, the rule's turn and the place in the line move in one write. Whoever takes a lead by hand meanwhile has it.

// inLine is a lead's place in a line.
type inLine struct {
	Lead ID `json:"lead"`
}

// lineup is a line: the leads of a yard that wait for a rule.
type lineup struct {
	Rule rule.ID   `json:"rule"`
	Yard string    `json:"yard"`
	Next time.Time `json:"next"` // when it is looked at
}

var (
	waiters = table.Kind[inLine]{Name: "lead waiting", Schema: 1, Limit: 1024}
	lineups = table.Kind[lineup]{Name: "lead line", Schema: 1, Limit: 1024}
)

func waitersOf(co ident.Company, of lineup) table.Partition {
	return table.In(co, "lead-waiting", string(of.Rule), of.Yard)
}

func linesOf(co ident.Company) table.Partition { return table.In(co, "lead-line") }

func lineKey(co ident.Company, of lineup) table.Key {
	return linesOf(co).At(string(of.Rule), of.Yard)
}

// Bounds of looking at a line.
const (
	// lineTurn is the most leads that one look hands out; then the line comes again.
	lineTurn = 20
	// lineAgain is the longest time until a line is looked at again, since people change what nobody tells it: rules, roles, absences.
	lineAgain = 15 * time.Minute
	// soon is when what a consumer promises to its own topic comes.
	soon = time.Second
	// maxLines is the most lines that are looked at when somebody can take one more lead.
	maxLines = 100
)

// waits reports whether the lead stands in a line.
func (l Lead) waits() bool {
	return l.User == "" && !l.Ended() && l.Routing != nil && l.Routing.Later
}

// waitNoMore takes the mark from a lead that is handed out, or that needs it no more.
func (l *Lead) waitNoMore() {
	if l.Routing != nil && l.Routing.Later {
		routing := *l.Routing
		routing.Later = false
		l.Routing = &routing
	}
}

// join makes the write of a lead's place at its rule, which goes with the message that looks at the line.
func (of lineup) join(co ident.Company, l Lead) table.Op {
	return waiters.Overwrite(waitersOf(co, of).At(l.CreatedAt.UTC().Format(instant), string(l.ID)), inLine{l.ID})
}

// rejoined are the writes of a lead that stands alone again: it waits where it did before.
func (l Lead) rejoined(co ident.Company, op table.Op) []table.Op {
	if !l.waits() {
		return []table.Op{op}
	}
	at := lineup{Rule: l.Routing.Rule, Yard: l.Yard}
	return []table.Op{op.Emit(CareTopic.Message(co, watch{Rule: at.Rule, Yard: at.Yard})), at.join(co, l)}
}

// hasLine reports whether others wait for the rule in the yard already, who come first.
func hasLine(ctx context.Context, d app.Deps, co ident.Company, of lineup) (bool, error) {
	_, err := lineups.Get(ctx, d.Table, lineKey(co, of))
	if errs.Is(err, errs.NotFound) {
		return false, nil
	}
	return err == nil, err
}

// lost is who has one open lead less since the lead was another; empty: nobody.
func (l Lead) lost(since Lead) access.UserID {
	if since.Ended() || l.User == since.User && !l.Ended() {
		return ""
	}
	return since.User
}

// freed looks at the lines in which a user is waited for.
func freed(ctx context.Context, d app.Deps, co ident.Company, user access.UserID) error {
	found, _, err := lineups.Query(ctx, d.Table, table.Query{Partition: string(linesOf(co)), Limit: maxLines})
	if err != nil || len(found) == 0 {
		return err
	}
	rules, err := rule.All(ctx, d, co)
	if err != nil {
		return err
	}
	for _, record := range found {
		i := slices.IndexFunc(rules, func(r rule.Saved) bool { return r.ID == record.Value.Rule })
		if i >= 0 && !slices.Contains(rules[i].Recipients, user) {
			continue
		}
		if err := lookAtLine(ctx, d, co, record.Value); err != nil {
			return err
		}
	}
	return nil
}

// lookAtLine hands out the leads of a line, the oldest first, as far as there is somebody who can take them, and says when to
// look again.
func lookAtLine(ctx context.Context, d app.Deps, co ident.Company, of lineup) error {
	var lost error
	for range maxRoutes {
		held, err := lineups.Get(ctx, d.Table, lineKey(co, of))
		known := err == nil
		if err != nil && !errs.Is(err, errs.NotFound) {
			return err
		}
		next, err := handOut(ctx, d, co, of)
		if err != nil {
			return err
		}
		switch {
		case next.IsZero() && known:
			lost = d.Table.Write(ctx, lineups.Remove(held))
		case next.IsZero(), known && held.Value.Next.After(d.Now()) && !next.Before(held.Value.Next):
			return nil // nobody waits, or a look is promised that comes early enough
		default:
			held.Value = lineup{of.Rule, of.Yard, next}
			op := lineups.Save(lineKey(co, of), held)
			op.Item.Pending = nil
			lost = d.Commit(ctx, op.Emit(CareTopic.At(next, co, watch{Rule: of.Rule, Yard: of.Yard})))
		}
		if !errs.Is(lost, errs.Conflict) {
			return lost
		}
	}
	return errs.E(errs.Unavailable, "too much happens in one line at once: %w", lost)
}

// handOut hands out leads of a line until nobody can take the next one; it returns when to look again, zero where nobody waits
// any more.
func handOut(ctx context.Context, d app.Deps, co ident.Company, of lineup) (time.Time, error) {
	first, _, err := waiters.Query(ctx, d.Table, table.Query{Partition: string(waitersOf(co, of)), Limit: lineTurn})
	if err != nil || len(first) == 0 {
		return time.Time{}, err
	}
	for _, place := range first {
		next, err := handOutOne(ctx, d, co, of, place)
		if err != nil || !next.IsZero() {
			return next, err
		}
	}
	return d.Now().Add(soon), nil
}

// handOutOne gives the lead of a place to whom the rules say now. The instant is when to try again where nobody can take it, and
// zero where it waits here no more.
func handOutOne(ctx context.Context, d app.Deps, co ident.Company, of lineup, place table.Record[inLine]) (time.Time, error) {
	var lost error
	for range maxRoutes {
		record, err := Load(ctx, d, co, place.Value.Lead)
		if errs.Is(err, errs.NotFound) || err == nil && !record.Value.waits() {
			return time.Time{}, leave(ctx, d, place)
		}
		if err != nil {
			return time.Time{}, err
		}
		next, err := routeLate(ctx, d, co, of, place, record)
		if !errs.Is(err, errs.Conflict) {
			return next, err
		}
		lost = err
	}
	return time.Time{}, errs.E(errs.Unavailable, "too many leads come to one rule at once: %w", lost)
}

// leave removes a place that a lead needs no more; one that is gone already is as good.
func leave(ctx context.Context, d app.Deps, place table.Record[inLine]) error {
	err := d.Table.Write(ctx, waiters.Remove(place))
	if errs.Is(err, errs.Conflict) {
		return nil
	}
	return err
}

// routeLate is route for a lead that waits: the rules of now decide, and say with it how long it has waited for what.
func routeLate(ctx context.Context, d app.Deps, co ident.Company, of lineup, place table.Record[inLine], record table.Record[Lead]) (time.Time, error) {
	before, l := record.Value, &record.Value
	now := d.Now().UTC()
	r, found, err := rule.For(ctx, d, co, l.RuleFacts())
	if err != nil {
		return time.Time{}, err
	}
	waited := fmt.Sprintf("; waited since %s: %s", before.Routing.At.Format(time.RFC3339), before.Routing.Why)
	l.Routing, l.UpdatedAt = &Routing{At: now, Rule: r.ID, Name: r.Name, Mode: r.Mode}, now
	ops := []table.Op{waiters.Remove(place)}
	var places []table.Op
	op := func(op table.Op) table.Op { return op }
	switch {
	case !found:
		l.Routing.Why = cut("no rule matches any more"+waited, maxWhy)
	case r.Mode == rule.NotifyOnly:
		l.Routing.Why = cut("the rule gives leads to nobody any more"+waited, maxWhy)
	case r.ID != of.Rule || l.Yard != of.Yard:
		there := lineup{Rule: r.ID, Yard: l.Yard}
		l.Routing.At, l.Routing.Why, l.Routing.Later = before.Routing.At, before.Routing.Why, true
		ops = append(ops, there.join(co, *l))
		op = func(op table.Op) table.Op {
			return op.Emit(CareTopic.At(now.Add(soon), co, watch{Rule: there.Rule, Yard: there.Yard}))
		}
	default:
		turn, err := rule.LoadTurn(ctx, d, co, r.ID) // before anybody's leads are counted, as in route
		if err != nil {
			return time.Time{}, err
		}
		choice, err := choose(ctx, d, co, r, turn.Value, before)
		if err != nil {
			return time.Time{}, err
		}
		if choice.User == "" {
			return earlier(choice.Again, now.Add(lineAgain)), nil
		}
		l.Routing.User, l.Routing.Why = choice.User, cut(choice.Why+waited, maxWhy)
		ways, err := l.ways(ctx, d, co)
		if err != nil {
			return time.Time{}, err
		}
		var told []table.Op
		places, told = l.allocate(d, co, Allocation{To: choice.User, Why: cut(r.Name+": "+l.Routing.Why, maxWhy)}, ways)
		ops = append(append(ops, told...), rule.Took(co, r.ID, turn, choice.User))
		op = func(op table.Op) table.Op { return op.Emit(CareTopic.At(now.Add(soon), co, watch{Lead: l.ID})) }
	}
	if err := d.Table.Load(ctx, places...); err != nil {
		return time.Time{}, err
	}
	return time.Time{}, board.Write(ctx, d.Table, co, &before, l, func(ctx context.Context) error {
		return d.Commit(ctx, append(append(ops, op(leads.Update(record))), recorded(co, &before, *l)...)...)
	})
}

// earlier is the first of two instants; a zero one does not count.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || b.Before(a) {
		return b
	}
	return a
}
