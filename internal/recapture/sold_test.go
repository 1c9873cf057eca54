package recapture_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/winback-auto/winback/internal/partner"
)

// delisted is the end of a listing, now.
func (w *world) delisted(s partner.Sighting, sold bool) partner.Sighting {
	s.Delisted, s.Sold, s.DelistedAt = true, sold, w.Now()
	return s
}

// tell has a state of a listing pushed and works until it is known.
func (w *world) tell(id string, s partner.Sighting) {
	w.Helper()
	w.partner.list(id, s)
	if status := w.push(partner.EventDelist, id, s.ID+w.Now().String()); status != 204 {
		w.Fatalf("push: %d", status)
	}
	w.run()
}

// later lets days go by and works.
func (w *world) later(days int) {
	w.Helper()
	for range days * 2 { // the sweeper looks ahead half a day
		w.pass(12 * time.Hour)
		w.run()
	}
}

func (w *world) stillWatched(id string) {
	w.Helper()
	if r := w.get(ann, id); r.Status == "deleted" || r.Ended != nil || w.partner.watched[refOf(id)].Ref == "" {
		w.Errorf("%s %+v", r.Status, r.Ended)
	}
}

// C14: a car that was sold is not for sale any more, whether somebody has looked or not.
func TestAWatchEndsWhenTheCarIsSold(t *testing.T) {
	for name, looked := range map[string]bool{"somebody has looked": true, "nobody has looked": false} {
		t.Run(name, func(t *testing.T) {
			w := open(t)
			id := w.watched(ann, `{"vin":"`+polo+`"}`)
			s := w.onSale(1, 9000)
			w.sight(id, s)
			if looked {
				want[recaptureView](w, 200, ann, "POST", "/v1/recaptures/"+id+"/open", "")
			}
			w.pass(5 * day)
			w.tell(id, w.delisted(s, true))
			w.ended(id, "sold")
			r := w.get(ann, id)
			if !r.LastSighting.Delisted || len(r.Sightings) != 2 {
				t.Errorf("%+v", r.Sightings)
			}
			if n := w.notices(ann); len(n) != 1 {
				t.Errorf("told %q", n)
			}
			if s := w.summary(ann); s.ByStatus["deleted"] != 1 || s.CapturedCustomers != 1 {
				t.Errorf("summary %+v", s)
			}
		})
	}
}

func TestAWatchEndsWhenTheCarIsOffTheMarketForAMonth(t *testing.T) {
	w := open(t)
	id := w.watched(ann, `{"vin":"`+polo+`"}`)
	s := w.onSale(0, 9000)
	w.pass(time.Hour)
	w.sight(id, s)
	w.pass(day)
	w.tell(id, w.delisted(s, false))
	w.later(28)
	w.stillWatched(id)
	w.later(3)
	w.ended(id, "sold")
	if n := w.notices(ann); len(n) != 1 {
		t.Errorf("told %q", n)
	}
}

func TestACarThatIsListedAgainWithinAMonthIsWatchedOn(t *testing.T) {
	w := open(t)
	id := w.watched(ann, `{"vin":"`+polo+`"}`)
	s := w.onSale(1, 9000)
	w.sight(id, s)
	w.pass(day)
	w.tell(id, w.delisted(s, false))
	w.later(20)
	again := w.onSale(0, 8000)
	again.ID = "L2"
	w.sight(id, again)
	w.later(5)
	w.tell(id, w.delisted(again, false))
	w.later(28) // more than a month after the first end, less than one after the second
	w.stillWatched(id)
	w.later(3)
	w.ended(id, "sold")
}

func TestACarWithAnotherListingThatStandsIsWatchedOn(t *testing.T) {
	w := open(t)
	id := w.watched(ann, `{"vin":"`+polo+`"}`)
	older, newer := w.onSale(1, 9000), w.onSale(2, 9100)
	newer.ID = "L2"
	w.sight(id, older)
	w.sight(id, newer)
	w.pass(day)
	w.tell(id, w.delisted(newer, false))
	w.later(40)
	w.stillWatched(id)
	w.tell(id, w.delisted(older, false))
	w.later(28)
	w.stillWatched(id)
	w.later(3)
	w.ended(id, "sold")
}

