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
	"github.com/winback-auto/winback/internal/platform/ident"
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

// attempted notes an attempt. It is an item of its own and counted on the prospect in the same transaction, so that any number
// of people may add theirs at once. A repeated request meets the attempt that the first one made.
func attempted(ctx context.Context, d app.Deps, caller access.Caller, id ID, in tried) (Attempt, error) {
	record, err := visible(ctx, d, caller, id, access.ProspectWrite)
	if err != nil {
		return Attempt{}, err
	}
	p, now, intent := record.Value, d.Now().UTC().Truncate(time.Millisecond), web.IdempotencyKey(ctx)
	if intent != "" {
		if earlier, err := attemptNamed(ctx, d, caller.Company, id, intent); !errs.Is(err, errs.NotFound) {
			return earlier, err
		}
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
	key := a.key(caller.Company, id)
	ops := []table.Op{
		attempts.Create(key, a), table.Count(record.Key(), map[string]int64{"attempts": 1}),
		customer.Activity(caller.Company, p.Customer, now, "prospect", string(id), "Customer not reached"),
	}
	if intent != "" {
		ops = append(ops, attemptNames.Create(attemptName(caller.Company, id, intent), place{key.Sort}))
	}
	ops = append(ops, tellAttempt(d, caller.Company, p, record.Version(), a)...)
	err = d.Commit(ctx, ops...)
	if errs.Is(err, errs.Conflict) && intent != "" {
		if earlier, missing := attemptNamed(ctx, d, caller.Company, id, intent); missing == nil {
			return earlier, nil
		}
	}
	return a, err
}

func attemptPartition(company ident.Company, id ID) table.Partition {
	return table.In(company, "attempt", string(id))
}

// key orders attempts by time, so that a list can begin with the latest.
func (a Attempt) key(company ident.Company, id ID) table.Key {
	return attemptPartition(company, id).At(a.At.Format(instant), a.ID)
}

// instant sorts as time does.
const instant = "2006-01-02T15:04:05.000Z"

// place is where an attempt lies that a request has named.
type place struct {
	Sort string `json:"sort"`
}

func attemptName(company ident.Company, id ID, intent string) table.Key {
	return table.In(company, "attempt-name", string(id)).At(intent)
}

// attemptNamed is the attempt that an earlier request of the same intent made, or a NotFound error.
func attemptNamed(ctx context.Context, d app.Deps, company ident.Company, id ID, intent string) (Attempt, error) {
	named, err := attemptNames.Get(ctx, d.Table, attemptName(company, id, intent))
	if err != nil {
		return Attempt{}, err
	}
	record, err := attempts.Get(ctx, d.Table, table.Key{Partition: string(attemptPartition(company, id)), Sort: named.Value.Sort})
	return record.Value, err
}

// attemptsOf is a page of the attempts at a prospect, latest first.
func attemptsOf(ctx context.Context, d app.Deps, caller access.Caller, id ID, page web.Paging) ([]Attempt, string, error) {
	if _, err := visible(ctx, d, caller, id, access.ProspectRead); err != nil {
		return nil, "", err
	}
	partition := string(attemptPartition(caller.Company, id))
	q := table.Query{Partition: partition, Limit: page.Limit, Descending: true}
	if page.Cursor != "" {
		position, err := d.Links.OpenCursor(ctx, caller.Company, partition, page.Cursor)
		if err != nil {
			return nil, "", err
		}
		q.After = string(position)
	}
	records, after, err := attempts.Query(ctx, d.Table, q)
	if err != nil || after == "" {
		return table.Values(records), "", err
	}
	next, err := d.Links.SealCursor(ctx, caller.Company, partition, []byte(after))
	return table.Values(records), next, err
}
