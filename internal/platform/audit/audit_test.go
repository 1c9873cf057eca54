package audit_test

import (
	"context"
	"errors"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/winback-auto/winback/internal/platform/audit"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/testkit/memtable"
)

var (
	harbour = ident.Trusted("harbour")
	noon    = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	closing = audit.Action{Company: harbour, User: "u1", Operation: "closeLead", Request: "r1"}
)

type note struct {
	Text string `json:"text"`
}

var notes = table.Kind[note]{Name: "note", Schema: 1}

// world is a table with the witness.
type world struct {
	*table.Table
	now time.Time
	t   *testing.T
}

func newWorld(t *testing.T) *world {
	w := &world{now: noon, t: t}
	ids := 0
	w.Table = memtable.New(t, func() time.Time { return w.now }, func() string { ids++; return strconv.Itoa(ids) }).Witnessed(audit.Witness)
	return w
}

func (w *world) write(ctx context.Context, ops ...table.Op) {
	w.t.Helper()
	if err := w.Write(ctx, ops...); err != nil {
		w.t.Fatal(err)
	}
}

// entries are those of the day of noon.
func (w *world) entries() []audit.Entry {
	w.t.Helper()
	begin := noon.Truncate(24 * time.Hour)
	all, next, err := audit.List(w.t.Context(), w.Table, harbour, audit.Span{Begin: begin, End: begin.AddDate(0, 0, 1)}, 200)
	if err != nil || next != "" {
		w.t.Fatal(err, next)
	}
	return all
}

func (w *world) want(want ...audit.Entry) {
	w.t.Helper()
	if got := w.entries(); !cmp.Equal(got, want, cmpopts.EquateEmpty()) {
		w.t.Errorf("(- wanted, + got):\n%s", cmp.Diff(want, got))
	}
}

func entry(subject audit.Subject) audit.Entry {
	return audit.Entry{At: noon, User: "u1", Operation: "closeLead", Subject: subject, Request: "r1"}
}

func lead(id string) table.Key { return table.In(harbour, "lead", id).At() }

func TestAnActionHasItsEntryInItsWrite(t *testing.T) {
	w := newWorld(t)
	w.write(audit.Begin(t.Context(), closing),
		notes.Create(lead("l1"), note{"Kim Nguyen"}), notes.Overwrite(table.In(harbour, "activity", "c1").At(), note{}))
	w.want(entry(audit.Subject{Type: "lead", ID: "l1", Version: 1}))
}

func TestAWriteThatFailsLeavesNoEntry(t *testing.T) {
	w := newWorld(t)
	w.write(t.Context(), notes.Create(lead("l1"), note{}))
	ctx := audit.Begin(t.Context(), closing)
	if err := w.Write(ctx, notes.Create(lead("l1"), note{})); !errs.Is(err, errs.Conflict) {
		t.Fatal(err)
	}
	w.want()
	record, err := notes.Get(ctx, w.Table, lead("l1"))
	if err != nil {
		t.Fatal(err)
	}
	w.write(ctx, notes.Update(record)) // the next attempt of the same action
	w.want(entry(audit.Subject{Type: "lead", ID: "l1", Version: 2}))
}

func TestEachRecordOfAnActionHasOneEntry(t *testing.T) {
	w := newWorld(t)
	ctx := audit.Begin(t.Context(), closing)
	w.write(ctx, notes.Create(lead("l1"), note{}))
	w.now = w.now.Add(time.Second)
	w.write(ctx, notes.Create(lead("l2"), note{}))
	w.write(ctx, notes.Overwrite(lead("l1"), note{}))
	w.write(ctx, notes.Create(table.In(harbour, "registration").At("l2"), note{})) // of the same id: a part of the same thing
	second := entry(audit.Subject{Type: "lead", ID: "l2", Version: 1})
	second.At = w.now
	w.want(second, entry(audit.Subject{Type: "lead", ID: "l1", Version: 1}))
}

func TestTheSubjectIsTheFirstRecordOfTheCompany(t *testing.T) {
	for _, test := range []struct {
		op   table.Op
		want audit.Subject
	}{
		{notes.Create(table.In(harbour, "yard").At("y1"), note{}), audit.Subject{Type: "yard", ID: "y1", Version: 1}},
		{notes.Overwrite(table.In(harbour, "company").At("profile"), note{}), audit.Subject{Type: "company", ID: "profile"}},
		{notes.Create(table.In(harbour, "company").At(), note{}), audit.Subject{Type: "company", Version: 1}},
		{table.Removal(table.In(harbour, "user").At("u#7")), audit.Subject{Type: "user", ID: "u#7"}},
	} {
		w := newWorld(t)
		w.write(audit.Begin(t.Context(), closing),
			notes.Overwrite(table.Global(table.Subjects, "s1").At(), note{}), test.op, notes.Overwrite(lead("l9"), note{}))
		w.want(entry(test.want))
	}
}

