package recapture

import (
	"context"
	"slices"

	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/vehicle"
)

// A recapture is named after the first key of its vehicle, the VIN, else rego and state (C12). Where more is known of the
// vehicle, now or later, an alias leads from each further key to the recapture, so that a car submitted by its plate meets
// the watch over its VIN and the other way round. An alias is only a pointer: what it leads to decides whether it holds.
type alias struct {
	ID ID `json:"id"`
}

var aliases = table.Kind[alias]{Name: "recapture alias", Schema: 1}

func aliasKey(co ident.Company, key string) table.Key {
	return table.In(co, "recapture-alias", key).At()
}

// idOf is the id of a recapture that is named after a vehicle's key.
func idOf(co ident.Company, key string) ID { return ID(ident.Of("recapture", co.ID(), key)) }

// aliased are the writes that make a recapture known by all keys of its vehicle that it is not named after.
func aliased(co ident.Company, r Recapture) []table.Op {
	var ops []table.Op
	for _, key := range vehicle.Keys(r.Vehicle) {
		if idOf(co, key) != r.ID {
			ops = append(ops, aliases.Overwrite(aliasKey(co, key), alias{r.ID}))
		}
	}
	return ops
}

// watches are the recaptures that may be about some vehicles, found by whatever is known of those.
type watches struct {
	company ident.Company
	byID    map[ID]table.Record[Recapture]
	byAlias map[string]ID // by key
}

// lookUp reads what may watch the vehicles of drafts: what is named after one of their keys, and what the aliases lead to.
func lookUp(ctx context.Context, t *table.Table, co ident.Company, drafts []Recapture) (watches, error) {
	w := watches{company: co, byID: make(map[ID]table.Record[Recapture], len(drafts)), byAlias: map[string]ID{}}
	var named, pointers []table.Key
	pointing := make(map[table.Key]string, len(drafts))
	for _, draft := range drafts {
		keys := vehicle.Keys(draft.Vehicle)
		for _, key := range keys {
			named = append(named, recaptureKey(co, idOf(co, key)))
		}
		// A plate beside a VIN leads to recaptures named after it, and by alias only to such as have a VIN of their own.
		if len(keys) > 0 {
			at := aliasKey(co, keys[0])
			pointers, pointing[at] = append(pointers, at), keys[0]
		}
	}
	if err := w.load(ctx, t, named); err != nil {
		return watches{}, err
	}
	found, err := aliases.GetAll(ctx, t, distinct(pointers))
	if err != nil {
		return watches{}, err
	}
	var led []table.Key
	for _, record := range found {
		w.byAlias[pointing[record.Key()]] = record.Value.ID
		if _, known := w.byID[record.Value.ID]; !known {
			led = append(led, recaptureKey(co, record.Value.ID))
		}
	}
	return w, w.load(ctx, t, led)
}

func (w watches) load(ctx context.Context, t *table.Table, keys []table.Key) error {
	records, err := recaptures.GetAll(ctx, t, distinct(keys))
	for _, record := range records {
		w.byID[record.Value.ID] = record
	}
	return err
}

// over is the live recapture that watches a vehicle; of several the one whose name is surest.
func (w watches) over(v vehicle.Vehicle) (Recapture, bool) {
	keys := vehicle.Keys(v)
	for i, key := range keys {
		ids := []ID{idOf(w.company, key)}
		if led, ok := w.byAlias[key]; ok && i == 0 {
			ids = append(ids, led)
		}
		for _, id := range ids {
			if r, ok := w.byID[id]; ok && r.Value.Live() && vehicle.Same(r.Value.Vehicle, v) {
				return r.Value, true
			}
		}
	}
	return Recapture{}, false
}

// meet gives drafts the ids of the recaptures that watch their vehicles by now, unless they are the chunk's own.
func (w watches) meet(drafts []Recapture, chunk chunkRef) []Recapture {
	met := slices.Clone(drafts)
	for i := range met {
		if own, ok := w.byID[met[i].ID]; ok && own.Value.in(chunk) {
			continue
		}
		if watched, ok := w.over(met[i].Vehicle); ok {
			met[i].ID = watched.ID
		}
	}
	return met
}

// distinct are keys, each once; a batch read takes no others.
func distinct(keys []table.Key) []table.Key {
	seen := make(map[table.Key]bool, len(keys))
	return slices.DeleteFunc(keys, func(key table.Key) bool {
		twice := seen[key]
		seen[key] = true
		return twice
	})
}
