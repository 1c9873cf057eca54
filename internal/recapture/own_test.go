package recapture_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/company"
	"github.com/winback-auto/winback/internal/partner"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/platform/web"
	"github.com/winback-auto/winback/internal/recapture"
)

// stock replaces the own stock rules of harbour.
func (w *world) stock(own company.OwnStock) {
	w.Helper()
	profile, err := company.Load(w.Context(), w.Deps, harbour)
	w.must(err)
	profile.OwnStock = own
	_, err = company.ChangeProfile(w.Context(), w.Deps, harbour, web.Precondition{}, profile)
	w.must(err)
}

// outcomes lists what became of harbour's pushes, as they are stored.
func (w *world) outcomes(ids ...string) (all []string) {
	w.Helper()
	kind := table.Kind[recapture.Push]{Name: "push", Schema: 1}
	for _, id := range ids {
		record, err := kind.Get(w.Context(), w.Table, table.In(harbour, "push", id).At())
		w.must(err)
		all = append(all, string(record.Value.Outcome))
	}
	return all
}

// pushed is sight, and returns what became of the push.
func (w *world) pushed(id string, s partner.Sighting) string {
	w.Helper()
	w.sight(id, s)
	// The id of a push follows from what it says, and parsePush leaves out all but the listing's id.
	return w.outcomes(ident.Of("push", "c-harbour", string(partner.EventNew), refOf(id), s.ID+s.At.String(), time.Time{}.UTC().Format(time.RFC3339Nano), "0", "false"))[0]
}

// unmoved fails unless nothing has come of what was pushed about a vehicle.
func (w *world) unmoved(name, id string) {
	w.Helper()
	if r := w.get(ann, id); r.Status != "active" || r.LastSighting != nil || len(r.Sightings) != 0 || !r.ActivityAt.Equal(r.SubmittedAt) {
		w.Errorf("%s: %s %+v %+v", name, r.Status, r.LastSighting, r.Sightings)
	}
	if s := w.summary(ann); s.CapturedCustomers != 0 || s.ByStatus["new_sighting"] != 0 {
		w.Errorf("%s: %+v", name, s)
	}
	if told := w.notices(ann); len(told) != 0 {
		w.Errorf("%s: told %q", name, told)
	}
}

// C15: by car, by the seller's name, by a yard's name, by web site.
func TestAListingOfTheCompanysOwnIsNoSighting(t *testing.T) {
	w := open(t)
	id := w.watched(ann, `{"vin":"`+polo+`"}`)
	listing := func(n int, name, site string) partner.Sighting {
		s := w.onSale(n, 9000)
		s.ID, s.SellerName, s.Site, s.Seller = fmt.Sprintf("L%d", n), name, site, "dealer"
		return s
	}
	w.stock(company.OwnStock{Sellers: []string{"Bob's Used Cars", "bobs.example"}})
	for n, own := range [][2]string{
		{"HARBOUR MOTORS PTY. LTD.", "cars.example"}, {"Harbour Motors Sydney", ""}, {"perth", ""}, {"Bobs Used Cars", "x.example"}, {"", "bobs.example"},
	} {
		if outcome := w.pushed(id, listing(n, own[0], own[1])); outcome != "own" {
			t.Errorf("%v: %s", own, outcome)
		}
		w.unmoved(own[0]+own[1], id)
	}
	w.stock(company.OwnStock{VINs: []string{polo}})
	if outcome := w.pushed(id, listing(10, "Coast Cars", "coast.example")); outcome != "own" {
		t.Errorf("in stock: %s", outcome)
	}
	w.unmoved("in stock", id)

	// The rules of then stay good for what was seen then; what is seen from now on counts.
	w.stock(company.OwnStock{})
	w.push(partner.EventPriceChange, id, "again")
	w.run()
	w.unmoved("after the rules were taken back", id)
	ended := listing(10, "Coast Cars", "coast.example")
	ended.Delisted, ended.Sold = true, true
	if outcome := w.pushed(id, ended); outcome != "own" {
		t.Errorf("the end of an own listing: %s", outcome)
	}
	w.unmoved("the end of an own listing", id)
	if outcome := w.pushed(id, listing(11, "Coast Cars", "coast.example")); outcome != "confirmed" {
		t.Errorf("somebody else's: %s", outcome)
	}
	r := w.get(ann, id)
	if r.Status != "new_sighting" || r.LastSighting.Seller != "Coast Cars" || len(r.Sightings) != 1 || len(w.notices(ann)) != 1 {
		t.Errorf("%+v %+v", r.LastSighting, r.Sightings)
	}

	// A rule that comes later takes nothing back.
	w.stock(company.OwnStock{Sellers: []string{"Coast Cars"}})
	w.push(partner.EventPriceChange, id, "once more")
	w.run()
	if after := w.get(ann, id); after.LastSighting == nil || len(after.Sightings) != 1 || w.summary(ann).CapturedCustomers != 1 {
		t.Errorf("%+v", after)
	}
	if outcome := w.pushed(id, listing(12, "Coast Cars", "coast.example")); outcome != "own" {
		t.Errorf("a later one: %s", outcome)
	}
}