func TestWhatNobodyAskedForHasNoEntry(t *testing.T) {
	w := newWorld(t)
	w.write(t.Context(), notes.Create(lead("l1"), note{}))
	ctx := audit.Begin(t.Context(), closing)
	w.write(ctx, notes.Overwrite(table.Global(table.Hooks, "h1").At(), note{}))
	if err := w.Load(ctx, notes.Overwrite(lead("l2"), note{})); err != nil {
		t.Fatal(err)
	}
	w.write(audit.Aside(ctx), notes.Create(lead("l3"), note{}))
	w.want()
}

// An answer may be lost on its way: the write is repeated, and there is one entry.
func TestARepeatedWriteHasOneEntry(t *testing.T) {
	w := newWorld(t)
	driver := &losing{Driver: memtable.Driver(t, func() time.Time { return w.now })}
	ids := 0
	w.Table = table.New(driver, func() time.Time { return w.now }, func() string { ids++; return strconv.Itoa(ids) }).Witnessed(audit.Witness)
	ctx := audit.Begin(t.Context(), closing)
	ops := []table.Op{notes.Create(lead("l1"), note{})}
	driver.lose = true
	if err := w.Write(ctx, ops...); !errors.Is(err, errLost) {
		t.Fatal(err)
	}
	w.write(ctx, ops...)
	w.want(entry(audit.Subject{Type: "lead", ID: "l1", Version: 1}))

	// Another attempt at the same record is not held up by the entry that the lost one has left.
	record, err := notes.Get(ctx, w.Table, lead("l1"))
	if err != nil {
		t.Fatal(err)
	}
	ctx = audit.Begin(t.Context(), closing)
	driver.lose = true
	if err := w.Write(ctx, notes.Update(record)); !errors.Is(err, errLost) {
		t.Fatal(err)
	}
	if record, err = notes.Get(ctx, w.Table, lead("l1")); err != nil {
		t.Fatal(err)
	}
	w.write(ctx, notes.Update(record))
	if n := len(w.entries()); n != 3 {
		t.Errorf("%d entries of three writes that happened", n)
	}
}

var errLost = errors.New("the answer was lost")

// losing applies the next write and loses the answer.
type losing struct {
	table.Driver
	lose bool
}

func (l *losing) Write(ctx context.Context, ops []table.Op) error {
	err := l.Driver.Write(ctx, ops)
	if l.lose && err == nil {
		l.lose = false
		return errLost
	}
	return err
}

// T111: whoever has an entry's key can only add to them.
func TestEntriesAreNeverChangedOrRemoved(t *testing.T) {
	w := newWorld(t)
	w.write(audit.Begin(t.Context(), closing), notes.Create(lead("l1"), note{}))
	key := table.In(harbour, "audit", "2026-11-22").At("12:00:00.000000", "1")
	item, err := w.Get(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	record, err := notes.Decode(item)
	if err != nil {
		t.Fatal(err)
	}
	for name, op := range map[string]table.Op{
		"overwritten": notes.Overwrite(key, note{}), "removed": table.Removal(key), "removed as it is": notes.Remove(record),
		"changed": notes.Update(record), "counted in": table.Count(key, map[string]int64{"n": 1}), "a posting": table.Posting(key),
	} {
		if err := audit.Append([]table.Op{notes.Create(lead("l2"), note{}), op}); err == nil {
			t.Errorf("an entry may be %s", name)
		}
	}
	if err := audit.Append([]table.Op{notes.Create(table.In(harbour, "audit", "2026-11-22").At("x"), note{}), table.Removal(table.In(harbour, "auditor").At())}); err != nil {
		t.Errorf("an entry may not be added: %v", err)
	}
}

func TestADaysEntriesArePagedAcrossMidnightOfUTC(t *testing.T) {
	w := newWorld(t)
	sydney := time.FixedZone("AEDT", 11*60*60)
	begin := time.Date(2026, 11, 22, 0, 0, 0, 0, sydney) // 13:00 UTC of the 21st
	span := audit.Span{Begin: begin, End: begin.AddDate(0, 0, 1)}
	var want []string
	for n := range 50 { // every half hour from an hour before the day to an hour after it
		w.now = begin.Add(time.Duration(n-2) * 30 * time.Minute).UTC()
		ctx := audit.Begin(t.Context(), closing)
		w.write(ctx, notes.Create(lead(strconv.Itoa(n)), note{}))
		if !w.now.Before(span.Begin) && w.now.Before(span.End) {
			want = append([]string{strconv.Itoa(n)}, want...)
		}
	}
	for _, limit := range []int{1, 2, 3, 22, 26, 48, 100} {
		var got []string
		span.After = ""
		for pages := 0; ; pages++ {
			page, next, err := audit.List(t.Context(), w.Table, harbour, span, limit)
			if err != nil || len(page) > limit || pages > 60 {
				t.Fatal(err, len(page), pages)
			}
			for _, e := range page {
				got = append(got, e.Subject.ID)
			}
			if next == "" {
				break
			}
			span.After = next
		}
		if !cmp.Equal(got, want) {
			t.Errorf("pages of %d (- wanted, + got):\n%s", limit, cmp.Diff(want, got))
		}
	}
	if len(want) != 48 {
		t.Errorf("%d entries in the day", len(want))
	}
}
