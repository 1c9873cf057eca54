package dispatch

import (
	"context"
	"errors"
	"time"

	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
)

// Plan makes the write that enters an intent into the ledger and has it delivered: without that write nothing is sent. It
// conflicts where the intent was planned before; see Met.
func (m Medium[D]) Plan(company ident.Company, sendID string, intent D, now time.Time) table.Op {
	return m.Kind.Create(m.Key(company, sendID), intent).
		Until(now.Add(Keep)).
		Emit(m.Topic.Message(company, Delivery{sendID}))
}

// Met reports whether a write failed only because the intent is in the ledger already: for the planner that is success.
func (m Medium[D]) Met(err error, company ident.Company, sendID string) bool {
	var condition *table.ConditionError
	return errs.Is(err, errs.Conflict) && errors.As(err, &condition) && condition.Key == m.Key(company, sendID)
}

// Find reads a dispatch, or a NotFound error.
func (m Medium[D]) Find(ctx context.Context, t *table.Table, company ident.Company, sendID string) (D, error) {
	record, err := m.Kind.Get(ctx, t, m.Key(company, sendID))
	return record.Value, err
}

// FindAll reads the dispatches that exist among those asked for, by send id.
func (m Medium[D]) FindAll(ctx context.Context, t *table.Table, company ident.Company, sendIDs []string) (map[string]D, error) {
	keys := make([]table.Key, len(sendIDs))
	ids := make(map[table.Key]string, len(sendIDs))
	for i, id := range sendIDs {
		keys[i] = m.Key(company, id)
		ids[keys[i]] = id
	}
	records, err := m.Kind.GetAll(ctx, t, keys)
	found := make(map[string]D, len(records))
	for _, record := range records {
		found[ids[record.Key()]] = record.Value
	}
	return found, err
}
