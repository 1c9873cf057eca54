package recapture_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/winback-auto/winback/internal/company"
	"github.com/winback-auto/winback/internal/partner"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/web"
)

// R3, R4, R40, R53, R54: what the partner found is on the dashboard, and who submitted the vehicle was told.
func TestASightingIsRecordedAndItsUserIsTold(t *testing.T) {
	w := open(t)
	id := w.watched(ann, `{"vin":"`+polo+`","make":"VW","model":"Polo","year":2019}`)
	w.pass(time.Hour)
	s := w.onSale(0, 13500)
	w.sight(id, s)
	r := w.get(ann, id)
	last := r.LastSighting
	if r.Status != "new_sighting" || last == nil || !last.At.Equal(s.At) || last.Price.Amount != 1350000 || last.Price.Currency != "AUD" || last.URL != s.URL || !r.ActivityAt.Equal(s.At) || len(r.Sightings) != 1 {
		t.Errorf("%+v %+v", r, last)
	}
	if n := w.notices(ann); !slices.Equal(n, []string{"Seen online: 2019 VW Polo"}) {
		t.Errorf("told %q", n)
	}
	if s := w.summary(ann); s.CapturedCustomers != 1 {
		t.Errorf("summary %+v", s)
	}
	if other := w.notices(ben); len(other) != 0 {
		t.Errorf("somebody else was told %q", other)
	}
}

// lead enters a lead of owner's about a vehicle, in sydney.
func (w *world) lead(vin string) string {
	w.Helper()
	return want[leadView](w, 201, owner, "POST", "/v1/leads", `{"customer":{"first":"Cy","last":"Old"},"vehicle":{"vin":"`+vin+`"},"yard":"sydney"}`).ID
}

// T030.
func TestTheSamePushManyTimesAtOnceAndLaterHasOneEffect(t *testing.T) {
	w := open(t)
	id := w.watched(ann, `{"vin":"`+polo+`"}`)
	w.partner.list(id, w.onSale(0, 9000))
	var group sync.WaitGroup
	status := make([]int, 50)
	for i := range status {
		group.Go(func() { status[i] = w.push(partner.EventNew, id, "L1") })
	}
	group.Wait()
	w.run()
	for _, later := range []time.Duration{time.Hour, 8 * 24 * time.Hour} {
		w.pass(later)
		status = append(status, w.push(partner.EventNew, id, "L1"))
		w.run()
	}
	for _, s := range status {
		if s != 204 {
			t.Errorf("answered %d", s)
		}
	}
	if n := w.notices(ann); len(n) != 1 {
		t.Errorf("told %q", n)
	}
	if asked := w.partner.called("vehicle"); asked != 1 {
		t.Errorf("the partner was asked %d times", asked)
	}
	if r := w.get(ann, id); len(r.Sightings) != 1 {
		t.Errorf("%+v", r.Sightings)
	}
}

// T033: a push that the partner does not confirm tells nobody anything.
func TestAPushThatThePartnerDoesNotConfirmHasNoEffect(t *testing.T) {
	w := open(t)
	id := w.watched(ann, `{"vin":"`+polo+`"}`)
	w.check(kim, `{"vehicles":[{"vin":"`+vin(1)+`"}]}`)
	w.run()
	foreign := w.list(kim, "")[0].ID
	w.partner.list(foreign, w.onSale(0, 5000))
	wrong := w.onSale(0, 7000)
	w.partner.watched["ref-wrong"] = partner.Watched{Ref: "ref-wrong", ID: id, VIN: vin(9), Sightings: []partner.Sighting{wrong}}
	for name, about := range map[string]string{"invented": "nobody", "of another company": foreign, "of another car": "wrong", "without news": id} {
		if status := w.push(partner.EventNew, about, "L1", name); status != 204 {
			t.Errorf("%s: answered %d", name, status)
		}
		w.run()
		if r := w.get(ann, id); r.Status != "active" || r.LastSighting != nil {
			t.Errorf("%s: %+v", name, r)
		}
		if r := w.list(kim, "")[0]; r.Status != "active" {
			t.Errorf("%s: nordlicht sees %+v", name, r)
		}
	}
	for _, user := range []string{ann, kim, owner} {
		if n := w.notices(user); len(n) != 0 {
			t.Errorf("%s was told %q", user, n)
		}
	}
}

