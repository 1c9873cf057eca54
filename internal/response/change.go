package response

import (
	"cmp"
	"context"
	"time"

	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/web"
)

// Add makes a template under its ID, a new one where that is empty. One that is there under the ID already is the answer,
// unchanged.
func Add(ctx context.Context, d app.Deps, company ident.Company, t Template) (Template, int64, error) {
	t = t.normalised()
	if err := errs.Violate(t.problems()...); err != nil {
		return Template{}, 0, err
	}
	all, err := All(ctx, d, company)
	if err != nil {
		return Template{}, 0, err
	}
	if len(all) >= MaxTemplates {
		return Template{}, 0, errs.E(errs.Conflict, "a company has at most %d templates; delete one first", MaxTemplates)
	}
	t.ID = ID(cmp.Or(string(t.ID), d.NewID()))
	t.UpdatedAt = d.Now().UTC().Truncate(time.Millisecond)
	err = d.Commit(ctx, templates.Create(key(company, t.ID), t))
	if errs.Is(err, errs.Conflict) {
		earlier, err := Load(ctx, d, company, t.ID)
		return earlier.Value, earlier.Version(), err
	}
	return t, 1, err
}

// change replaces what a template says. Its channel stays: users have chosen it for that.
func change(ctx context.Context, d app.Deps, company ident.Company, match web.Precondition, t Template) (Template, int64, error) {
	t = t.normalised()
	record, err := Load(ctx, d, company, t.ID)
	if err != nil {
		return Template{}, 0, err
	}
	if err := match.Match(record.Version()); err != nil {
		return Template{}, 0, err
	}
	broken := t.problems()
	if t.Channel != record.Value.Channel {
		broken = append(broken, errs.Violation{Location: "body.channel", Message: "stays as it was: " + string(record.Value.Channel)})
	}
	if err := errs.Violate(broken...); err != nil {
		return Template{}, 0, err
	}
	t.UpdatedAt = d.Now().UTC().Truncate(time.Millisecond)
	record.Value = t
	return t, record.Version() + 1, match.Stale(d.Commit(ctx, templates.Update(record)))
}

// remove deletes a template. Whoever had it as a default has none from then on.
func remove(ctx context.Context, d app.Deps, company ident.Company, match web.Precondition, id ID) error {
	record, err := Load(ctx, d, company, id)
	if err != nil {
		return err
	}
	if err := match.Match(record.Version()); err != nil {
		return err
	}
	return match.Stale(d.Commit(ctx, templates.Remove(record)))
}
