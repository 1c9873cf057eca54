package recapture

import (
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/winback-auto/winback/internal/company"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/queue"
	"github.com/winback-auto/winback/internal/platform/table"
)

// Removal is watches at the partner that are to end there. It is written together with what ends them here, and it is gone
// once they are.
type Removal struct {
	ID         string               `json:"id"`
	Connection company.ConnectionID `json:"connection"`
	Watches    []remoteWatch        `json:"watches"` // those still to be removed, at most ChunkSize
	At         time.Time            `json:"at"`
	Attempts   int                  `json:"attempts,omitempty"`
}

// remoteWatch is a vehicle as the partner calls it. A vehicle submitted again is another watch.
type remoteWatch struct {
	Recapture ID     `json:"recapture"`
	Ref       string `json:"ref"`
}

// removalRef is the command to carry out a removal. Attempt counts the attempts before: a message of an earlier one that
// comes again has nothing to do.
type removalRef struct {
	Removal string `json:"removal"`
	Attempt int    `json:"attempt,omitempty"`
}

// RemoveTopic is the command to end watches at the partner.
var RemoveTopic = queue.Topic[removalRef]{Name: "recapture-remove"}

// removals are stored under removal # id.
var removals = table.Kind[Removal]{Name: "removal", Schema: 1, Limit: 64 << 10}

func removalKey(co ident.Company, id string) table.Key { return table.In(co, "removal", id).At() }

// unwatch is the write that promises to end watches over one connection at the partner; none where there are none. what
// names the cause, which happens once.
func unwatch(co ident.Company, now time.Time, connection company.ConnectionID, watches []remoteWatch, what ...string) []table.Op {
	if len(watches) == 0 {
		return nil
	}
	id := ident.Of(append([]string{"removal", co.ID()}, what...)...)
	op := removals.Create(removalKey(co, id), Removal{ID: id, Connection: connection, Watches: watches, At: now})
	return []table.Op{op.Emit(RemoveTopic.Message(co, removalRef{Removal: id}))}
}

// transition is a loaded recapture that is about to be written as something else.
type transition struct {
	before Recapture
	record table.Record[Recapture]
}

// unwatched are the removals that changes of recaptures need, one for each connection. They are named after the versions
// that they replace, each of which is replaced once.
func unwatched(co ident.Company, now time.Time, changes ...transition) (ops []table.Op) {
	watches, causes := map[company.ConnectionID][]remoteWatch{}, map[company.ConnectionID][]string{}
	for _, t := range changes {
		if r := t.record.Value; r.leaves(t.before) {
			watches[r.Connection] = append(watches[r.Connection], remoteWatch{r.ID, r.Ref})
			causes[r.Connection] = append(causes[r.Connection], string(r.ID), strconv.FormatInt(t.record.Version(), 10))
		}
	}
	for _, connection := range slices.Sorted(maps.Keys(watches)) {
		ops = append(ops, unwatch(co, now, connection, watches[connection], causes[connection]...)...)
	}
	return ops
}
