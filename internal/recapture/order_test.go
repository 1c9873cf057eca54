package recapture_test

import (
	"fmt"
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/partner"
	"github.com/winback-auto/winback/internal/platform/ident"
)

// The six orders in which three pushes may come.
var orders = [][3]int{{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}}

// T031: a price before the listing, the end before both: in all six orders, for many cars at once, the final state is the
// same to the letter, and the newest instant wins. Pushes come twice, and what the partner answers is as old as the push in
// half of the cases, so that its answers come out of order, too.
func TestInAllSixOrdersTheFinalStateIsTheSame(t *testing.T) {
	const perOrder = 166
	w := open(t)
	w.cars(ann, perOrder*len(orders))
	w.run()
	ids := map[int]string{}
	for _, r := range append(w.list(ann, ""), w.more(ann)...) {
		var n int
		if _, err := fmt.Sscanf(strings.TrimPrefix(r.Vehicle.VIN, "WVWZZZAWZKU"), "%d", &n); err != nil {
			t.Fatal(err)
		}
		ids[n] = r.ID
	}
	if len(ids) != perOrder*len(orders) {
		t.Fatalf("%d cars", len(ids))
	}
	start := w.Now()
	events := []partner.Event{partner.EventNew, partner.EventPriceChange, partner.EventDelist}
	truth := []partner.Sighting{
		{ID: "L1", At: start, Price: 9000, Site: "cars.example", SellerName: "Coast Cars"},
		{ID: "L1", At: start.Add(time.Hour), Price: 8000, Site: "cars.example", SellerName: "Coast Cars"},
		{ID: "L1", At: start.Add(time.Hour), Price: 8000, Site: "cars.example", SellerName: "Coast Cars", Delisted: true, Sold: true},
	}
	for step := range 3 {
		for n, id := range ids {
			arriving := orders[n%len(orders)][step]
			state := truth[arriving]
			if fresh := n/len(orders)%2 == 0; fresh {
				state = truth[2] // the partner knows it all by now, whatever its push says
			}
			w.partner.list(id, state)
			for range 2 {
				if status := w.push(events[arriving], id, fmt.Sprint(arriving)); status != 204 {
					t.Fatalf("push: %d", status)
				}
			}
		}
		w.run()
	}
	finals := map[string]int{}
	for n, id := range ids {
		r := w.get(ann, id)
		last := r.LastSighting
		if last == nil {
			t.Fatalf("order %v: %+v", orders[n%len(orders)], r)
		}
		finals[fmt.Sprintf("%s %s %s %d %s sold %v delisted %v", r.Status, r.ActivityAt, last.At, last.Price.Amount, last.Seller, last.Sold, last.Delisted)]++
	}
	want := fmt.Sprintf("deleted %[1]s %[1]s 800000 Coast Cars sold true delisted true", truth[2].At)
	if len(finals) != 1 || finals[want] != len(ids) {
		t.Errorf("final states %v, want %s", finals, want)
	}
	if s := w.summary(ann); s.CapturedCustomers != len(ids) || s.ByStatus["deleted"] != len(ids) {
		t.Errorf("%+v", s)
	}
}

// more is the list behind its first page.
func (w *world) more(user string) (rest []recaptureView) {
	w.Helper()
	next := want[pageView[recaptureView]](w, 200, user, "GET", "/v1/recaptures?limit=200", "").Next
	for next != "" {
		page := want[pageView[recaptureView]](w, 200, user, "GET", "/v1/recaptures?limit=200&cursor="+next, "")
		rest, next = append(rest, page.Items...), page.Next
	}
	return rest
}

// T030, in bulk: thousands of repetitions from many senders have one effect, and cost the partner one question.
func TestThousandsOfRepetitionsHaveOneEffect(t *testing.T) {
	w := open(t)
	id := w.watched(ann, `{"vin":"`+polo+`"}`)
	w.partner.list(id, w.onSale(0, 9000))
	var group sync.WaitGroup
	for range 16 {
		group.Go(func() {
			for range 150 {
				if status := w.push(partner.EventNew, id, "L1"); status != 204 {
					t.Errorf("answered %d", status)
				}
			}
		})
	}
	group.Wait()
	w.run()
	if asked, told := w.partner.called("vehicle"), len(w.notices(ann)); asked != 1 || told != 1 {
		t.Errorf("asked %d times, told %d times", asked, told)
	}
	if r := w.get(ann, id); len(r.Sightings) != 1 {
		t.Errorf("%+v", r.Sightings)
	}
}

// T033: what the partner does not confirm is kept with that outcome.
func TestAPushThatIsNotConfirmedIsKeptAsUnverified(t *testing.T) {
	w := open(t)
	w.watched(ann, `{"vin":"`+polo+`"}`)
	at := w.Now().Truncate(time.Hour).Format(time.RFC3339)
	if status := w.push(partner.EventDelist, "nobody"); status != 204 {
		t.Fatalf("answered %d", status)
	}
	w.run()
	if got := w.outcomes(ident.Of("push", "c-harbour", string(partner.EventDelist), refOf("nobody"), at))[0]; got != "unverified" {
		t.Errorf("kept as %q", got)
	}
}

// Whatever figure gets past the client of the partner, no amount turns over and none is below nothing.
func TestNoPriceTurnsOver(t *testing.T) {
	for price, most := range map[int64]int64{1e18: math.MaxInt64, math.MaxInt64: math.MaxInt64, math.MinInt64: 0, -1: 0, 0: 0, 1: 100} {
		w := open(t)
		id := w.watched(ann, `{"vin":"`+polo+`"}`)
		w.sight(id, w.onSale(0, price))
		last := w.get(ann, id).LastSighting
		if last == nil {
			t.Errorf("%d: not seen", price)
			continue
		}
		amount := int64(0)
		if last.Price != nil {
			amount = last.Price.Amount
		}
		if amount < 0 || amount > most || most > 0 && amount == 0 {
			t.Errorf("%d: %d", price, amount)
		}
		if len(w.notices(ann)) != 1 {
			t.Errorf("%d: told %d times", price, len(w.notices(ann)))
		}
	}
}

// A listing without a time is one sighting, however often it is looked at.
func TestAListingWithoutATimeIsOneSighting(t *testing.T) {
	w := open(t)
	id := w.watched(ann, `{"vin":"`+polo+`"}`)
	w.partner.list(id, partner.Sighting{ID: "L1", Price: 9000})
	for n := range 3 {
		w.push(partner.EventNew, id, fmt.Sprint(n))
		w.run()
		w.pass(25 * time.Hour)
	}
	r := w.get(ann, id)
	if len(r.Sightings) != 1 || !r.LastSighting.At.Equal(r.SubmittedAt) || len(w.notices(ann)) != 1 {
		t.Errorf("%+v", r.Sightings)
	}
}
