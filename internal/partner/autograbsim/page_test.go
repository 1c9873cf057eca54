package autograbsim_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/partner"
)

func TestTheAdapterWalksAllPagesOfAnAccountAndOfNoOther(t *testing.T) {
	w := newWorld(t, "")
	ctx := t.Context()
	dealer, other := w.dial(apiKey, "AU"), w.dial("sec_another", "AU")
	if page, next, err := dealer.List(ctx, ""); err != nil || len(page) != 0 || next != "" {
		t.Errorf("an empty account: %v, %q, %v", page, next, err)
	}
	const ours, theirs = 450, 300
	for name, c := range map[string]struct {
		watcher partner.Watcher
		n       int
	}{"ours": {dealer, ours}, "theirs": {other, theirs}} {
		if _, err := c.watcher.Upload(ctx, partner.Upload{Name: name, Vehicles: vehicles(c.n)}); err != nil {
			t.Fatal(err)
		}
	}
	w.work(time.Second)
	w.load("vin,price,url,dealer,stock\n" + vehicles(ours)[ours-1].VIN + ",9000,https://cars.example/1,Coast Cars,7")

	seen := map[string]partner.Watched{}
	cursor := ""
	for pages := 1; ; pages++ {
		page, next, err := dealer.List(ctx, cursor)
		if err != nil || len(page) > partner.MaxListed || pages > ours {
			t.Fatalf("page %d of %d: %v", pages, len(page), err)
		}
		for _, vehicle := range page {
			seen[vehicle.ID] = vehicle
		}
		if cursor = next; next == "" {
			break
		}
	}
	if len(seen) != ours {
		t.Errorf("%d vehicles, want %d", len(seen), ours)
	}
	last := seen["watch-449"]
	if truth, err := dealer.Vehicle(ctx, last.Ref); err != nil || len(last.Sightings) != 1 || !slices.Equal(truth.Sightings, last.Sightings) || truth.VIN != last.VIN {
		t.Errorf("listed as %+v, truth %+v, %v", last, truth, err)
	}
	if names := slices.Sorted(maps.Keys(seen)); names[0] != "watch-0" {
		t.Errorf("%v", names[:3])
	}
	for _, limit := range []string{"0", "501", "x"} {
		if status, text := w.ask(apiKey, "GET", "/v2/recapture/customers?region=au&limit="+limit, ""); status != 400 {
			t.Errorf("limit %s: %d %s", limit, status, text)
		}
	}
}

func TestASoldCarEndsItsListingOnceAndSaysWhy(t *testing.T) {
	for name, c := range map[string]struct {
		feeds  []string
		pushes int
		sold   bool
	}{
		"removed":              {[]string{"vin,removed\n" + polo + ",true"}, 1, false},
		"sold":                 {[]string{"vin,Sold\n" + polo + ",TRUE"}, 1, true},
		"not sold":             {[]string{"vin,sold\n" + polo + ",false"}, 0, false},
		"removed, then sold":   {[]string{"vin,removed\n" + polo + ",true", `[{"vin":"` + polo + `","sold":true}]`}, 2, true},
		"sold, and again":      {[]string{"vin,sold\n" + polo + ",true", "vin,sold\n" + polo + ",true"}, 1, true},
		"sold, then removed":   {[]string{"vin,sold\n" + polo + ",true", "vin,removed\n" + polo + ",true"}, 1, true},
		"sold, then for sale":  {[]string{"vin,sold\n" + polo + ",true", "vin\n" + polo}, 2, false},
		"sold, unknown before": {nil, 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, "")
			w.register(apiKey, "/hook")
			w.watch(`{"external_id":"a","vin":"` + polo + `"}`)
			if c.feeds == nil {
				w.load("vin,sold\n" + polo + ",true")
				w.work(time.Minute)
				if got := len(w.pushes()); got != 0 {
					t.Errorf("%d pushes about a listing that nobody ever saw", got)
				}
				return
			}
			w.load("vin,seller\n" + polo + ",Private Seller")
			w.work(time.Minute)
			w.pushes()
			for _, feed := range c.feeds {
				w.load(feed)
				w.work(time.Minute)
			}
			if got := w.pushes(); len(got) != c.pushes {
				t.Errorf("%d pushes, want %d: %v", len(got), c.pushes, got)
			}
			all, _, err := w.dial(apiKey, "AU").List(t.Context(), "")
			if err != nil || len(all) != 1 || len(all[0].Sightings) != 1 || all[0].Sightings[0].Sold != c.sold {
				t.Errorf("%+v, %v", all, err)
			}
		})
	}
}

func TestASellerHasANameUnlessTheFeedOnlySaysWhichKind(t *testing.T) {
	for header, cases := range map[string]map[string][2]any{
		"seller":      {"Dealer": {"dealer", nil}, "private": {"private", nil}, "Private Seller": {"private", nil}, "Coast Cars": {"dealer", "Coast Cars"}, "": {nil, nil}},
		"dealer":      {"Coast Cars Pty Ltd": {"dealer", "Coast Cars Pty Ltd"}},
		"Seller Name": {"Coast Cars": {"dealer", "Coast Cars"}},
		"seller_type": {"dealer": {"dealer", nil}, "Coast": {"dealer", nil}},
	} {
		for text, want := range cases {
			seen := newWorld(t, "").seen(strings.NewReader("vin,stock#," + header + "\n" + polo + ",A-7," + text))
			if seen["seller_type"] != want[0] || seen["seller_name"] != want[1] || seen["stock_number"] != "A-7" {
				t.Errorf("%s %q: %v", header, text, seen)
			}
		}
	}
}
