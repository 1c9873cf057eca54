package rule

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/winback-auto/winback/internal/company"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/web"
)

// Add makes a rule under its ID, a new one where that is empty. One that is there under the ID already is the answer,
// unchanged.
func Add(ctx context.Context, d app.Deps, co ident.Company, r Rule) (Saved, int64, error) {
	r = r.normalised()
	if err := check(ctx, d, co, r); err != nil {
		return Saved{}, 0, err
	}
	all, err := All(ctx, d, co)
	if err != nil {
		return Saved{}, 0, err
	}
	if len(all) >= MaxRules {
		return Saved{}, 0, errs.E(errs.Conflict, "a company has at most %d rules; delete one first", MaxRules)
	}
	r.ID = ID(cmp.Or(string(r.ID), d.NewID()))
	now := d.Now().UTC().Truncate(time.Millisecond)
	made := Saved{r, now, now}
	err = d.Commit(ctx, rules.Create(key(co, r.ID), made))
	if errs.Is(err, errs.Conflict) {
		earlier, err := Load(ctx, d, co, r.ID)
		return earlier.Value, earlier.Version(), err
	}
	return made, 1, err
}

// change replaces a rule. Whose turn it is stays.
func change(ctx context.Context, d app.Deps, co ident.Company, match web.Precondition, r Rule) (Saved, int64, error) {
	r = r.normalised()
	record, err := Load(ctx, d, co, r.ID)
	if err != nil {
		return Saved{}, 0, err
	}
	if err := match.Match(record.Version()); err != nil {
		return Saved{}, 0, err
	}
	if err := check(ctx, d, co, r); err != nil {
		return Saved{}, 0, err
	}
	record.Value.Rule, record.Value.UpdatedAt = r, d.Now().UTC().Truncate(time.Millisecond)
	return record.Value, record.Version() + 1, match.Stale(d.Commit(ctx, rules.Update(record)))
}

// remove deletes a rule. What it decided about leads stays with them.
func remove(ctx context.Context, d app.Deps, co ident.Company, match web.Precondition, id ID) error {
	record, err := Load(ctx, d, co, id)
	if err != nil {
		return err
	}
	if err := match.Match(record.Version()); err != nil {
		return err
	}
	return match.Stale(d.Commit(ctx, rules.Remove(record)))
}

// check refuses a normalised rule that breaks a rule by itself or names what the company does not have.
func check(ctx context.Context, d app.Deps, co ident.Company, r Rule) error {
	broken := r.problems()
	where := "any yard"
	if r.Conditions.Yard != "" {
		where = "the rule's yard"
		_, err := company.LoadYard(ctx, d, co, r.Conditions.Yard)
		if err != nil && !errs.Is(err, errs.NotFound) {
			return err
		}
		if err != nil {
			broken = append(broken, errs.Violation{Location: "body.conditions.yard", Message: "is not a yard of the company"})
		}
	}
	able, err := managing(ctx, d, co, r.Conditions.Yard)
	if err != nil {
		return err
	}
	for i, user := range r.Recipients {
		if !able[user] {
			broken = append(broken, errs.Violation{
				Location: fmt.Sprintf("body.recipients[%d]", i), Message: "is not an active user with the role " + string(access.ManageLeads) + " in " + where,
			})
		}
	}
	return errs.Violate(broken...)
}

// managing are the active users who manage leads in a yard, or, where that is empty, in any.
func managing(ctx context.Context, d app.Deps, co ident.Company, yard string) (map[access.UserID]bool, error) {
	roles, err := d.Access.Roles(ctx, co)
	if err != nil {
		return nil, err
	}
	users, err := d.Access.Users(ctx, co)
	if err != nil {
		return nil, err
	}
	team := access.Team(slices.DeleteFunc(roles, func(r access.RoleRecord) bool {
		return r.Role != access.ManageLeads || yard != "" && !slices.Contains(r.Yards, yard)
	}))
	able := map[access.UserID]bool{}
	for _, user := range users {
		if !user.Disabled && team.Has(user.ID) {
			able[user.ID] = true
		}
	}
	return able, nil
}