// What ended before the vehicle was submitted is how it came to its owner of now.
func TestAListingThatEndedBeforeTheWatchDoesNotEndIt(t *testing.T) {
	w := open(t)
	s := w.delisted(w.onSale(-200, 9000), true)
	w.pass(day)
	id := w.watched(ann, `{"vin":"`+polo+`"}`)
	w.tell(id, s)
	w.later(40)
	w.stillWatched(id)

	w.sight(id, w.onSale(0, 9000))
	w.pass(time.Hour)
	w.tell(id, w.delisted(w.onSale(-1, 9000), true))
	w.ended(id, "sold")
	w.pass(day)
	w.check(ann, `{"vehicles":[{"vin":"`+polo+`"}]}`)
	w.run()
	w.tell(id, w.delisted(w.onSale(-48, 8500), false)) // news of an old listing
	w.stillWatched(id)
}

func TestListingsThatDoNotCountEndNoWatch(t *testing.T) {
	w := open(t)
	id := w.watched(ann, `{"vin":"`+polo+`"}`)
	s := w.onSale(1, 9000)
	w.sight(id, s)
	other := w.onSale(2, 5000)
	other.ID = "L2"
	w.sight(id, other)
	w.call(ann, "POST", "/v1/recaptures/"+id+"/not-our-car", `{"listing":"L2"}`)
	w.pass(day)
	w.tell(id, w.delisted(other, true))
	w.stillWatched(id)
	// The user was wrong: it is our car, and it is sold.
	want[recaptureView](w, 200, ann, "DELETE", "/v1/recaptures/"+id+"/not-our-car", "")
	w.run()
	w.ended(id, "sold")
}

// A listing that is put aside may uncover that the car is off the market.
func TestWhatIsLeftOfTheListingsDecides(t *testing.T) {
	w := open(t)
	id := w.watched(ann, `{"vin":"`+polo+`"}`)
	ours, other := w.onSale(1, 9000), w.onSale(2, 5000)
	other.ID = "L2"
	w.sight(id, ours)
	w.sight(id, other)
	w.pass(day)
	w.tell(id, w.delisted(ours, false))
	w.call(ann, "POST", "/v1/recaptures/"+id+"/not-our-car", `{"listing":"L2"}`)
	w.later(28)
	w.stillWatched(id)
	w.later(3)
	w.ended(id, "sold")
}

// T031: pushes in any order, looked into at any time, and the end comes once.
func TestASoldCarEndsTheWatchWhateverTheOrderOfPushes(t *testing.T) {
	w := open(t)
	n := 0
	rapid.Check(t, func(r *rapid.T) {
		n++
		w.T.Helper()
		w.check(ann, fmt.Sprintf(`{"vehicles":[{"vin":"%s","make":"Car%d"}]}`, vin(n), n))
		w.run()
		id := w.list(ann, "q="+vin(n))[0].ID
		start := w.Now().Add(time.Hour)
		end := partner.Sighting{ID: "L1", At: start, Price: 8000, Delisted: true, DelistedAt: start.Add(time.Minute)}
		sold := end
		sold.Sold = true
		truth := []partner.Sighting{{ID: "L1", At: start, Price: 9000}, {ID: "L1", At: start, Price: 8000}, end, sold}
		at := 0 // what the partner knows by now
		for _, arriving := range rapid.Permutation([]int{0, 1, 2, 3}).Draw(r, "order of arrival") {
			for at <= arriving {
				w.partner.list(id, truth[at])
				at++
			}
			w.push(partner.EventDelist, id, fmt.Sprint(arriving))
			if rapid.Bool().Draw(r, "looked into at once") {
				w.run()
			}
		}
		w.run()
		seen := w.get(ann, id)
		if seen.Status != "deleted" || seen.Ended == nil || seen.Ended.Reason != "sold" || !seen.LastSighting.Delisted {
			r.Fatalf("%s %+v %+v", seen.Status, seen.Ended, seen.LastSighting)
		}
		removed := 0
		for _, ref := range w.partner.removed {
			if ref == refOf(id) {
				removed++
			}
		}
		if removed != 1 {
			r.Fatalf("removed %d times", removed)
		}
	})
}
