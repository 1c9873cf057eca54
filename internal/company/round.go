package company

import (
	"context"
	"iter"

	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
)

// Visit is a connection as schedules come round to it: the one way from no company to all of them.
type Visit struct {
	Company    ident.Company
	Connection ConnectionID
}

// stop is a Visit as it is stored. It is written with every step of the connection's registration and removed with it.
type stop struct {
	Company    string       `json:"company"`
	Connection ConnectionID `json:"connection"`
}

// Round yields the connections of all companies, in an order of its own; an error is the last thing that it yields. One
// that was removed a moment ago may still be among them.
func Round(ctx context.Context, d app.Deps) iter.Seq2[Visit, error] {
	return func(yield func(Visit, error) bool) {
		q := table.Query{Partition: string(roundPartition()), Limit: table.MaxPage}
		for {
			records, next, err := stops.Query(ctx, d.Table, q)
			if err != nil {
				yield(Visit{}, err)
				return
			}
			for _, record := range records {
				if !yield(Visit{ident.Trusted(record.Value.Company), record.Value.Connection}, nil) {
					return
				}
			}
			if next == "" {
				return
			}
			q.After = next
		}
	}
}

// Enrol makes the schedules come round to all connections of a company, those that were made before there were any.
func Enrol(ctx context.Context, d app.Deps, company ident.Company) error {
	all, err := Connections(ctx, d, company)
	if err != nil || len(all) == 0 {
		return err
	}
	ops := make([]table.Op, len(all))
	for i, connection := range all {
		ops[i] = visited(company, connection.Value.ID)
	}
	return d.Table.Write(ctx, ops...)
}

// Unvisit ends the visits to a connection that does not exist any more.
func Unvisit(ctx context.Context, d app.Deps, company ident.Company, id ConnectionID) error {
	_, err := LoadConnection(ctx, d, company, id)
	if errs.Is(err, errs.NotFound) {
		return d.Table.Write(ctx, unvisited(company, id))
	}
	return err
}

func visited(company ident.Company, id ConnectionID) table.Op {
	return stops.Overwrite(stopKey(company, id), stop{company.ID(), id})
}

func unvisited(company ident.Company, id ConnectionID) table.Op {
	return table.Removal(stopKey(company, id))
}
