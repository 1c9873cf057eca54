package functions_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/mail"
	"regexp"
	"slices"
	"strconv"
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

// auditNotices looks at who was told what: each recipient, each listing that was news, once, in the application and by mail.
func (r *run) auditNotices(expected []*car) {
	notices := map[access.UserID]map[string][]told{} // by user and recapture
	for _, y := range r.yards {
		for _, user := range append([]access.UserID{y.owner}, y.users...) {
			if user == "" || notices[user] != nil {
				continue
			}
			notices[user] = map[string][]told{}
			for _, n := range every[told](r, string(user), "/v1/notifications?limit=200") {
				notices[user][n.About.ID] = append(notices[user][n.About.ID], n)
			}
		}
	}
	for _, m := range r.Mailbox.Mails {
		r.count(m.To, m.Text)
	}
	for _, c := range expected {
		recipients := []access.UserID{c.user}
		if c.owner != "" {
			recipients = append(recipients, c.owner)
		}
		for user, theirs := range notices {
			got := theirs[string(c.id)]
			if !slices.Contains(recipients, user) {
				if len(got) > 0 {
					r.fail("%s was told of %s, which is %v's", user, c.id, recipients)
				}
				continue
			}
			r.auditTold(c, user, got)
		}
	}
	for user, theirs := range notices {
		told := 0
		for _, got := range theirs {
			told += len(got)
		}
		if n := r.mailed[address(user)]; n != told {
			r.fail("%s: %s was told %d times, and mails tell of %d", map[bool]string{true: "doubled", false: "lost"}[n > told], user, told, n)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(r.Mailbox.Accepted)) {
		if n := r.Mailbox.Accepted[id]; n > 1 {
			r.fail("doubled: the mail %s was sent %d times", id, n)
		}
	}
}

func (r *run) auditTold(c *car, user access.UserID, got []told) {
	offers, final := 0, ""
	for _, s := range c.listing {
		if !s.Delisted {
			offers++
			price, _ := money.In(c.yard.country, s.Price)
			final = price.String()
		}
	}
	switch {
	case len(got) == 0 && offers > 0:
		r.fail("lost: %s was not told of %s", user, c.id)
	case len(got) > offers:
		r.fail("doubled: %s was told of %s %d times, it was offered %d times", user, c.id, len(got), offers)
	case offers > 0 && !slices.ContainsFunc(got, func(n told) bool {
		return slices.ContainsFunc(n.Facts, func(f struct{ Label, Value string }) bool { return f.Label == "Price" && f.Value == final })
	}):
		r.fail("lost: %s was not told of %s for %s", user, c.id, final)
	}
	if offers == 0 {
		return
	}
	n := r.mailed[address(user)+" "+recaptures+string(c.id)]
	unnamed := r.mailed[address(user)+" "+unnamed]
	if n > len(got) || n < len(got) && len(got)-n > unnamed {
		r.fail("%s: %s was told of %s %d times and got %d mails about it", map[bool]string{true: "doubled", false: "lost"}[n > len(got)], user, c.id, len(got), n)
	}
}

const (
	recaptures = "https://winback.example/recaptures/"
	unnamed    = "unnamed"
)

// andMore is how a digest speaks of the sightings that it does not name.
var andMore = regexp.MustCompile(`(?m)^(?:and|und) (\d+) (?:more|weitere)$`)

// count counts the sightings that a mail is about: by recipient, and by recipient and recapture where it names them.
func (r *run) count(to, text string) {
	reader, err := mail.ParseAddress(to)
	if err != nil {
		r.fail("a mail to %q: %v", to, err)
		return
	}
	for word := range strings.FieldsSeq(text) {
		if strings.HasPrefix(word, recaptures) {
			r.mailed[reader.Address+" "+word]++
			r.mailed[reader.Address]++
		}
	}
	if found := andMore.FindStringSubmatch(text); found != nil {
		n, _ := strconv.Atoi(found[1])
		r.mailed[reader.Address+" "+unnamed] += n
		r.mailed[reader.Address] += n
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
