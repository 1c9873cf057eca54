package dms

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/winback-auto/winback/internal/company"
	"github.com/winback-auto/winback/internal/customer"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/prospect"
	"github.com/winback-auto/winback/internal/vehicle"
)

// MaxRows is the most prospects of one import, so that it ends well within the time of a request.
const MaxRows = 100

// Imported is what became of a row.
type Imported struct {
	ID        string          `json:"id" doc:"As the row has it."`
	Result    prospect.Result `json:"result" enum:"created,updated,unchanged,stale,rejected" doc:"unchanged: heard before. stale: something newer was heard before; nothing changes."`
	Prospect  prospect.ID     `json:"prospect,omitempty" doc:"Our id."`
	Conflicts []string        `json:"conflicts,omitempty" doc:"Fields that users here have set otherwise. Theirs hold until one of them decides."`
	Errors    []Reason        `json:"errors,omitempty" doc:"Why it was rejected, all reasons at once."`
	Warnings  []string        `json:"warnings,omitempty"`
}

// Reason is a rule that a row breaks.
type Reason struct {
	Location string `json:"location" example:"body.prospects[3].due"`
	Message  string `json:"message"`
}

// rejected is the result of a row that breaks a rule.
const rejected prospect.Result = "rejected"

// importer takes in the rows of one request.
type importer struct {
	app.Deps
	caller   access.Caller
	home     company.Company
	yards    []company.Yard
	users    []access.User
	roles    []access.RoleRecord
	settings company.ProspectSettings
}

