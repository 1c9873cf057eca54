package ident_test

import (
	"crypto/rand"
	"slices"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/platform/ident"
)

func TestIdsOfOneSourceSortInTheOrderTheyWereMade(t *testing.T) {
	now := time.Date(2026, 11, 22, 5, 0, 0, 0, time.UTC)
	source := ident.NewSource(func() time.Time { return now }, rand.Reader)
	var ids []string
	for i := range 1000 {
		if i%100 == 0 {
			now = now.Add(time.Millisecond)
		}
		ids = append(ids, source())
	}
	if !slices.IsSorted(ids) {
		t.Error("ids do not sort")
	}
	if got := len(slices.Compact(ids)); got != 1000 {
		t.Errorf("%d distinct ids, want 1000", got)
	}
	if len(ids[0]) != ident.Length {
		t.Errorf("length %d, want %d", len(ids[0]), ident.Length)
	}
}

func TestTheSameIntentHasTheSameId(t *testing.T) {
	if ident.Of("acme", "VIN") != ident.Of("acme", "VIN") {
		t.Error("the id of an intent must not change")
	}
	if ident.Of("ab", "c") == ident.Of("a", "bc") {
		t.Error("parts must not run together")
	}
	if got := len(ident.Of("x")); got != ident.Length {
		t.Errorf("length %d, want %d", got, ident.Length)
	}
}
