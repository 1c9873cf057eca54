package table_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/table"
)

func TestARepeatedSliceOfOpsKeepsItsTokens(t *testing.T) {
	tbl, driver := record(t)
	ops := []table.Op{notes.Create(at("a"), note{}).Emit(table.Message{Topic: "x"})}
	driver.answer = errs.E(errs.Unavailable, "lost")
	for range 2 {
		if err := tbl.Write(t.Context(), ops...); !errors.Is(err, driver.answer) {
			t.Fatal(err)
		}
	}
	first, second := driver.written[0][0].Item, driver.written[1][0].Item
	if first.Token == "" || first.Token != second.Token || first.Pending[0].ID != second.Pending[0].ID {
		t.Errorf("first %+v, second %+v", first, second)
	}
}

func TestEachVersionHasATokenOfItsOwn(t *testing.T) {
	tbl, driver := record(t)
	if err := tbl.Write(t.Context(), notes.Create(at("a"), note{})); err != nil {
		t.Fatal(err)
	}
	loaded, err := notes.Get(t.Context(), tbl, at("a"))
	if err != nil {
		t.Fatal(err)
	}
	if err := tbl.Write(t.Context(), notes.Update(loaded)); err != nil {
		t.Fatal(err)
	}
	if created, updated := driver.written[0][0].Item, driver.written[1][0].Item; created.Token == updated.Token || updated.Version != 2 {
		t.Errorf("created under %q, updated under %q to version %d", created.Token, updated.Token, updated.Version)
	}
}

func TestWhatNoDriverShouldSeeIsRefused(t *testing.T) {
	create := func(sort string) table.Op { return notes.Create(at(sort), note{}) }
	loaded := table.Record[note]{}
	big := strings.Repeat("x", 90_000)
	wide := table.Kind[note]{Name: "note", Limit: table.MaxBody}
	many := func(count int, op func(string) table.Op) (ops []table.Op) {
		for i := range count {
			ops = append(ops, op(strings.Repeat("i", i+1)))
		}
		return ops
	}
	refused := map[string][]table.Op{
		"no ops at all":                   {},
		"more ops than a transaction has": many(table.MaxOps+1, create),
		"an empty sort key":               {notes.Create(table.Key{Partition: "p"}, note{})},
		"an empty partition":              {notes.Create(table.Key{Sort: "s"}, note{})},
		"a sort key that is too long":     {create(strings.Repeat("s", table.MaxKey+1))},
		"a body beyond the kind's limit":  {notes.Create(at("a"), note{Text: big})},
		"a body beyond every limit":       {table.Kind[note]{Limit: 10 * table.MaxBody}.Create(at("a"), note{Text: big + big})},
		"a body that is no object":        {table.Kind[[]string]{}.Create(at("a"), nil)},
		"a value that has no JSON":        {table.Kind[func()]{}.Create(at("a"), nil)},
		"an item beyond 400 kB":           {create("a").Emit(table.Message{Body: []byte(big + big + big + big + big)})},
		"a transaction beyond 4 MB":       many(60, func(sort string) table.Op { return wide.Create(at(sort), note{Text: big}) }),
		"messages nobody locks":           {notes.Overwrite(at("a"), note{}).Emit(table.Message{})},
		"two ops on one key":              {create("a"), notes.Remove(loaded), table.Removal(at("a"))},
		"a check of nothing":              {{Action: table.Check, Item: table.Item{Key: at("a")}}},
		"a count called like an element":  {create("a"), table.Count(at("b"), map[string]int64{"n[0]": 1})},
		"a condition on an element":       {{Action: table.Delete, Item: table.Item{Key: at("a")}, If: table.Condition{Test: table.Equals, Attribute: "a[0]"}}},
		"an Add alone":                    {table.Count(at("a"), map[string]int64{"n": 1})},
		"an Add beside an overwrite":      {table.Count(at("a"), map[string]int64{"n": 1}), notes.Overwrite(at("b"), note{})},
		"an Add beside a mere check":      {table.Count(at("a"), map[string]int64{"n": 1}), {Action: table.Check, Item: table.Item{Key: at("b")}, If: table.Condition{Test: table.Present}}},
	}
	for name, ops := range refused {
		t.Run(name, func(t *testing.T) {
			tbl, driver := record(t)
			if err := tbl.Write(t.Context(), ops...); err == nil || len(driver.written) > 0 {
				t.Errorf("error %v, %d writes reached the driver", err, len(driver.written))
			}
		})
	}
	t.Run("a load with a condition", func(t *testing.T) {
		tbl, driver := record(t)
		if err := tbl.Load(t.Context(), create("a")); err == nil || len(driver.written) > 0 {
			t.Errorf("error %v, %d loads reached the driver", err, len(driver.written))
		}
	})
	t.Run("a query without a limit", func(t *testing.T) {
		tbl, _ := record(t)
		for _, q := range []table.Query{{Partition: "p"}, {Partition: "p", Limit: table.MaxPage + 1}, {Limit: 1}} {
			if _, err := tbl.Query(t.Context(), q); err == nil {
				t.Errorf("%+v is no error", q)
			}
		}
	})
}

