package lead

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/winback-auto/winback/internal/company"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/search"
	"github.com/winback-auto/winback/internal/platform/table"
)

// round is a walk over all open leads of a company, after its settings have changed: leads get the vigil that they now need,
// or lose the one that they had.
type round struct {
	Number int    `json:"number"`
	Cursor string `json:"cursor,omitempty"` // where it goes on
}

var rounds = table.Kind[round]{Name: "lead round", Schema: 1, Limit: 8 << 10}

func roundKey(co ident.Company) table.Key { return table.In(co, "lead-round").At() }

// Bounds of a round.
const (
	roundPage  = 100
	roundPages = 20 // of one message; then it comes again
	together   = 8  // leads looked at at once
)

// nextRound is the write that begins a round. One that is still under way ends.
func nextRound(ctx context.Context, d app.Deps, co ident.Company) (table.Op, error) {
	record, err := rounds.Get(ctx, d.Table, roundKey(co))
	if err != nil && !errs.Is(err, errs.NotFound) {
		return table.Op{}, err
	}
	record.Value = round{Number: record.Value.Number + 1}
	return rounds.Save(roundKey(co), record).Emit(CareTopic.Message(co, watch{Round: record.Value.Number})), nil
}

// goRound goes on with a round. One that was replaced by another has nothing to do.
func goRound(ctx context.Context, d app.Deps, co ident.Company, number int) error {
	record, err := rounds.Get(ctx, d.Table, roundKey(co))
	if err != nil || record.Value.Number != number {
		return err
	}
	set, err := loadSettings(ctx, d, co)
	if err != nil {
		return err
	}
	yards, err := company.Yards(ctx, d, co)
	if err != nil {
		return err
	}
	q := search.Query{Facets: []search.Facet{{Name: statusFacet, Value: string(New)}, {Name: statusFacet, Value: string(Open)}}, Limit: roundPage, Cursor: record.Value.Cursor}
	for _, yard := range yards {
		q.Yards = append(q.Yards, yard.ID)
	}
	for range roundPages {
		found, next, err := board.Page(ctx, d.Table, unsealed{}, co, q)
		if err != nil {
			return err
		}
		if err := lookAll(ctx, d, co, set.Value, found); err != nil {
			return err
		}
		if q.Cursor = next; next == "" {
			return nil
		}
	}
	record.Value.Cursor = q.Cursor
	return d.Commit(ctx, rounds.Update(record).Emit(CareTopic.At(d.Now().Add(time.Second), co, watch{Round: number})))
}

func lookAll(ctx context.Context, d app.Deps, co ident.Company, set Settings, found []table.Record[Lead]) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(together)
	for _, record := range found {
		group.Go(func() error { return look(ctx, d, co, set, record.Value.ID, true) })
	}
	return group.Wait()
}

// unsealed are cursors that nobody outside sees.
type unsealed struct{}

func (unsealed) SealCursor(_ context.Context, _ ident.Company, _ string, position []byte) (string, error) {
	return string(position), nil
}

func (unsealed) OpenCursor(_ context.Context, _ ident.Company, _, cursor string) ([]byte, error) {
	return []byte(cursor), nil
}
