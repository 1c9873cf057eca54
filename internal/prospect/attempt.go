package prospect

import (
	"cmp"
	"context"
	"strings"
	"time"

	"github.com/winback-auto/winback/internal/customer"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/platform/web"
)

// Attempt is one try to reach the customer that failed (P27). There may be any number.
type Attempt struct {
	ID    string        `json:"id"`
	At    time.Time     `json:"at"`
	By    access.UserID `json:"by"`
	Type  string        `json:"type,omitempty"`
	Notes string        `json:"notes,omitempty"`
}

// tried is an attempt as a user enters it.
type tried struct {
	At    time.Time `json:"at,omitzero" doc:"When it was; default: now."`
	Type  string    `json:"type,omitempty" maxLength:"100" doc:"How it was tried; default: the prospect's type."`
	Notes string    `json:"notes,omitempty" maxLength:"1000" doc:"For example: line engaged, no answer."`
}

// attempted notes an attempt, counted on the prospect in the same transaction. A repeated request meets the attempt that
// the first one made.
func attempted(ctx context.Context, d app.Deps, caller access.Caller, id ID, in tried) (Attempt, error) {
	record, err := visible(ctx, d, caller, id, access.ProspectWrite)
	if err != nil {
		return Attempt{}, err
	}
	p, now, intent := record.Value, d.Now().UTC().Truncate(time.Millisecond), web.IdempotencyKey(ctx)
	if earlier, found, err := attempts.made(ctx, d, caller.Company, id, intent); found || err != nil {
		return earlier, err
	}
	if err := p.changeable(); err != nil {
		return Attempt{}, err
	}
	a := Attempt{
		ID: cmp.Or(intent, d.NewID()), At: in.At.UTC().Truncate(time.Millisecond), By: caller.User,
		Type: strings.TrimSpace(cmp.Or(in.Type, p.Type)), Notes: strings.TrimSpace(in.Notes),
	}
	if in.At.IsZero() {
		a.At = now
	}
	if a.At.After(now.Add(time.Minute)) || a.At.Before(earliestDue) {
		return Attempt{}, errs.Violate(errs.Violation{Location: "body.at", Message: "is not in the past"})
	}
	ops := append(attempts.add(caller.Company, id, a.At, a.ID, a, intent),
		table.Count(record.Key(), map[string]int64{"attempts": 1}),
		customer.Activity(caller.Company, p.Customer, now, "prospect", string(id), "Customer not reached"))
	err = d.Commit(ctx, append(ops, tellAttempt(d, caller.Company, p, record.Version(), a)...)...)
	if errs.Is(err, errs.Conflict) {
		if earlier, found, missing := attempts.made(ctx, d, caller.Company, id, intent); found && missing == nil {
			return earlier, nil
		}
	}
	return a, err
}

// attemptsOf is a page of the attempts at a prospect, latest first.
func attemptsOf(ctx context.Context, d app.Deps, caller access.Caller, id ID, page web.Paging) ([]Attempt, string, error) {
	if _, err := visible(ctx, d, caller, id, access.ProspectRead); err != nil {
		return nil, "", err
	}
	return attempts.page(ctx, d, caller.Company, id, page)
}
