package table_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/platform/table"
)

// recorder is a driver that notes what reaches it. What it stores is what the last write put there.
type recorder struct {
	written [][]table.Op
	answer  error
	stored  map[table.Key]table.Item
}

func (r *recorder) Get(_ context.Context, key table.Key) (table.Item, error) {
	item, ok := r.stored[key]
	if !ok {
		return table.Item{}, table.Missing()
	}
	return item, nil
}

func (r *recorder) BatchGet(_ context.Context, keys []table.Key) (items []table.Item, err error) {
	for _, key := range keys {
		if item, ok := r.stored[key]; ok {
			items = append(items, item)
		}
	}
	return items, nil
}

func (r *recorder) Query(context.Context, table.Query) (table.Page, error) {
	var page table.Page
	for _, item := range r.stored {
		page.Items = append(page.Items, item)
	}
	return page, nil
}

func (r *recorder) Write(_ context.Context, ops []table.Op) error {
	r.written = append(r.written, append([]table.Op(nil), ops...))
	for _, op := range ops {
		if op.Action == table.Put && r.answer == nil {
			r.stored[op.Item.Key] = op.Item
		}
	}
	return r.answer
}

func (r *recorder) Load(ctx context.Context, ops []table.Op) error { return r.Write(ctx, ops) }

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// record makes a table over a recorder. Tokens and ids are counted.
func record(t *testing.T) (*table.Table, *recorder) {
	t.Helper()
	driver, count := &recorder{stored: map[table.Key]table.Item{}}, 0
	newID := func() string { count++; return fmt.Sprint("id-", count) }
	return table.New(driver, func() time.Time { return noon }, newID), driver
}

type note struct {
	Text string `json:"text"`
}

var notes = table.Kind[note]{Name: "note", Schema: 1}

func at(sort string) table.Key { return table.Key{Partition: "acme#note", Sort: sort} }
