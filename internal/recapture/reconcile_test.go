package recapture_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/partner"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/recapture"
)

// tick fires the schedule, as the host does.
func (w *world) tick() error {
	f := recapture.Reconcile
	return f.Every.Handle(table.WithMeter(w.Context(), w.meters["reconcile"]), app.Grant(w.Deps, f))
}

// reconcile fires the schedule and works until all is compared.
func (w *world) reconcile() {
	w.Helper()
	w.must(w.tick())
	w.run()
}

// walk is the comparison of harbour's connection as it is stored.
func (w *world) walk() recapture.Walk {
	w.Helper()
	kind := table.Kind[recapture.Walk]{Name: "reconcile", Schema: 1}
	record, err := kind.Get(w.Context(), w.Table, table.In(harbour, "reconcile", "c-harbour").At())
	w.must(err)
	return record.Value
}

// unheard submits cars and puts them on sale without a push; it returns their ids.
func (w *world) unheard(n int) []string {
	w.Helper()
	w.cars(ann, n)
	w.run()
	var ids []string
	for _, r := range w.list(ann, "") {
		ids = append(ids, r.ID)
		w.partner.list(r.ID, w.onSale(0, 9000))
	}
	return ids
}

// T037: what was never pushed is known after the daily comparison, of all companies, and told once.
func TestSightingsThatWereNeverPushedAreFound(t *testing.T) {
	w := open(t)
	ids := w.unheard(30)
	w.check(kim, `{"vehicles":[{"vin":"`+vin(1)+`"}]}`)
	w.run()
	kiel := w.list(kim, "")[0].ID
	w.partner.list(kiel, w.onSale(0, 5000))
	w.sight(ids[0], w.onSale(1, 8000)) // this one was pushed
	w.reconcile()
	if s := w.summary(ann); s.CapturedCustomers != 30 || s.ByStatus["new_sighting"] != 30 {
		t.Errorf("%+v", s)
	}
	if told := w.notices(ann); len(told) != 30 {
		t.Errorf("told %d times", len(told))
	}
	if r := w.get(kim, kiel); r.LastSighting == nil || r.LastSighting.Price.Amount != 500000 || len(w.notices(kim)) != 1 {
		t.Errorf("%+v", r)
	}
	if walk := w.walk(); walk.EndedAt.IsZero() || walk.Found != 29 || walk.Compared != 31 || walk.Problem != "" {
		t.Errorf("%+v", walk)
	}

	// Another look changes nothing and writes next to nothing. Least: 31 recaptures and 31 sightings to read, and 31 vehicles
	// that the other company does not know (0.5 each), as the fake gives both the same account; the ends of two walks to write.
	w.pass(24 * time.Hour)
	w.run()
	w.spent("sighting-compare")
	w.reconcile()
	if told := w.notices(ann); len(told) != 30 {
		t.Errorf("told %d times", len(told))
	}
	w.costs("nothing new", "sighting-compare", "86 reads, 2 writes")
	if s := w.summary(ann); s.CapturedCustomers != 30 {
		t.Errorf("%+v", s)
	}
}

// Late, older and further listings are known in the end, too, not only the newest of each vehicle.
func TestTheComparisonKnowsEverySightingOfAVehicle(t *testing.T) {
	w := open(t)
	id := w.watched(ann, `{"vin":"`+polo+`"}`)
	w.sight(id, w.onSale(10, 9000))
	older, ended := w.onSale(2, 8000), w.onSale(3, 7000)
	older.ID, ended.ID, ended.Delisted = "L0", "L2", true
	w.partner.list(id, older)
	w.partner.list(id, ended)
	w.reconcile()
	r := w.get(ann, id)
	if len(r.Sightings) != 3 || r.LastSighting.Listing != "L1" || len(w.notices(ann)) != 1 {
		t.Errorf("%+v", r.Sightings)
	}
}

