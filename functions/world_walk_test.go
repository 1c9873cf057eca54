package functions_test

import (
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/testkit/dealership"
)

// walks are comparisons with the partner that began hours ago and stood still since, of both connections: their commands are
// still good, and the next tick begins others.
func (w *world) walks(t *testing.T) {
	t.Helper()
	before := w.Time
	w.Time = dealership.Noon.Add(-3 * time.Hour)
	f := w.functions["sighting-reconcile"]
	if err := f.Every.Handle(t.Context(), app.Grant(w.Deps, f)); err != nil {
		t.Fatal(err)
	}
	w.queue.take("sighting-compare")
	w.Time = before
}
