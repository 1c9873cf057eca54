package memtable_test

import (
	"crypto/rand"
	"testing"
	"testing/synctest"
	"time"

	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/testkit/memtable"
)

func TestEachTestHasATableOfItsOwn(t *testing.T) {
	type note struct{ Text string }
	notes := table.Kind[note]{Name: "note", Schema: 1}
	key := table.In(ident.Trusted("acme"), "note").At("1")
	newID := ident.NewSource(time.Now, rand.Reader)

	first := memtable.New(t, time.Now, newID)
	if err := first.Write(t.Context(), notes.Create(key, note{"kept"})); err != nil {
		t.Fatal(err)
	}
	got, err := notes.Get(t.Context(), first, key)
	if err != nil || got.Value.Text != "kept" || got.Version() != 1 {
		t.Errorf("Get = %+v, %v", got, err)
	}
	second := memtable.New(t, time.Now, newID)
	if _, err := notes.Get(t.Context(), second, key); !errs.Is(err, errs.NotFound) {
		t.Errorf("another table has it, too: %v", err)
	}
}

func TestATableWorksInABubbleOfTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tbl := memtable.New(t, time.Now, ident.NewSource(time.Now, rand.Reader))
		key := table.In(ident.Trusted("acme"), "brief").At("1")
		briefs := table.Kind[struct{}]{Name: "brief"}
		if err := tbl.Write(t.Context(), briefs.Create(key, struct{}{}).Until(time.Now().Add(time.Hour))); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour) // passes at once in here
		if _, err := briefs.Get(t.Context(), tbl, key); !errs.Is(err, errs.NotFound) {
			t.Errorf("after an hour: %v, want not found", err)
		}
	})
}
