package tabletest

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/table"
)

type note struct {
	Text  string   `json:"text"`
	Marks []string `json:"marks,omitempty"`
	Count int64    `json:"count"`
}

// recordCases are about the table as features use it, on the driver.
func recordCases() []Case {
	notes := table.Kind[note]{Name: "note", Schema: 2}
	newer := table.Kind[note]{Name: "note", Schema: 3}
	key := at("acme#note", "1")
	return []Case{
		{"a record is created, changed and removed", func(t *T) {
			tbl := t.table()
			value := note{Text: "Grüße", Marks: []string{"a", ""}, Count: 9_007_199_254_740_993}
			t.must(tbl.Write(t.ctx, notes.Create(key, value)))
			record, err := notes.Get(t.ctx, tbl, key)
			if err != nil || record.Value.Text != value.Text || record.Value.Count != value.Count || !slices.Equal(record.Value.Marks, value.Marks) || record.Version() != 1 || record.Key() != key {
				t.Fatalf("created %+v, %v", record, err)
			}
			record.Value.Text = "changed"
			t.must(tbl.Write(t.ctx, notes.Update(record)))
			t.conflict(tbl.Write(t.ctx, notes.Update(record)))
			t.conflict(tbl.Write(t.ctx, notes.Remove(record)))
			t.conflict(tbl.Write(t.ctx, notes.Create(key, value)))
			record, err = notes.Get(t.ctx, tbl, key)
			if err != nil || record.Version() != 2 || record.Value.Text != "changed" {
				t.Fatalf("changed %+v, %v", record, err)
			}
			t.must(tbl.Write(t.ctx, notes.Remove(record)))
			t.wantNone(key)
		}},
		{"records come in the order of their keys, in a page or all", func(t *T) {
			tbl := t.table()
			for i := range 5 {
				t.must(tbl.Write(t.ctx, notes.Create(at("p", fmt.Sprint(i)), note{Count: int64(i)})))
			}
			some, err := notes.GetAll(t.ctx, tbl, []table.Key{at("p", "3"), at("p", "none"), at("p", "0"), at("p", "3")})
			if err != nil || len(some) != 3 || some[0].Value.Count != 3 || some[1].Value.Count != 0 {
				t.Errorf("some: %+v, %v", some, err)
			}
			page, next, err := notes.Query(t.ctx, tbl, table.Query{Partition: "p", Limit: 2, Descending: true})
			if err != nil || len(page) != 2 || page[0].Value.Count != 4 || next != "3" {
				t.Errorf("page: %+v, %q, %v", page, next, err)
			}
			if all, err := notes.All(t.ctx, tbl, "p", 5); err != nil || len(all) != 5 {
				t.Errorf("all: %d, %v", len(all), err)
			}
			if _, err := notes.All(t.ctx, tbl, "p", 4); err == nil {
				t.Errorf("more records than the limit are no error")
			}
		}},
		{"an older build refuses a newer record", func(t *T) {
			tbl := t.table()
			t.must(tbl.Write(t.ctx, newer.Create(key, note{})))
			if record, err := notes.Get(t.ctx, tbl, key); err == nil {
				t.Errorf("read %+v", record)
			}
			t.must(tbl.Write(t.ctx, notes.Overwrite(at("p", "old"), note{})))
			if _, err := newer.Get(t.ctx, tbl, at("p", "old")); err != nil {
				t.Errorf("a newer build cannot read an older record: %v", err)
			}
		}},
		{"settling takes published messages away and keeps the version", func(t *T) {
			tbl := t.table()
			op := notes.Create(key, note{}).Emit(
				table.Message{ID: "now", Topic: "notify", Body: []byte(`1`)},
				table.Message{ID: "later", Topic: "notify", Body: []byte(`2`), At: t.Clock.Now().Add(time.Hour)})
			t.must(tbl.Write(t.ctx, op))
			before, err := tbl.Get(t.ctx, key)
			t.must(err)
			loaded, err := notes.Get(t.ctx, tbl, key)
			t.must(err)
			t.must(tbl.Settle(t.ctx, before, []string{"now"}))
			after, err := tbl.Get(t.ctx, key)
			t.must(err)
			if after.Version != before.Version || after.Token != before.Token || len(after.Pending) != 1 || after.Pending[0].ID != "later" {
				t.Errorf("settled: %+v", after)
			}
			if due, err := table.DueAt(after.Due); err != nil || !due.Equal(t.Clock.Now().Add(time.Hour)) {
				t.Errorf("due at %v, %v", due, err)
			}
			t.must(tbl.Write(t.ctx, notes.Update(loaded)))
			t.must(tbl.Settle(t.ctx, before, []string{"now", "later"}))
			if after, err = tbl.Get(t.ctx, key); err != nil || after.Version != 2 || len(after.Pending) != 0 || after.Due != (table.IndexKey{}) {
				t.Errorf("settled behind a newer write: %+v, %v", after, err)
			}
			t.must(tbl.Write(t.ctx, table.Removal(key)))
			t.must(tbl.Settle(t.ctx, before, []string{"now"}))
			t.wantNone(key)
		}},
		{"a write whose answer was lost can be repeated", func(t *T) {
			lost := errs.E(errs.Unavailable, "the answer was lost")
			var fault error
			tbl := table.New(Flaky(t.Driver, func(string) (bool, error) { return true, fault }), t.Clock.Now, t.newID)
			for _, ops := range [][]table.Op{
				{notes.Create(at("p", "alone"), note{})},
				{notes.Create(at("p", "a"), note{}), table.Count(at("p", "counter"), map[string]int64{"n": 1})},
			} {
				fault = lost
				if err := tbl.Write(t.ctx, ops...); !errors.Is(err, lost) {
					t.Errorf("the fault does not come through: %v", err)
				}
				fault = nil
				t.must(tbl.Write(t.ctx, ops...))
			}
			got, err := t.Driver.Get(t.ctx, at("p", "counter"))
			if err != nil || bodyDifference(got.Body, numbered(1)) != "" {
				t.Errorf("counter %s, %v; want 1", got.Body, err)
			}
		}},
	}
}

func (t *T) must(err error) {
	if err != nil {
		t.Fatalf("%v", err)
	}
}

func (t *T) conflict(err error) {
	if !errs.Is(err, errs.Conflict) {
		t.Errorf("%v, want a conflict", err)
	}
}