// take takes in rows, one after the other. What is wrong with one is told in its place and disturbs no other; an error ends
// the import in the middle, and repeating all of it is right.
func take(ctx context.Context, d app.Deps, caller access.Caller, rows []Row) ([]Imported, error) {
	if err := prospect.Enabled(ctx, d, caller.Company); err != nil {
		return nil, err
	}
	i, err := newImporter(ctx, d, caller)
	if err != nil {
		return nil, err
	}
	all := make([]Imported, len(rows))
	for n, row := range rows {
		row = row.trimmed()
		all[n], err = i.row(ctx, row)
		if errs.Is(err, errs.Invalid) {
			all[n] = Imported{ID: row.ID, Result: rejected, Errors: reasons(n, err)}
			err = nil
		}
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

func newImporter(ctx context.Context, d app.Deps, caller access.Caller) (i *importer, err error) {
	i = &importer{Deps: d, caller: caller}
	co := caller.Company
	if i.home, err = company.Load(ctx, d, co); err != nil {
		return nil, err
	}
	if i.yards, err = company.Yards(ctx, d, co); err != nil {
		return nil, err
	}
	if i.roles, err = d.Access.Roles(ctx, co); err != nil {
		return nil, err
	}
	if i.users, err = d.Access.UsersIn(ctx, co, access.ManageProspects); err != nil {
		return nil, err
	}
	settings, err := company.LoadProspectSettings(ctx, d, co)
	i.settings = settings.Value
	return i, err
}

// row takes in one row; an Invalid error says why it cannot.
func (i *importer) row(ctx context.Context, r Row) (Imported, error) {
	broken := r.problems()
	plan, wrong, warnings := i.plan(r)
	if broken = append(broken, wrong...); len(broken) > 0 {
		return Imported{}, errs.Violate(broken...)
	}
	if err := i.learn(ctx, &plan); err != nil {
		return Imported{}, err
	}
	p, result, err := prospect.Hear(ctx, i.Deps, i.caller.Company, prospect.Heard{
		ID: r.ID, Ours: prospect.ID(r.Prospect), Said: r.revision(), Plan: plan, Closed: r.Closed, Buyer: digest(r.Customer), By: i.caller.User,
		Meet: func(ctx context.Context) (customer.Chosen, error) {
			who, err := customer.Meet(ctx, i.Deps, i.caller.Company, r.Customer.customer(), r.intent())
			return who, within(err, "customer")
		},
	})
	if err != nil {
		return Imported{}, err
	}
	done := Imported{ID: r.ID, Result: result, Prospect: p.ID, Warnings: warnings}
	for _, c := range p.Conflicts() {
		done.Conflicts = append(done.Conflicts, c.Field)
	}
	return done, nil
}

// plan is what the row plans, in our words.
func (i *importer) plan(r Row) (plan prospect.Plan, broken []errs.Violation, warnings []string) {
	plan = prospect.Plan{Activity: r.Activity, Action: r.Action, Type: r.Type, Due: r.Due, Notes: r.Notes}
	yard, ok := i.yard(r.Yard)
	if !ok {
		return plan, []errs.Violation{{Location: "yard", Message: "is neither id nor name of a yard of the company"}}, nil
	}
	plan.Yard = yard.ID
	if plan.User, ok = i.user(r.User, yard.ID); !ok && r.User != "" {
		broken = append(broken, errs.Violation{Location: "user", Message: "is no user with the role " + string(access.ManageProspects) + " in the yard"})
	}
	v := r.Vehicle
	if v.Rego != "" && v.State == "" {
		v.State = yard.State
	}
	checked, wrong, odd := vehicle.CheckPartial(v, i.home.Country)
	for _, w := range wrong {
		broken = append(broken, errs.Violation{Location: "vehicle." + w.Location, Message: w.Message})
	}
	for _, w := range odd {
		warnings = append(warnings, "vehicle."+w)
	}
	plan.Vehicle = checked
	return plan, broken, warnings
}

// yard is a yard by its id or name, or the only one.
func (i *importer) yard(name string) (company.Yard, bool) {
	if name == "" && len(i.yards) == 1 {
		return i.yards[0], true
	}
	for _, is := range []func(company.Yard) bool{
		func(y company.Yard) bool { return y.ID == name }, func(y company.Yard) bool { return strings.EqualFold(y.Name, name) },
	} {
		if n := slices.IndexFunc(i.yards, is); n >= 0 {
			return i.yards[n], true
		}
	}
	return company.Yard{}, false
}

// user is an active user, by id or e-mail address, who manages prospects in the yard.
func (i *importer) user(name, yard string) (access.UserID, bool) {
	for _, u := range i.users {
		if string(u.ID) != name && !strings.EqualFold(u.Email, name) {
			continue
		}
		works := slices.ContainsFunc(i.roles, func(role access.RoleRecord) bool {
			return role.Role == access.ManageProspects && slices.Contains(role.Yards, yard) && access.Team{role}.Has(u.ID)
		})
		return u.ID, works
	}
	return "", false
}

// learn writes the words of a plan as the company does, and adds those that it does not have: the DMS decides what there is
// to do.
func (i *importer) learn(ctx context.Context, p *prospect.Plan) error {
	if i.spell(p) {
		return nil
	}
	if err := company.LearnProspectWords(ctx, i.Deps, i.caller.Company, p.Activity, p.Action, p.Type); err != nil {
		return err
	}
	settings, err := company.LoadProspectSettings(ctx, i.Deps, i.caller.Company)
	i.settings = settings.Value
	i.spell(p)
	return err
}

// spell writes words as the company does, and reports whether it has all of them. Retired ones will do.
func (i *importer) spell(p *prospect.Plan) (known bool) {
	known = true
	for _, word := range []struct {
		text    *string
		choices []company.Choice
	}{{&p.Activity, i.settings.ActivityChoices()}, {&p.Action, i.settings.Actions}, {&p.Type, i.settings.Types}} {
		n := slices.IndexFunc(word.choices, func(c company.Choice) bool { return strings.EqualFold(c.Name, *word.text) })
		switch {
		case n >= 0:
			*word.text = word.choices[n].Name
		case *word.text != "":
			known = false
		}
	}
	return known
}

// within names where in a row the fields are that an error speaks of.
func within(err error, place string) error {
	violations := errs.ViolationsOf(err)
	if len(violations) == 0 {
		return err
	}
	moved := make([]errs.Violation, len(violations))
	for n, v := range violations {
		moved[n] = errs.Violation{Location: place + "." + strings.TrimPrefix(v.Location, "body."), Message: v.Message}
	}
	return errs.Violate(moved...)
}

// reasons are the broken rules of the n-th row.
func reasons(n int, err error) (all []Reason) {
	for _, v := range errs.ViolationsOf(err) {
		all = append(all, Reason{fmt.Sprintf("body.prospects[%d].%s", n, v.Location), v.Message})
	}
	if len(all) == 0 {
		all = []Reason{{fmt.Sprintf("body.prospects[%d]", n), errs.Text(err)}}
	}
	return all
}
