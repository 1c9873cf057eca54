package prospect

import (
	"context"

	"github.com/winback-auto/winback/internal/company"
	"github.com/winback-auto/winback/internal/customer"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/web"
)

// Detail is a prospect with what its user needs to work on it.
type Detail struct {
	Prospect
	Person         *customer.View `json:"customerDetails" doc:"All that is known of the customer; null where the record is gone."`
	Contact        Contact        `json:"contact" doc:"How the customer can be reached, and whether they may be."`
	LatestAttempts []Attempt      `json:"latestAttempts" doc:"The latest ones, at most 20; the others are paged at the prospect's attempts."`
	Conflicts      []Conflict     `json:"conflicts" doc:"Where the DMS has planned otherwise than users here; decide at the prospect's conflicts."`
	Warnings       []string       `json:"warnings,omitempty" doc:"What looks odd in the request but is accepted."`
}

// Contact is how a customer can be reached.
type Contact struct {
	Email customer.Reach `json:"email"`
	SMS   customer.Reach `json:"sms"`
	Phone customer.Reach `json:"phone"`
}

// shownAttempts is how many attempts a prospect shows itself.
const shownAttempts = 20

// show is a prospect with its customer (P18) and attempts (P27).
func show(ctx context.Context, d app.Deps, caller access.Caller, p Prospect, warnings []string) (Detail, error) {
	detail := Detail{Prospect: p, LatestAttempts: []Attempt{}, Conflicts: p.Conflicts(), Warnings: warnings}
	record, err := customer.Load(ctx, d, caller.Company, p.Customer)
	if err != nil && !errs.Is(err, errs.NotFound) {
		return Detail{}, err
	}
	if err == nil {
		person := customer.Show(record.Value)
		detail.Person = &person
	}
	home, err := company.Load(ctx, d, caller.Company)
	if err != nil {
		return Detail{}, err
	}
	reached := func(by customer.Channel) customer.Reach { return record.Value.Reached(by, home.Country) }
	detail.Contact = Contact{reached(customer.ByEmail), reached(customer.BySMS), reached(customer.ByPhone)}
	if p.Attempts > 0 {
		detail.LatestAttempts, _, err = attemptsOf(ctx, d, caller, p.ID, web.Paging{Limit: shownAttempts})
		return detail, err
	}
	return detail, nil
}