func TestOfOwnAndOtherListingsTheOthersCount(t *testing.T) {
	w := open(t)
	id := w.watched(ann, `{"vin":"`+polo+`"}`)
	own, other := w.onSale(5, 9000), w.onSale(1, 8000)
	own.ID, own.SellerName = "own", "Harbour Motors"
	w.partner.list(id, own)
	w.sight(id, other)
	r := w.get(ann, id)
	if r.LastSighting == nil || r.LastSighting.Listing != "L1" || len(r.Sightings) != 1 || len(w.notices(ann)) != 1 {
		t.Errorf("%+v %+v", r.LastSighting, r.Sightings)
	}
}

// The seller's name is shown where the listing has one, else the kind; a listing may say neither.
func TestASightingNamesItsSeller(t *testing.T) {
	for want, s := range map[string]partner.Sighting{
		"Coast Cars": {SellerName: "Coast Cars", Seller: "dealer"}, "private": {Seller: "private"}, "": {},
	} {
		w := open(t)
		id := w.watched(ann, `{"vin":"`+polo+`"}`)
		s.ID, s.At = "L1", w.Now()
		w.sight(id, s)
		if r := w.get(ann, id); r.LastSighting == nil || r.LastSighting.Seller != want {
			t.Errorf("%+v, want %q", r.LastSighting, want)
		}
	}
}

const wrongCar = "/not-our-car"

