package lead

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
)

// fact is what figures need to know of a lead: a small item by yard, month and instant of its creation, written with every
// change of the lead that moves it. So figures are exact, and read one small item for each lead of their range.
type fact struct {
	User      access.UserID `json:"u,omitempty"`
	Source    string        `json:"s,omitempty"`
	Status    Status        `json:"st"`
	Responded bool          `json:"r,omitempty"`
	After     time.Duration `json:"a,omitempty"` // from its creation to the response
}

var facts = table.Kind[fact]{Name: "lead fact", Schema: 1, Limit: 1024}

const month = "2006-01"

func factPartition(company ident.Company, yard string, at time.Time) table.Partition {
	return table.In(company, "lead-fact", yard, at.UTC().Format(month))
}

func factKey(company ident.Company, l Lead) table.Key {
	return factPartition(company, l.Yard, l.CreatedAt).At(l.CreatedAt.UTC().Format(instant), string(l.ID))
}

func (l Lead) fact() fact {
	f := fact{User: l.User, Source: l.Source, Status: l.Status}
	if !l.RespondedAt.IsZero() {
		f.Responded, f.After = true, l.RespondedAt.Sub(l.CreatedAt)
	}
	return f
}

// recorded are the writes that belong to a change of a lead, so that figures know of it; before is nil for a new one.
func recorded(company ident.Company, before *Lead, after Lead) (ops []table.Op) {
	key := factKey(company, after)
	if before != nil {
		if old := factKey(company, *before); old != key {
			ops = append(ops, table.Removal(old))
		} else if before.fact() == after.fact() && before.MergedInto == after.MergedInto {
			return nil
		}
	}
	if after.MergedInto != "" {
		return append(ops, table.Removal(key)) // the other one counts
	}
	return append(ops, facts.Overwrite(key, after.fact()))
}

// maxFacts is the most leads that figures are made of.
const maxFacts = 50_000

// errMany ends the reading of facts.
var errMany = errs.Violate(errs.Violation{Location: "query.from", Message: "has more than 50,000 leads until to: choose a shorter time or fewer yards"})

// gathered are the facts of all leads that were created in a range, by yard.
func gathered(ctx context.Context, d app.Deps, company ident.Company, yards []string, from, to time.Time) (map[string][]fact, error) {
	found := make([][]fact, len(yards))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(together)
	for i, yard := range yards {
		group.Go(func() (err error) {
			found[i], err = inYard(ctx, d, company, yard, from, to)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	all, sum := map[string][]fact{}, 0
	for i, yard := range yards {
		all[yard] = found[i]
		if sum += len(found[i]); sum > maxFacts {
			return nil, errMany
		}
	}
	return all, nil
}

// inYard reads the facts of a yard, month by month.
func inYard(ctx context.Context, d app.Deps, company ident.Company, yard string, from, to time.Time) (all []fact, err error) {
	first := time.Date(from.Year(), from.Month(), 1, 0, 0, 0, 0, time.UTC)
	for at := first; at.Before(to); at = at.AddDate(0, 1, 0) {
		q := table.Query{
			Partition: string(factPartition(company, yard, at)), From: from.UTC().Format(instant), To: to.UTC().Format(instant), Limit: table.MaxPage,
		}
		for {
			records, next, err := facts.Query(ctx, d.Table, q)
			if err != nil {
				return nil, err
			}
			all = append(all, table.Values(records)...)
			if len(all) > maxFacts {
				return nil, errMany
			}
			if q.After = next; next == "" {
				break
			}
		}
	}
	return all, nil
}
