package lead_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/lead"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/table/tabletest"
	"github.com/winback-auto/winback/internal/testkit/dealership"
)

// called is a world with Ann Lee, who has two leads, one of them closed to a prospect, and Bea Roy, who has one.
type called struct {
	*dealership.World
	t        *testing.T
	ann, bea string // customers
	leads    []string
	beas     string // her lead
}

func naming(t *testing.T) *called {
	t.Helper()
	w := &called{World: open(t), t: t}
	if _, err := w.Access.Roles(t.Context(), dealership.Harbour); err != nil {
		t.Fatal(err)
	}
	w.Fill(t, dealership.Harbour, access.ManageProspects, []string{"sydney"}, access.Member{User: dealership.Sydney, Manager: true})
	w.Fill(t, dealership.Harbour, access.CloseToProspects, nil)
	first := enter(t, w.World, dealership.Sydney, `{`+ann+`, "vehicle": {"make": "Kia", "model": "Ceed"}}`)
	var l lead.Lead
	w.Want(t, 200, dealership.Sydney, "GET", "/v1/leads/"+first, "").Into(t, &l)
	w.ann = string(l.Customer)
	w.leads = []string{first, enter(t, w.World, dealership.Sydney, `{"customer": "`+w.ann+`"}`)}
	closed(t, w.World, dealership.Sydney, first, `{"outcome": "lost", "closeToProspect": true}`)
	w.beas = enter(t, w.World, dealership.Sydney, `{"customer": {"first": "Bea", "last": "Roy", "email": "bea@mail.example"}}`)
	w.Want(t, 200, dealership.Sydney, "GET", "/v1/leads/"+w.beas, "").Into(t, &l)
	w.bea = string(l.Customer)
	rest(t, w.World)
	return w
}

// finds checks how many leads and prospects a word finds, all of them under the name.
func (w *called) finds(when, word, name string, leads, prospects int) {
	w.t.Helper()
	var page struct {
		Items []struct{ CustomerName string }
	}
	w.Want(w.t, 200, dealership.Sydney, "GET", "/v1/leads?q="+word, "").Into(w.t, &page)
	all := page.Items
	w.Want(w.t, 200, dealership.Sydney, "GET", "/v1/prospects?state=all&from=2020-01-01T00:00:00Z&q="+word, "").Into(w.t, &page)
	if len(all) != leads || len(page.Items) != prospects {
		w.t.Errorf("%s: %q finds %d leads and %d prospects, want %d and %d", when, word, len(all), len(page.Items), leads, prospects)
	}
	for _, found := range append(all, page.Items...) {
		if found.CustomerName != name {
			w.t.Errorf("%s: %q finds %q", when, word, found.CustomerName)
		}
	}
}

func (w *called) rename(first, last string) {
	w.t.Helper()
	w.Insist(w.t, func() error {
		if a := w.Call(w.t, dealership.Sydney, "PATCH", "/v1/customers/"+w.ann, `{"name": {"first": "`+first+`", "last": "`+last+`"}}`); a.Status != 200 {
			return fmt.Errorf("renamed: %+v", a)
		}
		return nil
	})
}

func TestLeadsAndProspectsAreFoundByTheNameThatTheirCustomerHasNow(t *testing.T) {
	w := naming(t)
	w.finds("before", "lee", "Ann Lee", 2, 1)
	w.rename("Ann", "Quist")
	rest(t, w.World)
	w.finds("by the new name", "quist", "Ann Quist", 2, 1)
	w.finds("by the old one", "lee", "", 0, 0)
	var l lead.Lead
	w.Want(t, 200, dealership.Sydney, "GET", "/v1/leads/"+w.leads[1], "").Into(t, &l)
	if l.CustomerName != "Ann Quist" || l.Acts != 0 || l.Status != lead.New {
		t.Errorf("%+v", l)
	}
	w.Want(t, 200, dealership.Sydney, "PATCH", "/v1/customers/"+w.ann, `{"notes": "moved"}`)
	if bodies := w.Sent.Take(lead.CareTopic.Name); len(bodies) != 0 {
		t.Errorf("a customer whose name stays causes %d messages", len(bodies))
	}
}

func TestAMergedCustomersLeadsBearTheNameOfWhoStandsForBothUntilItIsTakenBack(t *testing.T) {
	w := naming(t)
	w.Want(t, 200, dealership.Sydney, "POST", "/v1/customers/"+w.ann+"/merge", `{"into": "`+w.bea+`"}`)
	rest(t, w.World)
	w.finds("merged", "roy", "Bea Roy", 3, 1)
	w.finds("merged", "lee", "", 0, 0)
	w.Want(t, 200, dealership.Sydney, "PATCH", "/v1/customers/"+w.bea, `{"name": {"first": "Bea", "last": "Lund"}}`)
	rest(t, w.World)
	w.finds("renamed", "lund", "Bea Lund", 3, 1)
	w.Want(t, 200, dealership.Sydney, "DELETE", "/v1/customers/"+w.ann+"/merge", "")
	rest(t, w.World)
	w.finds("taken back", "lee", "Ann Lee", 2, 1)
	w.finds("taken back", "lund", "Bea Lund", 1, 0)
}

// Commands about names come late, twice and in any order: the name of now is what remains.
func TestALateNameReplacesNoLaterOne(t *testing.T) {
	w := naming(t)
	var bodies [][]byte
	for _, last := range []string{"Quist", "Rust", "Sund"} {
		w.rename("Ann", last)
		bodies = append(bodies, w.Sent.Take(lead.CareTopic.Name)...)
	}
	if len(bodies) != 3 {
		t.Fatalf("%d commands", len(bodies))
	}
	slices.Reverse(bodies)
	for _, body := range slices.Concat(bodies, bodies) {
		consume(t, w.World, body)
		w.finds("after a command", "sund", "Ann Sund", 2, 1)
	}
}

func TestACrashInACopyOfANameIsMadeUpFor(t *testing.T) {
	for crash := range tabletest.Crashes(t, 4) { // of a customer, two leads and a prospect
		w := naming(t)
		w.Crash = crash
		w.rename("Ann", "Quist")
		w.Time = w.Time.Add(3 * time.Minute) // what was promised is swept
		rest(t, w.World)
		crash.Over()
		w.finds("by the new name", "quist", "Ann Quist", 2, 1)
		w.finds("by the old one", "lee", "", 0, 0)
	}
}