func TestAListingOfAnotherCarNeverCountsAgain(t *testing.T) {
	w := open(t)
	id := w.watched(ann, `{"vin":"`+polo+`"}`)
	path := "/v1/recaptures/" + id + wrongCar
	if a := w.call(ann, "POST", path, ""); a.status != 409 {
		t.Errorf("without a sighting: %d %s", a.status, a.body)
	}
	first := w.onSale(1, 9000)
	w.sight(id, first)
	for range 2 { // the second changes nothing
		r := want[recaptureView](w, 200, ann, "POST", path, "")
		if r.Status != "active" || r.LastSighting != nil || len(r.Sightings) != 1 || !r.Sightings[0].NotOurCar || !r.ActivityAt.Equal(r.SubmittedAt) {
			t.Errorf("%s %+v %+v", r.Status, r.LastSighting, r.Sightings)
		}
		if s := w.summary(ann); s.CapturedCustomers != 0 || s.TotalCustomers != 1 || s.ByStatus["active"] != 1 {
			t.Errorf("%+v", s)
		}
		if found := w.list(ann, "sightedFrom=2000-01-01T00:00:00Z"); len(found) != 0 {
			t.Errorf("still found among the sighted: %+v", found)
		}
	}
	cheaper := first
	cheaper.At, cheaper.Price = cheaper.At.Add(time.Hour), 8000
	if outcome := w.pushed(id, cheaper); outcome != "not_our_car" {
		t.Errorf("a new price of it: %s", outcome)
	}
	r := w.get(ann, id)
	if r.Status != "active" || r.LastSighting != nil || len(r.Sightings) != 2 || len(w.notices(ann)) != 1 {
		t.Errorf("%s %+v %+v", r.Status, r.LastSighting, r.Sightings)
	}
	second := w.onSale(5, 7000)
	second.ID = "L2"
	if outcome := w.pushed(id, second); outcome != "confirmed" {
		t.Errorf("another listing: %s", outcome)
	}
	if r := w.get(ann, id); r.Status != "new_sighting" || r.LastSighting.Listing != "L2" || len(w.notices(ann)) != 2 {
		t.Errorf("%s %+v", r.Status, r.LastSighting)
	}

	// It was our car after all: nobody is told anew, and the later listing stays the last.
	r = want[recaptureView](w, 200, ann, "DELETE", path+"?listing=L1", "")
	if r.LastSighting.Listing != "L2" || r.Status != "new_sighting" || slices.ContainsFunc(r.Sightings, func(s seenView) bool { return s.NotOurCar }) || len(w.notices(ann)) != 2 {
		t.Errorf("%s %+v %+v", r.Status, r.LastSighting, r.Sightings)
	}
	// Now the later one is marked by name: the first is the last again, with its last price.
	r = want[recaptureView](w, 200, ann, "POST", path, `{"listing":"L2"}`)
	if r.Status != "active" || r.LastSighting.Listing != "L1" || r.LastSighting.Price.Amount != 800000 || w.summary(ann).CapturedCustomers != 1 {
		t.Errorf("%s %+v", r.Status, r.LastSighting)
	}
	r = want[recaptureView](w, 200, ann, "POST", path, "")
	if r.LastSighting != nil {
		t.Errorf("%+v", r.LastSighting)
	}
	r = want[recaptureView](w, 200, ann, "DELETE", path, "")
	if r.LastSighting.Listing != "L2" || r.Status != "active" || w.summary(ann).CapturedCustomers != 1 {
		t.Errorf("%s %+v", r.Status, r.LastSighting)
	}
}

func TestWhoMaySayThatAListingIsOfAnotherCar(t *testing.T) {
	w := open(t)
	id := w.watched(ann, `{"vin":"`+polo+`"}`)
	w.sight(id, w.onSale(1, 9000))
	path := "/v1/recaptures/" + id + wrongCar
	for _, c := range []struct {
		user, method, path, body string
		status                   int
	}{
		{mel, "POST", path, "", 404},
		{kim, "POST", path, "", 404},
		{mel, "DELETE", path, "", 404},
		{"", "POST", path, "", 401},
		{owner, "POST", path, "", 403},
		{ann, "POST", "/v1/recaptures/nobody" + wrongCar, "", 404},
		{ann, "POST", path, `{"listing":"L9"}`, 422},
		{ann, "POST", path, `{"Listing":"L1"}`, 422},
		{ann, "POST", path, `{"listing":"` + strings.Repeat("x", 129) + `"}`, 422},
		{ann, "POST", path, `{`, 400},
		{ann, "DELETE", path + "?listing=L9", "", 422},
		{ben, "POST", path, "", 200},
	} {
		if a := w.call(c.user, c.method, c.path, c.body); a.status != c.status {
			t.Errorf("%s %s %s %s: %d %s", c.user, c.method, c.path, c.body, a.status, a.body)
		}
	}
}

func TestARecaptureRemembersABoundedNumberOfOtherCars(t *testing.T) {
	w := open(t)
	id := w.watched(ann, `{"vin":"`+polo+`"}`)
	path := "/v1/recaptures/" + id + wrongCar
	for n := range recapture.MaxNotOurs + 1 {
		s := w.onSale(n, 9000)
		s.ID = fmt.Sprintf("%s%03d", strings.Repeat("x", 125), n)
		w.sight(id, s)
		wanted := 200
		if n == recapture.MaxNotOurs {
			wanted = 409
		}
		if a := w.call(ann, "POST", path, ""); a.status != wanted {
			t.Fatalf("%d: %d %s", n, a.status, a.body)
		}
	}
}
