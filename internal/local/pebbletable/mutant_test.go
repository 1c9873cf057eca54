package pebbletable_test

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/platform/table/tabletest"
	"github.com/winback-auto/winback/internal/testkit/memtable"
)

// mutant is a driver with one deliberate mistake. The contract has to notice each.
type mutant struct {
	table.Driver
	write func(d table.Driver, ctx context.Context, ops []table.Op) error
	query func(d table.Driver, ctx context.Context, q table.Query) (table.Page, error)
	get   func(item table.Item) table.Item
	load  func(d table.Driver, ctx context.Context, ops []table.Op) error
}

func (m mutant) Write(ctx context.Context, ops []table.Op) error {
	if m.write != nil {
		return m.write(m.Driver, ctx, ops)
	}
	return m.Driver.Write(ctx, ops)
}

func (m mutant) Query(ctx context.Context, q table.Query) (table.Page, error) {
	if m.query != nil {
		return m.query(m.Driver, ctx, q)
	}
	return m.Driver.Query(ctx, q)
}

func (m mutant) Get(ctx context.Context, key table.Key) (table.Item, error) {
	item, err := m.Driver.Get(ctx, key)
	if m.get != nil {
		item = m.get(item)
	}
	return item, err
}

func (m mutant) Load(ctx context.Context, ops []table.Op) error {
	if m.load != nil {
		return m.load(m.Driver, ctx, ops)
	}
	return m.Driver.Load(ctx, ops)
}

// changed is a write whose ops are changed first.
func changed(change func(op *table.Op)) func(table.Driver, context.Context, []table.Op) error {
	return func(d table.Driver, ctx context.Context, ops []table.Op) error {
		copied := append([]table.Op(nil), ops...)
		for i := range copied {
			change(&copied[i])
		}
		return d.Write(ctx, copied)
	}
}

// asked is a query that is changed first.
func asked(change func(q *table.Query)) func(table.Driver, context.Context, table.Query) (table.Page, error) {
	return func(d table.Driver, ctx context.Context, q table.Query) (table.Page, error) {
		change(&q)
		return d.Query(ctx, q)
	}
}

func TestTheContractNoticesEveryMutant(t *testing.T) {
	mutants := map[string]mutant{
		"minds no condition":       {write: changed(func(op *table.Op) { op.If = table.Condition{} })},
		"takes Present for Absent": {write: changed(func(op *table.Op) { op.If.Test = map[table.Test]table.Test{table.Absent: table.Present}[op.If.Test] })},
		"compares no version":      {write: changed(func(op *table.Op) { op.If.Version = 1 })},
		"compares no text":         {write: changed(func(op *table.Op) { op.If.Text = "open" })},
		"forgets tokens":           {write: changed(func(op *table.Op) { op.Item.Token = "" })},
		"keeps items for ever":     {write: changed(func(op *table.Op) { op.Item.Expires = time.Time{} })},
		"drops messages":           {write: changed(func(op *table.Op) { op.Item.Pending = nil })},
		"has no due index":         {write: changed(func(op *table.Op) { op.Item.Due = table.IndexKey{} })},
		"merges keys":              {write: changed(func(op *table.Op) { op.Item.Partition = strings.ReplaceAll(op.Item.Partition, "#", "") })},
		"writes one op after another": {write: func(d table.Driver, ctx context.Context, ops []table.Op) error {
			for i := range ops {
				if err := d.Write(ctx, ops[i:i+1]); err != nil {
					return err
				}
			}
			return nil
		}},
		"tells no index": {write: func(d table.Driver, ctx context.Context, ops []table.Op) error {
			err := d.Write(ctx, ops)
			if errs.Is(err, errs.Conflict) {
				return table.Conflicted(0, ops[0].Item.Key)
			}
			return err
		}},
		"loses writes": {write: func(d table.Driver, ctx context.Context, ops []table.Op) error { return d.Write(ctx, ops[:1]) }},
		"reads numbers as floats": {get: func(item table.Item) table.Item {
			item.Body = bytes.ReplaceAll(item.Body, []byte("9007199254740993"), []byte("9007199254740992"))
			return item
		}},
		"ends after a page": {query: func(d table.Driver, ctx context.Context, q table.Query) (table.Page, error) {
			page, err := d.Query(ctx, q)
			page.Next = ""
			return page, err
		}},
		"repeats the last item": {query: asked(func(q *table.Query) { q.After = strings.TrimSuffix(q.After, q.After[max(0, len(q.After)-1):]) })},
		"ignores upper bounds":  {query: asked(func(q *table.Query) { q.To = "" })},
		"ignores lower bounds":  {query: asked(func(q *table.Query) { q.From = "" })},
		"ignores directions":    {query: asked(func(q *table.Query) { q.Descending = false })},
		"loads half": {load: func(d table.Driver, ctx context.Context, ops []table.Op) error {
			return d.Load(ctx, ops[:(len(ops)+1)/2])
		}},
	}
	for name, m := range mutants {
		t.Run(name, func(t *testing.T) {
			for _, c := range tabletest.Cases() {
				clock := tabletest.NewClock()
				one := m
				one.Driver = memtable.Driver(t, clock.Now)
				if failures := c.Try(t.Context(), tabletest.Fixture{Driver: one, Clock: clock}); len(failures) > 0 {
					t.Logf("%s: %s", c.Name, failures[0])
					return
				}
			}
			t.Error("no case fails")
		})
	}
}
