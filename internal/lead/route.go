package lead

import (
	"cmp"
	"context"
	"time"

	"github.com/winback-auto/winback/internal/company"
	"github.com/winback-auto/winback/internal/lead/rule"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/queue"
	"github.com/winback-auto/winback/internal/platform/search"
	"github.com/winback-auto/winback/internal/platform/table"
)

// Alert is the command to say that an electronic lead is there: the lead is given to whom the rules say, and those who are to
// know are told.
var Alert = queue.Topic[Arrival]{Name: "lead-alert"}

// Arrival names an enquiry that came in by itself. Imports are none (L3).
type Arrival struct {
	Lead    ID     `json:"lead"`
	Enquiry string `json:"enquiry"`         // its digest: what is told of one enquiry is told once
	Again   bool   `json:"again,omitempty"` // it joined a lead that was there
}

// Routing is what the rules have decided about an electronic lead, once.
type Routing struct {
	At   time.Time     `json:"at"`
	Rule rule.ID       `json:"rule,omitempty" doc:"The rule that decided; absent: none matched, and the managers of the yard were told."`
	Name string        `json:"name,omitempty" doc:"What it was called then."`
	Mode rule.Mode     `json:"mode,omitempty" enum:"notify_only,assign_single,round_robin"`
	User access.UserID `json:"user,omitempty" doc:"Who was given the lead; absent: nobody."`
	Why  string        `json:"why" example:"the next in turn; passed over: 1 away"`
	// Later says that the lead waits; see waiting.go.
	Later bool `json:"later,omitempty" doc:"Nobody can take it yet: it is handed out as soon as somebody can, unless somebody takes it before."`
}

// maxRoutes bounds how often a routing is tried where others are quicker with the lead or with the rule's turn. Leads that
// come at once to one rule take turns, so it is generous.
const maxRoutes = 60

// Route lets the rules decide about a lead and keeps what they say with it. A lead that is somebody's by then, closed, or
// routed before stays as it is. The user who is given the lead, the lead and the rule's turn move in one write.
func Route(ctx context.Context, d app.Deps, co ident.Company, id ID) (Lead, error) {
	var lost error
	for range maxRoutes {
		record, err := Load(ctx, d, co, id)
		if err != nil || record.Value.Routing != nil || record.Value.Ended() {
			return record.Value, err
		}
		routed, err := route(ctx, d, co, record)
		if !errs.Is(err, errs.Conflict) {
			return routed, err
		}
		lost = err
	}
	return Lead{}, errs.E(errs.Unavailable, "too many leads come to one rule at once: %w", lost)
}

func route(ctx context.Context, d app.Deps, co ident.Company, record table.Record[Lead]) (Lead, error) {
	before, l := record.Value, &record.Value
	now := d.Now().UTC()
	r, found, err := rule.For(ctx, d, co, l.RuleFacts())
	if err != nil {
		return Lead{}, err
	}
	l.Routing, l.UpdatedAt = &Routing{At: now, Rule: r.ID, Name: r.Name, Mode: r.Mode}, now
	var ops []table.Op
	var joined *lineup
	switch {
	case !found:
		l.Routing.Why = "no rule matches"
	case l.User != "":
		l.Routing.Why = "it was somebody's already"
	default:
		turn, err := rule.LoadTurn(ctx, d, co, r.ID) // before anybody's leads are counted: who counts what we do not see loses the turn to us
		if err != nil {
			return Lead{}, err
		}
		at := lineup{Rule: r.ID, Yard: l.Yard}
		behind, err := hasLine(ctx, d, co, at)
		if err != nil {
			return Lead{}, err
		}
		choice := rule.Choice{Why: "others wait for somebody"}
		if !behind || r.Mode == rule.NotifyOnly {
			if choice, err = choose(ctx, d, co, r, turn.Value, *l); err != nil {
				return Lead{}, err
			}
		}
		l.Routing.User, l.Routing.Why = choice.User, choice.Why
		switch {
		case choice.User == "" && r.Mode != rule.NotifyOnly:
			l.Routing.Later = true
			ops, joined = append(ops, at.join(co, *l)), &at
		case choice.User != "":
			// The alert tells the new owner.
			_, ops = l.moveTo(d, co, Allocation{To: choice.User, Why: cut(r.Name+": "+choice.Why, maxWhy)})
			ops = append(ops, rule.Took(co, r.ID, turn, choice.User))
		}
	}
	err = board.Write(ctx, d.Table, co, &before, l, func(ctx context.Context) error {
		op := leads.Update(record)
		if l.stirred(before) {
			op = watched(co, *l, op)
		}
		if joined != nil {
			op = op.Emit(CareTopic.Message(co, watch{Rule: joined.Rule, Yard: joined.Yard}))
		}
		return d.Commit(ctx, append(append(ops, op), recorded(co, &before, *l)...)...)
	})
	return *l, err
}

