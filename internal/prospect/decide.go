package prospect

import (
	"context"
	"slices"

	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
)

// decision ends a conflict.
type decision struct {
	Field string `json:"field" enum:"yard,user,activity,action,type,due,notes,vehicle"`
	Keep  string `json:"keep" enum:"ours,theirs" doc:"What holds from now on: ours, which the DMS is told again, or what the DMS says."`
}

// decide ends a conflict as the user says. What the DMS says later may begin another.
func decide(ctx context.Context, d app.Deps, caller access.Caller, id ID, choice decision) (Prospect, error) {
	return change(ctx, d, caller, id, func(p *Prospect) (Commit, error) {
		if !slices.ContainsFunc(p.Conflicts(), func(c Conflict) bool { return c.Field == choice.Field }) {
			return nil, errs.E(errs.Conflict, "there is no conflict about the %s; somebody may have decided it already", choice.Field)
		}
		f := plannedFields[slices.IndexFunc(plannedFields, func(f plannedField) bool { return f.name == choice.Field })]
		if choice.Keep == "theirs" {
			plan := p.planned()
			f.take(&plan, *p.DMS.Plan)
			p.follow(plan)
			broken, err := assignable(ctx, d, caller.Company, *p)
			if err == nil {
				err = errs.Violate(broken...)
			}
			if err != nil {
				return nil, err
			}
		}
		p.setEdit(f, Edit{By: caller.User, At: d.Now().UTC(), Seen: f.text(*p.DMS.Plan), Said: p.DMS.Said})
		return d.Commit, nil
	})
}
