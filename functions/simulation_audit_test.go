package functions_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/winback-auto/winback/internal/money"
	"github.com/winback-auto/winback/internal/partner"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/testkit/simulation"
)

// shown is a recapture as the dashboard shows it, with its history.
type shown struct {
	ID, Status, Progress, Error, Yard string
	User                              access.UserID
	LastSighting                      *seen
	Sightings                         []seen
}

type seen struct {
	URL      string
	Price    *money.Money
	Delisted bool
}

// told is a notice as its user reads it.
type told struct {
	ID    string
	About struct{ ID string }
	Facts []struct{ Label, Value string }
}

// summed is the summary of a user's yards.
type summed struct {
	TotalCustomers, CapturedCustomers int
	ByStatus                          map[string]int
}

// audit compares the end with what was put in.
func (r *run) audit(t *testing.T) {
	t.Helper()
	expected := r.expected()
	listed := map[ident.Company]map[string]shown{}
	for _, y := range r.yards {
		if listed[y.company] == nil {
			listed[y.company] = map[string]shown{}
		}
		for _, v := range every[shown](r, string(y.users[0]), "/v1/recaptures?limit=200") {
			if v.Yard == y.id {
				if _, twice := listed[y.company][v.ID]; twice {
					r.fail("%s: the dashboard shows recapture %s twice", y.company.ID(), v.ID)
				}
				listed[y.company][v.ID] = v
			}
		}
	}
	for _, c := range expected {
		v, ok := listed[c.yard.company][string(c.id)]
		if !ok {
			r.fail("lost: the dashboard does not show %s of %s", c.id, c.yard.id)
			continue
		}
		r.auditCar(c, v)
	}
	for co, recaptures := range listed {
		want := 0
		for _, c := range expected {
			if c.yard.company == co {
				want++
			}
		}
		if len(recaptures) != want {
			r.fail("%s: the dashboard shows %d recaptures, %d were submitted", co.ID(), len(recaptures), want)
		}
	}
	r.auditPartner(expected)
	r.auditBatches()
	r.auditSums(listed)
	r.auditTable(t)
	r.auditNotices(expected)
	if left := r.Left(); len(left) > 0 {
		r.fail("messages are left: %v", left)
	}
}

