package company

import (
	"context"

	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/platform/web"
)

// Load is the company's profile.
func Load(ctx context.Context, d app.Deps, company ident.Company) (Company, error) {
	record, err := profiles.Get(ctx, d.Table, profileKey(company))
	return record.Value, err
}

// ChangeProfile replaces the company's profile.
func ChangeProfile(ctx context.Context, d app.Deps, company ident.Company, match web.Precondition, next Company) (saved Saved[Company], err error) {
	next = next.normalised()
	if err := errs.Violate(next.problems()...); err != nil {
		return saved, err
	}
	err = change(ctx, d, company, func(s settings) ([]table.Op, error) {
		if err := match.Match(s.profile.Version()); err != nil {
			return nil, err
		}
		saved = Saved[Company]{next, s.profile.Version() + 1}
		s.profile.Value = next
		return []table.Op{profiles.Update(s.profile)}, nil
	})
	return saved, err
}