func TestOnlyWhatIsOursAndWatchedIsCompared(t *testing.T) {
	w := open(t)
	ids := w.unheard(3)
	w.partner.mu.Lock()
	for ref, watched := range map[string]partner.Watched{
		"r1": {ID: "nobody", VIN: vin(50)}, "r2": {VIN: vin(51)}, "r3": {ID: ids[0], VIN: vin(52)}, "r4": {ID: strings.Repeat("x", 128)},
	} {
		watched.Ref, watched.Sightings = ref, []partner.Sighting{w.onSale(5, 1)}
		w.partner.watched[ref] = watched
	}
	w.partner.mu.Unlock()
	foreign := w.check(kim, `{"vehicles":[{"vin":"`+vin(60)+`"}]}`)
	w.run()
	_ = foreign
	w.reconcile()
	if s := w.summary(ann); s.TotalCustomers != 3 || s.CapturedCustomers != 3 {
		t.Errorf("%+v", s)
	}
	for _, r := range w.list(ann, "") {
		if r.LastSighting.Price.Amount != 900000 {
			t.Errorf("%+v", r.LastSighting)
		}
	}
	// The two companies have one account with the fake: what is harbour's is found over nordlicht's connection, too, and is
	// nothing to it.
	if r := w.list(kim, ""); len(r) != 1 || r[0].LastSighting != nil {
		t.Errorf("%+v", r)
	}
}

// A vehicle that was given up here although the partner watches it comes back.
func TestAnErroredVehicleThatThePartnerWatchesIsWatched(t *testing.T) {
	w := open(t)
	w.partner.silent[vin(3)] = true
	w.check(ann, `{"vehicles":[{"vin":"`+vin(3)+`"}]}`)
	w.run()
	id := w.list(ann, "")[0].ID
	if r := w.get(ann, id); r.Status != "errored" {
		t.Fatalf("%+v", r)
	}
	w.reconcile()
	if r := w.get(ann, id); r.Status != "active" || r.Progress != "watched" || r.Error != "" || len(w.notices(ann)) != 0 {
		t.Errorf("%+v", r)
	}
}

// A vehicle that was deleted here and is watched there all the same, however that came, is removed there.
func TestWhatEndedHereAndIsWatchedThereIsRemovedThere(t *testing.T) {
	w := open(t)
	ids := w.unheard(3)
	w.delete(ann, ids[0])
	w.run()
	ref := refOf(ids[0])
	w.partner.mu.Lock()
	w.partner.watched[ref] = partner.Watched{Ref: ref, ID: ids[0], Sightings: []partner.Sighting{w.onSale(0, 9000)}}
	w.partner.removed = nil
	w.partner.mu.Unlock()
	for range 2 {
		w.reconcile()
		if !slices.Equal(w.partner.removed, []string{ref}) {
			t.Errorf("removed %q", w.partner.removed)
		}
	}
	if s := w.summary(ann); s.CapturedCustomers != 2 || s.ByStatus["deleted"] != 1 {
		t.Errorf("%+v", s)
	}
}

func TestTicksThatAreDoubledOrLateChangeNothing(t *testing.T) {
	w := open(t)
	w.unheard(10)
	for range 5 {
		w.must(w.tick())
	}
	w.run()
	w.pass(3 * time.Hour)
	w.must(w.tick())
	w.must(w.tick())
	w.run()
	if told := w.notices(ann); len(told) != 10 {
		t.Errorf("told %d times", len(told))
	}
	if walk := w.walk(); walk.EndedAt.IsZero() || walk.Again || walk.Pass != 4 {
		t.Errorf("%+v", walk)
	}
}

// What appears behind a walk's back, and is asked for then, is found by the walk behind it.
func TestATickDuringAWalkMakesAnother(t *testing.T) {
	w := open(t)
	ids := w.unheard(200)
	w.must(w.tick())
	for w.walk().Cursor == "" { // it has made its first step
		w.step(0)
	}
	slices.Sort(ids)
	w.partner.list(ids[0], w.onSale(1, 5000))
	w.must(w.tick())
	w.run()
	if r := w.get(ann, ids[0]); r.LastSighting.Price.Amount != 500000 {
		t.Errorf("%+v", r.LastSighting)
	}
	if walk := w.walk(); walk.Pass != 2 || walk.EndedAt.IsZero() {
		t.Errorf("%+v", walk)
	}
}

// A long list takes several steps; each begins where the one before has ended.
func TestALongWalkGoesOnWhereItStood(t *testing.T) {
	w := open(t)
	w.unheard(200)
	w.reconcile()
	if s := w.summary(ann); s.CapturedCustomers != 200 {
		t.Errorf("%+v", s)
	}
	walk := w.walk()
	if pages := w.partner.called("list"); walk.Step != 2 || walk.Compared != 200 || pages != 2*67 { // over two connections
		t.Errorf("%+v, %d pages", walk, pages)
	}
}
