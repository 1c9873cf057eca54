package recapture

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/search"
	"github.com/winback-auto/winback/internal/platform/table"
)

// How recaptures are stored and found (every partition begins with the company):
//
//	what                           partition              sort
//	a recapture                    recapture # id         -
//	further names of it            recapture-alias # key  -
//	its sightings, newest first    sighting # id          descending time # listing # state
//	a batch                        batch # id             -
//	its chunks' states             batch-chunk # id       number
//	its chunks' rows, compressed   batch-rows # id        number
//	its rejected rows              batch-rejected # id    number
//	a push                         push # id              -
//	watches to end at the partner  removal # id           -
//	a comparison with the partner  reconcile # connection -
//	counts of a yard               recapture-count # yard shard
//	customers counted in a yard    recapture-customer # yard # hash
//	the dashboard                  see package search
var (
	recaptures = table.Kind[Recapture]{Name: "recapture", Schema: 1, Limit: 20 << 10} // about 1 kB; every text at its longest fits, too
	sightings  = table.Kind[Sighting]{Name: "sighting", Schema: 1, Limit: 6 << 10}
	batches    = table.Kind[Batch]{Name: "recapture batch", Schema: 1}
	chunks     = table.Kind[Chunk]{Name: "recapture chunk", Schema: 1}
	packed     = table.Kind[packedRows]{Name: "recapture rows", Schema: 1, Limit: table.MaxBody}
	rejections = table.Kind[rejectedRows]{Name: "rejected rows", Schema: 1, Limit: table.MaxBody}
	pushes     = table.Kind[Push]{Name: "push", Schema: 1}
)

var dashboard = search.Index[Recapture]{
	Name:  "recapture",
	Kind:  recaptures,
	Key:   func(co ident.Company, id string) table.Key { return recaptureKey(co, ID(id)) },
	Entry: entry,
}

// entry is what a recapture contributes to the dashboard.
func entry(r Recapture) search.Entry {
	facets := []search.Facet{
		{Name: "status", Value: string(r.Status)},
		{Name: "origin", Value: string(r.Origin)},
		{Name: "user", Value: string(r.User)},
	}
	if r.Vehicle.Make != "" {
		facets = append(facets, search.Facet{Name: "make", Value: r.Vehicle.Make})
	}
	if r.Vehicle.Model != "" {
		facets = append(facets, search.Facet{Name: "model", Value: r.Vehicle.Model})
	}
	if r.LastSighting != nil {
		facets = append(facets, search.Facet{Name: "sighted"})
	}
	return search.Entry{
		ID: string(r.ID), Yards: []string{r.Yard}, At: r.ActivityAt(), Facets: facets,
		Words: search.Words(r.Vehicle.VIN, r.Vehicle.Rego, r.Customer.Last, r.Customer.First, r.Vehicle.Make, r.Vehicle.Model, r.Reference, r.Customer.Email, r.Customer.Mobile),
	}
}

func recaptureKey(co ident.Company, id ID) table.Key {
	return table.In(co, "recapture", string(id)).At()
}

func sightingPartition(co ident.Company, id ID) table.Partition {
	return table.In(co, "sighting", string(id))
}

// sightingKey names a state of a listing: the same state reported again is the same sighting.
func sightingKey(co ident.Company, id ID, s Sighting) table.Key {
	return sightingPartition(co, id).At(newestFirst(s.At), s.Listing, s.state())
}

// state tells the states of a listing apart.
func (s Sighting) state() string {
	parts := []string{s.Listing, s.At.UTC().Format(time.RFC3339Nano), strconv.FormatInt(s.Price.Amount, 10), strconv.FormatBool(s.Delisted)}
	if s.Sold {
		parts = append(parts, "sold")
	}
	return ident.Of(parts...)
}

// newestFirst writes an instant so that later ones sort first.
func newestFirst(at time.Time) string {
	const last = 9_999_999_999_999
	return fmt.Sprintf("%013d", last-at.UnixMilli())
}

func batchKey(co ident.Company, id BatchID) table.Key {
	return table.In(co, "batch", string(id)).At()
}

func chunkPartition(co ident.Company, id BatchID) table.Partition {
	return table.In(co, "batch-chunk", string(id))
}

func rowsPartition(co ident.Company, id BatchID) table.Partition {
	return table.In(co, "batch-rows", string(id))
}

func rejectedPartition(co ident.Company, id BatchID) table.Partition {
	return table.In(co, "batch-rejected", string(id))
}

// number is a part of a key that sorts as the number does.
func number(n int) string { return fmt.Sprintf("%05d", n) }

func pushKey(co ident.Company, id string) table.Key { return table.In(co, "push", id).At() }

// load reads a recapture that the yards may see; one of another yard looks like an unknown one.
func load(ctx context.Context, t *table.Table, co ident.Company, id ID, sees func(yard string) bool) (table.Record[Recapture], error) {
	record, err := recaptures.Get(ctx, t, recaptureKey(co, id))
	if errs.Is(err, errs.NotFound) || err == nil && !sees(record.Value.Yard) {
		return table.Record[Recapture]{}, errs.E(errs.NotFound, "there is no such recapture")
	}
	return record, err
}

// loadAll reads those recaptures of drafts that exist.
func loadAll(ctx context.Context, t *table.Table, co ident.Company, drafts []Recapture) (map[ID]table.Record[Recapture], error) {
	keys := make([]table.Key, len(drafts))
	for i, draft := range drafts {
		keys[i] = recaptureKey(co, draft.ID)
	}
	records, err := recaptures.GetAll(ctx, t, keys)
	if err != nil {
		return nil, err
	}
	byID := make(map[ID]table.Record[Recapture], len(records))
	for _, record := range records {
		byID[record.Value.ID] = record
	}
	return byID, nil
}