// expected is every vehicle once: the same one may have been submitted several times.
func (r *run) expected() []*car {
	submitted := map[*car]bool{}
	for _, s := range r.submissions {
		for _, c := range s.cars {
			submitted[c] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(r.cars), func(c *car) bool { return !submitted[c] })
}

// auditCar looks at one vehicle: its end, and its sightings.
func (r *run) auditCar(c *car, v shown) {
	c.user = v.User // of several submitters the first to arrive
	no := refused(partner.Vehicle{ID: string(c.id)})
	switch {
	case no != "" && (v.Status != "errored" || v.Error != no):
		r.fail("%s is %s (%s), want errored (%s)", c.id, v.Status, v.Error, no)
	case no == "" && (v.Progress != "watched" || v.Status == "errored" || v.Status == "deleted"):
		r.fail("not in a terminal state: %s is %s, %s (%s)", c.id, v.Status, v.Progress, v.Error)
	}
	if len(c.listing) == 0 {
		if v.LastSighting != nil {
			r.fail("invented: %s was never on sale and has the sighting %+v", c.id, *v.LastSighting)
		}
		return
	}
	last := c.listing[len(c.listing)-1]
	if v.LastSighting == nil || !v.LastSighting.is(last) {
		r.fail("lost: the last sighting of %s is %+v, want %+v", c.id, v.LastSighting, last)
		return
	}
	detail := one[shown](r, string(c.yard.users[0]), "/v1/recaptures/"+string(c.id))
	for n, s := range detail.Sightings {
		if !slices.ContainsFunc(c.listing, s.is) {
			r.fail("invented: %s has the sighting %+v", c.id, s)
		}
		if slices.ContainsFunc(detail.Sightings[:n], func(other seen) bool { return other.same(s) }) {
			r.fail("doubled: %s has the sighting %+v twice", c.id, s)
		}
	}
}

// is reports whether this is what the partner saw. Prices are in whole units there.
func (s seen) is(p partner.Sighting) bool {
	return s.URL == p.URL && s.Delisted == p.Delisted && s.Price != nil && s.Price.Amount == p.Price*100
}

func (s seen) same(other seen) bool {
	return s.URL == other.URL && s.Delisted == other.Delisted && s.Price.Amount == other.Price.Amount
}

// auditPartner looks at the other side: each vehicle there once, unless it was refused, under the key of its yard, and paid for once.
func (r *run) auditPartner(expected []*car) {
	mine := map[string]*car{}
	for _, c := range expected {
		mine[string(c.id)] = c
		account := r.Partner.Accounts[c.yard.key]
		most := 1
		if refused(partner.Vehicle{ID: string(c.id)}) != "" {
			most = r.requests(c) // what is errored may be submitted again
		}
		if n := account.Taken[string(c.id)]; n < 1 || n > most {
			r.fail("%s: the partner was given %s %d times", map[bool]string{true: "doubled", false: "lost"}[n > 1], c.id, n)
		}
		charges := 0
		if c.vehicle.VIN == "" && refused(partner.Vehicle{ID: string(c.id)}) == "" {
			charges = 1
		}
		if n := account.Charged[string(c.id)]; n != charges {
			r.fail("charged: the VIN of %s was looked up %d times, want %d", c.id, n, charges)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(r.Partner.Accounts)) {
		for id := range r.Partner.Accounts[key].Taken {
			if c := mine[id]; c == nil || c.yard.key != key {
				r.fail("crossed: %s was given in under the key %s", id, key)
			}
		}
	}
}

// requests counts those that name a car.
func (r *run) requests(c *car) (n int) {
	for _, s := range r.submissions {
		if slices.Contains(s.cars, c) {
			n++
		}
	}
	return n
}

// auditBatches looks at every submission: answered, done, and each of its rows accounted for.
func (r *run) auditBatches() {
	for n, s := range r.submissions {
		if s.batch == "" {
			r.fail("lost: request %d was never answered", n)
			continue
		}
		b := one[struct {
			Total, Active, Errored, Duplicates, Queued, Submitted int
			Done                                                  bool
		}](r, string(s.user), "/v1/recapture-batches/"+s.batch)
		if !b.Done || b.Total != len(s.cars) || b.Active+b.Errored+b.Duplicates != b.Total {
			r.fail("request %d of %d vehicles became the batch %+v", n, len(s.cars), b)
		}
	}
}

// auditSums compares the summaries with the records.
func (r *run) auditSums(listed map[ident.Company]map[string]shown) {
	for _, y := range r.yards {
		user := y.users[0]
		want := summed{ByStatus: map[string]int{"active": 0, "new_sighting": 0, "deleted": 0, "errored": 0}}
		for _, other := range r.yards {
			if other.company != y.company || !slices.Contains(other.users, user) {
				continue
			}
			for _, v := range listed[y.company] {
				if v.Yard == other.id {
					want.TotalCustomers++
					want.ByStatus[v.Status]++
					if v.LastSighting != nil {
						want.CapturedCustomers++
					}
				}
			}
		}
		if got := one[summed](r, string(user), "/v1/recaptures/summary"); fmt.Sprint(got) != fmt.Sprint(want) {
			r.fail("the summary of %s is %+v, the records are %+v", user, got, want)
		}
	}
}

// auditTable looks at every record for what was begun and not ended.
func (r *run) auditTable(t *testing.T) {
	t.Helper()
	ends := map[string]func(record map[string]any) bool{
		"mail":            func(m map[string]any) bool { return m["state"] == "sent" || m["state"] == "parked" },
		"recapture chunk": func(m map[string]any) bool { return m["stage"] == "done" },
		"push":            func(m map[string]any) bool { return m["outcome"] != nil && m["outcome"] != "" },
		"notice":          func(m map[string]any) bool { return m["mail"] != nil },
		"notice window":   func(m map[string]any) bool { return m["count"] == nil },
	}
	found := map[string]int{}
	err := r.driver.Each(t.Context(), "", func(item table.Item) error {
		for _, m := range item.Pending {
			if !m.At.After(r.Now()) {
				r.fail("lost: a %s still promises a message of %s for %s", item.Kind, m.Topic, m.At)
			}
		}
		ended := ends[item.Kind]
		if ended == nil {
			return nil
		}
		found[item.Kind]++
		var record map[string]any
		if err := json.Unmarshal(item.Body, &record); err != nil {
			return err
		}
		if record["state"] == "parked" {
			r.parked++
			content, err := r.driver.Get(t.Context(), table.Key{Partition: strings.Replace(item.Partition, "#mail#", "#mail-content#", 1), Sort: item.Sort})
			if err != nil {
				return err
			}
			var said struct{ Text string }
			if err := json.Unmarshal(content.Body, &said); err != nil {
				return err
			}
			r.count(record["to"].(string), said.Text)
		}
		if !ended(record) {
			r.fail("not in a terminal state: the %s %s: state %v, stage %v, outcome %v, %v", item.Kind, item.Partition, record["state"], record["stage"], record["outcome"], record["reason"])
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for kind := range ends {
		if found[kind] == 0 {
			r.fail("there is no %s at all: the simulation proves nothing", kind)
		}
	}
}

// one reads an answer.
func one[T any](r *run, user, path string) (v T) {
	status, body, err := r.Look(simulation.Request{User: user, Method: "GET", Path: path})
	if err == nil && status == 200 {
		err = json.Unmarshal([]byte(body), &v)
	}
	if err != nil || status != 200 {
		r.fail("%s: GET %s: %d %s %v", user, path, status, body, err)
	}
	return v
}

// every reads a list to its end.
func every[T any](r *run, user, path string) (items []T) {
	type page struct {
		Items []T
		Next  string
	}
	for next := ""; ; {
		p := one[page](r, user, path+"&cursor="+next)
		items = append(items, p.Items...)
		if next = p.Next; next == "" {
			return items
		}
	}
}