func TestAPushForAnUnknownTokenOrWithoutSenseIsRefused(t *testing.T) {
	w := open(t)
	for name, test := range map[string]struct {
		path, body string
		headers    string
		status     int
	}{
		"unknown token": {"/webhooks/autograb/x", `{"Event":"ping"}`, "", 404},
		"no JSON":       {w.hook, `{`, "", 400},
		"no push":       {w.hook, `{"Event":""}`, "", 422},
		"no JSON type":  {w.hook, `a`, "Content-Type: text/plain", 415},
		"too large":     {w.hook, `{"Event":"` + strings.Repeat("x", 256<<10) + `"}`, "", 413},
		"a ping":        {w.hook, `{"Event":"ping"}`, "", 204},
		"no vehicle":    {w.hook, `{"Event":"claim_report_generated"}`, "", 204},
	} {
		var headers []string
		if test.headers != "" {
			headers = append(headers, test.headers)
		}
		if a := w.call("", "POST", test.path, test.body, headers...); a.status != test.status {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
	if w.step(0) {
		t.Error("something came of it")
	}
}

func TestAPushIsLookedIntoLaterWhereThePartnerDoesNotAnswer(t *testing.T) {
	w := open(t)
	id := w.watched(ann, `{"vin":"`+polo+`"}`)
	limited := errs.Later(errs.TooMany, time.Minute, "slow down")
	w.partner.failing("vehicle", limited, errs.E(errs.Unavailable, "out"), errs.E(errs.Forbidden, "the key is refused"), limited, limited, limited, limited, limited)
	w.sight(id, w.onSale(0, 9000))
	if r := w.get(ann, id); r.Status != "new_sighting" {
		t.Errorf("%+v", r)
	}
}

// A vehicle stays watched when its dealer sets the connection up anew.
func TestAPushOverANewConnectionCounts(t *testing.T) {
	w := open(t)
	id := w.watched(ann, `{"vin":"`+polo+`"}`)
	w.must(company.Disconnect(t.Context(), w.Deps, w.partner.dial, harbour, web.Precondition{}, "c-harbour"))
	if status := w.push(partner.EventNew, id, "L1"); status != 404 {
		t.Errorf("the old address answers %d", status)
	}
	w.hook = w.connect(harbour, "c-new", "sydney")
	w.sight(id, w.onSale(0, 9000))
	if r := w.get(ann, id); r.Status != "new_sighting" {
		t.Errorf("%+v", r)
	}
}

// T031: pushes in any order, looked into at any time.
func TestPushesInAnyOrderEndTheSame(t *testing.T) {
	w := open(t)
	n := 0
	rapid.Check(t, func(r *rapid.T) {
		n++
		w.T.Helper()
		w.check(ann, fmt.Sprintf(`{"vehicles":[{"vin":"%s","make":"Car%d"}]}`, vin(n), n))
		w.run()
		id := w.list(ann, "q="+vin(n))[0].ID
		start := w.Now()
		truth := []partner.Sighting{
			{ID: "L1", At: start, Price: 9000}, {ID: "L1", At: start.Add(time.Hour), Price: 8000}, {ID: "L1", At: start.Add(time.Hour), Price: 8000, Delisted: true},
		}
		events := []partner.Event{partner.EventNew, partner.EventPriceChange, partner.EventDelist}
		order := rapid.Permutation([]int{0, 1, 2}).Draw(r, "order of arrival")
		at := 0 // what the partner knows by now
		for _, arriving := range order {
			for at <= arriving {
				w.partner.list(id, truth[at])
				at++
			}
			w.push(events[arriving], id, fmt.Sprint(arriving))
			if rapid.Bool().Draw(r, "looked into at once") {
				w.run()
			}
		}
		w.run()
		seen := w.get(ann, id)
		if seen.Status != "new_sighting" || !seen.LastSighting.Delisted || seen.LastSighting.Price.Amount != 800000 {
			r.Fatalf("%s %+v", seen.Status, seen.LastSighting)
		}
		told := slices.DeleteFunc(w.notices(ann), func(title string) bool { return title != fmt.Sprintf("Seen online: Car%d", n) })
		if len(told) < 1 || len(told) > 2 {
			r.Fatalf("told %d times", len(told))
		}
	})
}
