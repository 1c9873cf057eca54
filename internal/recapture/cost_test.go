package recapture_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/partner"
)

// spent is what a function has used since this was asked last.
func (w *world) spent(name string) string {
	u := w.meters[name].Usage()
	earlier := w.paid[name]
	w.paid[name] = u
	u = u.Sub(earlier)
	return fmt.Sprintf("%.0f reads, %.0f writes", u.ReadUnits, u.WriteUnits)
}

// costs fails unless a function has used so many request units since it was asked last.
func (w *world) costs(what, name, want string) {
	w.Helper()
	if got := w.spent(name); got != want {
		w.Errorf("%s: %s, want %s", what, got, want)
	}
}

// The units of a chunk of 200 vehicles, from its submission to its watch, are counted to the last one. Beside them stands
// what nobody could do without: each vehicle is looked up by whoever submits it and by whoever begins its watch, under its
// key and by alias (0.5 each where it is unknown), and is a record of a little less than 1 kB, written when it begins and
// when it is watched, with nine postings and the mark of its customer.
func TestAVehicleCostsLittleMoreThanItsRecordAndPostings(t *testing.T) {
	w := open(t)
	w.spent("http")
	w.cars(ann, 200)
	// Least: 200 reads (what the VIN names, and what an alias of it leads to), 9 writes for 9 kB of rows. The batch and its audit
	// entry are written together or not at all (4).
	w.costs("submission", "http", "207 reads, 13 writes")
	w.run()
	// Least: 200 reads, 200 x (1 record + 9 postings + 1 mark) = 2,200 writes. Writing record, mark and tally all together
	// or not at all doubles the first two (+400), and there are 8 tallies (+16) and the state of the chunk (+3).
	w.costs("creation and upload", "recapture-submit", "306 reads, 2619 writes")
	// Least: 200 reads, 200 writes. Beside them are chunk, rows, connection, company, and that the partner does not fail; the
	// chunk promises to end its watches one day (+1).
	w.costs("watching", "recapture-poll", "206 reads, 202 writes")
}

// One sighting: the sighting, the recapture, the notice with its two places, and the dashboard's postings, all of which
// carry the time of the last activity and so move.
func TestASightingCostsItsRecordsAndTheMoveOfItsPostings(t *testing.T) {
	w := open(t)
	w.cars(ann, 1)
	w.run()
	w.pass(time.Hour)
	id := w.list(ann, "")[0].ID
	w.partner.list(id, w.onSale(0, 9000))
	w.spent("http")
	w.push(partner.EventNew, id, "L1")
	// Least: 1 read (whose token it is), 1 write. A promised message is in the due index (+1) and settled (+1).
	w.costs("push", "http", "1 reads, 3 writes")
	w.run()
	// Least: 6 reads (push, recapture, connection, company; roles and user, to know who is told), and half a one to know that
	// the partner does not fail; 19 postings moved (10 new, 9 old), and 7 items: sighting, recapture, tally, notice with 2
	// places, push. The first three and the notice together or not at all: + 4; the mail's message: + 2.
	w.costs("verification", "sighting-verify", "8 reads, 32 writes")
	w.push(partner.EventNew, id, "L1")
	w.costs("the same push again", "http", "1 reads, 2 writes")
	w.run()
	w.costs("nothing to verify", "sighting-verify", "0 reads, 0 writes")
}

// The end of one watch: the recapture, its place under its new status instead of the old one, its tally, and the removal at
// the partner with its message.
func TestADeletionCostsLittleMoreThanItsRecords(t *testing.T) {
	w := open(t)
	id := w.watched(ann, `{"vin":"`+polo+`"}`)
	w.spent("http")
	w.delete(ann, id)
	// Least: 1 read; 5 writes: recapture, tally, removal, and two places on the dashboard. It is read once more to change it
	// (+1). The three records are written together or not at all (+3), with the audit entry (+2), and a message that is in the due index and settled (+2).
	w.costs("delete", "http", "2 reads, 12 writes")
	w.run()
	// Least: 3 reads (removal, connection, company), and its end. Whether the vehicle was submitted again is looked up (+1).
	w.costs("removal", "recapture-remove", "4 reads, 1 writes")
	w.delete(ann, id)
	w.costs("delete again", "http", "2 reads, 0 writes")
}
