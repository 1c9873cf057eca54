package lead

import (
	"context"

	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/vehicle"
)

// edition is what a user changes of a lead; what is left out stays.
type edition struct {
	Vehicle *vehicle.Vehicle `json:"vehicle,omitempty"`
	TradeIn *vehicle.Vehicle `json:"tradeIn,omitempty" doc:"An empty object takes the trade-in away."`
	Yard    *string          `json:"yard,omitempty" maxLength:"64"`
	Source  *string          `json:"source,omitempty" maxLength:"100"`
	Type    *string          `json:"type,omitempty" maxLength:"100"`
	Status  *Status          `json:"status,omitempty" enum:"open" doc:"The work has begun. Closing is an action of its own."`
	User    *access.UserID   `json:"user,omitempty" maxLength:"64" doc:"Whose work it is from now on."`
	Notes   *string          `json:"notes,omitempty" maxLength:"2000"`
}

// edit changes a lead that is not closed.
func edit(ctx context.Context, d app.Deps, caller access.Caller, id ID, e edition) (changed Lead, version int64, warnings []string, err error) {
	changed, version, err = change(ctx, d, caller, id, access.LeadWrite, func(l *Lead, _ int64) (commit, error) {
		if err := l.changeable(); err != nil {
			return nil, err
		}
		before := *l
		if *l = e.of(*l).normalised(); l.Status != before.Status {
			l.acted(d.Now().UTC())
		}
		var broken []errs.Violation
		if broken, warnings, err = check(ctx, d, caller, before, l); err != nil {
			return nil, err
		}
		if err := errs.Violate(broken...); err != nil || l.User == before.User {
			return d.Commit, err
		}
		to := l.User
		l.User = before.User
		return handOver(ctx, d, caller.Company, l, Allocation{By: caller.User, To: to, Why: ByHand})
	})
	return changed, version, warnings, err
}

// of is the lead with the edition's values.
func (e edition) of(l Lead) Lead {
	set(&l.Vehicle, e.Vehicle)
	set(&l.Yard, e.Yard)
	set(&l.Source, e.Source)
	set(&l.Type, e.Type)
	set(&l.Status, e.Status)
	set(&l.User, e.User)
	set(&l.Notes, e.Notes)
	if e.TradeIn != nil {
		l.TradeIn = e.TradeIn
	}
	return l
}

func set[T any](field *T, value *T) {
	if value != nil {
		*field = *value
	}
}