// maxWhy bounds why an allocation was made, in characters.
const maxWhy = 300

// RuleFacts are what rules ask of the lead.
func (l Lead) RuleFacts() rule.Facts {
	return rule.Facts{Yard: l.Yard, Make: l.Vehicle.Make, Source: l.Source, Type: l.Type}
}

// choose asks a rule who gets the lead now.
func choose(ctx context.Context, d app.Deps, co ident.Company, r rule.Rule, turn rule.Turn, l Lead) (rule.Choice, error) {
	if r.Mode == rule.NotifyOnly {
		return r.Choose(turn, d.Now(), nil)
	}
	at, err := localNow(ctx, d, co, l.Yard)
	if err != nil {
		return rule.Choice{}, err
	}
	team, err := d.Access.Team(ctx, co, access.ManageLeads, l.Yard)
	if err != nil {
		return rule.Choice{}, err
	}
	var back time.Time // when the first who is away is there again
	choice, err := r.Choose(turn, at, func(user access.UserID) (rule.Obstacle, error) {
		if !team.Has(user) {
			return rule.Elsewhere, nil
		}
		u, err := d.Access.User(ctx, co, user)
		switch {
		case errs.Is(err, errs.NotFound) || err == nil && u.Disabled:
			return rule.Elsewhere, nil
		case err != nil:
			return "", err
		case u.Away.At(at):
			back = earlier(back, u.Away.To)
			return rule.Away, nil
		}
		loaded, err := full(ctx, d, co, user, r.Capacity)
		if loaded {
			return rule.Full, err
		}
		return "", err
	})
	if !r.Works(at) {
		choice.Again = r.NextWork(at)
	} else if choice.User == "" {
		choice.Again = back
	}
	return choice, err
}

// full reports whether a user has as many open leads as a capacity allows; 0 allows any number.
func full(ctx context.Context, d app.Deps, co ident.Company, user access.UserID, capacity int) (bool, error) {
	if capacity == 0 {
		return false, nil
	}
	yards, err := company.Yards(ctx, d, co)
	if err != nil {
		return false, err
	}
	q := search.Query{Facets: []search.Facet{{Name: openUserFacet, Value: string(user)}}, Limit: capacity}
	for _, yard := range yards {
		q.Yards = append(q.Yards, yard.ID)
	}
	open, err := board.First(ctx, d.Table, co, q)
	return len(open) >= capacity, err
}

// localNow is now on the clock of a yard.
func localNow(ctx context.Context, d app.Deps, co ident.Company, yard string) (time.Time, error) {
	profile, err := company.Load(ctx, d, co)
	if err != nil {
		return time.Time{}, err
	}
	place, err := company.LoadYard(ctx, d, co, yard)
	if err != nil && !errs.Is(err, errs.NotFound) {
		return time.Time{}, err
	}
	zone, err := time.LoadLocation(cmp.Or(place.Value.TimeZone, profile.TimeZone))
	if err != nil {
		zone = time.UTC
	}
	return d.Now().In(zone), nil
}
