package customer

import (
	"context"

	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/queue"
	"github.com/winback-auto/winback/internal/platform/table"
)

// Leads and prospects copy their customer's name: they are listed and searched by it a hundred times a day, and it hardly ever
// changes. When it does, or when another record stands for the customer from then on, that is promised to whoever keeps the copies.

// Rename says that those who are filed under a customer, or under an alias of theirs, are called otherwise.
type Rename struct {
	Customer ID `json:"customer"`
}

// Renamed is the command to take a name over to its copies. Its consumer is the function that looks after leads, which knows
// this package, and is named here by the name of its topic.
var Renamed = queue.Topic[Rename]{Name: "lead-care"}

// renamed is the write of a customer whose copies get another name, if they do.
func renamed(company ident.Company, id ID, before, after string, op table.Op) table.Op {
	if before == after {
		return op
	}
	return op.Emit(Renamed.Message(company, Rename{id}))
}

// Unchanged makes the condition that a customer is still as it was read: what is copied of them is what they are.
func Unchanged(record table.Record[Customer]) table.Op { return customers.Unchanged(record) }

// Lodged calls each for everything that was lodged against a customer and the aliases whom they stand for, once for each.
func Lodged(ctx context.Context, d app.Deps, company ident.Company, c Customer, each func(kind, about string) error) error {
	type lodged struct{ kind, about string }
	seen := map[lodged]bool{}
	for _, id := range append([]ID{c.ID}, c.Merged...) {
		q := table.Query{Partition: string(history(company, id)), Limit: table.MaxPage}
		for {
			records, next, err := events.Query(ctx, d.Table, q)
			if err != nil {
				return err
			}
			for _, record := range records {
				thing := lodged{record.Value.Kind, record.Value.About}
				if seen[thing] {
					continue
				}
				seen[thing] = true
				if err := each(thing.kind, thing.about); err != nil && !errs.Is(err, errs.NotFound) {
					return err
				}
			}
			if q.After = next; next == "" {
				break
			}
		}
	}
	return nil
}
