package prospect

import (
	"context"
	"time"

	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/vehicle"
)

// edition is what a user changes of a prospect; what is left out stays.
type edition struct {
	Vehicle  *vehicle.Vehicle `json:"vehicle,omitempty"`
	Yard     *string          `json:"yard,omitempty" maxLength:"64"`
	User     *access.UserID   `json:"user,omitempty" maxLength:"64" doc:"Whose work it is from now on; only managers give work to others."`
	Activity *string          `json:"activity,omitempty" maxLength:"100"`
	Action   *string          `json:"action,omitempty" maxLength:"100"`
	Type     *string          `json:"type,omitempty" maxLength:"100"`
	Due      *time.Time       `json:"due,omitempty"`
	Notes    *string          `json:"notes,omitempty" maxLength:"1000"`
}

// edit changes a prospect that is not completed.
func edit(ctx context.Context, d app.Deps, caller access.Caller, id ID, e edition) (changed Prospect, warnings []string, err error) {
	changed, err = change(ctx, d, caller, id, func(p *Prospect) (Commit, error) {
		if err := p.changeable(); err != nil {
			return nil, err
		}
		before := *p
		*p = e.of(*p).normalised()
		var broken []errs.Violation
		if broken, warnings, err = check(ctx, d, caller, before, p); err != nil {
			return nil, err
		}
		p.edited(before.planned(), caller.User, d.Now().UTC())
		return d.Commit, errs.Violate(broken...)
	})
	return changed, warnings, err
}

// of is the prospect with the edition's values.
func (e edition) of(p Prospect) Prospect {
	set(&p.Vehicle, e.Vehicle)
	set(&p.Yard, e.Yard)
	set(&p.User, e.User)
	set(&p.Activity, e.Activity)
	set(&p.Action, e.Action)
	set(&p.Type, e.Type)
	set(&p.Due, e.Due)
	set(&p.Notes, e.Notes)
	return p
}

func set[T any](field, value *T) {
	if value != nil {
		*field = *value
	}
}