func TestACountIsGuardedByWhatCannotHappenTwice(t *testing.T) {
	count := table.Count(at("sum"), map[string]int64{"n": 1})
	for name, guard := range map[string]table.Op{
		"create": notes.Create(at("a"), note{}),
		"remove": notes.Remove(table.Record[note]{}),
	} {
		tbl, driver := record(t)
		guard.Item.Key = at("a")
		if err := tbl.Write(t.Context(), guard, count); err != nil || len(driver.written) != 1 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestALoadKeepsTheLastOpOfAKey(t *testing.T) {
	tbl, driver := record(t)
	err := tbl.Load(t.Context(), table.Posting(at("a")), table.Posting(at("b")), table.Removal(at("a")), table.Posting(at("c")))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, op := range driver.written[0] {
		got = append(got, op.Item.Sort)
	}
	if want := []string{"b", "a", "c"}; !slices.Equal(got, want) || driver.written[0][1].Action != table.Delete {
		t.Errorf("loaded %v, want %v", got, want)
	}
}

func TestAMessageIsDueWhenItsWriterHadItsChance(t *testing.T) {
	for name, c := range map[string]struct {
		at   []time.Time
		want time.Time
	}{
		"at once":           {[]time.Time{{}}, noon.Add(table.Grace)},
		"in the past":       {[]time.Time{noon.Add(-48 * time.Hour)}, noon.Add(table.Grace)},
		"later":             {[]time.Time{noon.Add(time.Hour)}, noon.Add(time.Hour)},
		"the earliest":      {[]time.Time{noon.Add(time.Hour), noon.Add(time.Second), noon.Add(time.Minute)}, noon.Add(time.Second)},
		"tomorrow":          {[]time.Time{noon.Add(24 * time.Hour)}, noon.Add(24 * time.Hour)},
		"at once and later": {[]time.Time{noon.Add(time.Hour), {}}, noon.Add(table.Grace)},
	} {
		t.Run(name, func(t *testing.T) {
			tbl, driver := record(t)
			op := notes.Create(at("a"), note{})
			for _, at := range c.at {
				op = op.Emit(table.Message{Topic: "x", At: at})
			}
			if err := tbl.Write(t.Context(), op); err != nil {
				t.Fatal(err)
			}
			due := driver.written[0][0].Item.Due
			if got, err := table.DueAt(due); err != nil || !got.Equal(c.want) {
				t.Errorf("due at %v, %v; want %v", got, err, c.want)
			}
			if !strings.HasPrefix(due.Partition, "DUE#"+c.want.Format(time.DateOnly)+"#") {
				t.Errorf("due in %q", due.Partition)
			}
			if due.Sort >= table.DueUntil(c.want) || due.Sort < table.DueUntil(c.want.Add(-time.Millisecond)) {
				t.Errorf("%q is not between %q and %q", due.Sort, table.DueUntil(c.want.Add(-time.Millisecond)), table.DueUntil(c.want))
			}
		})
	}
}

func TestSettlingGivesUpOnAnItemThatNeverHoldsStill(t *testing.T) {
	tbl, driver := record(t)
	item := table.Item{Key: at("a"), Version: 1, Pending: []table.Message{{ID: "m"}}}
	driver.stored[item.Key] = item
	driver.answer = table.Conflicted(0, item.Key)
	if err := tbl.Settle(t.Context(), item, []string{"m"}); !errs.Is(err, errs.Conflict) || len(driver.written) > 10 {
		t.Errorf("error %v after %d writes", err, len(driver.written))
	}
	if err := tbl.Settle(t.Context(), item, []string{"other"}); err != nil {
		t.Errorf("nothing to settle is an error: %v", err)
	}
}
