package recapture_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/platform/access"
)

// last are the last digits of the VINs of a list, in its order.
func last(list []recaptureView) string {
	digits := make([]string, len(list))
	for i, r := range list {
		digits[i] = r.Vehicle.VIN[len(r.Vehicle.VIN)-1:]
	}
	return strings.Join(digits, " ")
}

// R42–R46: any of several values of a filter, all of several filters.
func TestAFilterMayHaveSeveralValues(t *testing.T) {
	w := fleet(t)
	for filters, want := range map[string]string{
		"make=toyota&make=MAZDA":                        "2 4 1 3",
		"make=Toyota&make=toyota&make=Lada":             "2 1",
		"model=Corolla&model=CX-5":                      "4 1 3",
		"make=Toyota&make=Mazda&model=Hilux":            "2",
		"origin=csv&origin=api":                         "2 4 1 3",
		"origin=csv&origin=lead":                        "4",
		"user=ben&user=ann":                             "2 4 1 3",
		"status=errored&status=new_sighting":            "2 3",
		"status=errored&status=active&make=mazda":       "4 3",
		"make=&model=&origin=&user=&status=&q=":         "2 4 1 3",
		"sightedFrom=&sightedTo=&make=Mazda":            "4 3",
		"make=Toyota,Mazda":                             "",
		"status=active&status=errored&q=cx&user=ben":    "4",
		"q=a+toyota":                                    "2 1",
		"make=Toyota&sightedFrom=" + stamp(w.Now(), -1): "2",
	} {
		if got := last(w.list(ann, filters)); got != want {
			t.Errorf("%q: %q, want %q", filters, got, want)
		}
	}
}

// A filter that cannot be understood is refused, and never guessed at.
func TestAFilterThatMeansNothingIsRefused(t *testing.T) {
	w := fleet(t)
	now := w.Now()
	for query, location := range map[string]string{
		"status=active&status=sold":              "query.status",
		"status=Active":                          "query.status",
		"origin=csv,api":                         "query.origin",
		"make=Toyota&make=":                      "query.make",
		"make=&make=Toyota":                      "query.make",
		"model=" + strings.Repeat("x", 101):      "query.model",
		"make=x" + strings.Repeat("&make=y", 10): "query.make",
		"q=a":                                    "query.q",
		"q=%21%21":                               "query.q",
		"q=toyota&q=mazda":                       "query.q",
		"q=" + strings.Repeat("x", 201):          "query.q",
		"sightedFrom=2026-11-21":                 "query.sightedFrom",
		"sightedTo=" + stamp(now, 0) + "&sightedTo=" + stamp(now, 1):   "query.sightedTo",
		"sightedFrom=" + stamp(now, 0) + "&sightedTo=" + stamp(now, 0): "query.sightedTo",
		"sightedFrom=" + stamp(now, 1) + "&sightedTo=" + stamp(now, 0): "query.sightedTo",
		"limit=5&limit=6": "query.limit",
		"Make=Toyota":     "query.Make",
	} {
		a := w.call(ann, "GET", "/v1/recaptures?"+query, "")
		if a.status != 422 || !strings.Contains(a.body, `"`+location+`"`) {
			t.Errorf("%.80s: %d %s", query, a.status, a.body)
		}
	}
}

// R46: a car that was sighted several times is found by its last sighting only.
func TestTheDateOfAMatchIsThatOfTheLastSighting(t *testing.T) {
	w := open(t)
	id := w.watched(ann, `{"vin":"`+polo+`"}`)
	first := w.Now()
	w.sight(id, w.onSale(0, 9000))
	w.pass(48 * time.Hour)
	w.sight(id, w.onSale(0, 8000))
	if got := w.list(ann, "sightedTo="+stamp(first, 60)); len(got) != 0 {
		t.Errorf("by its first sighting: %+v", got)
	}
	if got := w.list(ann, "sightedFrom="+stamp(w.Now(), -1)); len(got) != 1 || !got[0].ActivityAt.Equal(w.Now()) {
		t.Errorf("by its last sighting: %+v", got)
	}
}

// R39–R47, C13: whatever is combined, and however it is paged, a viewer gets what a loop over all records gets.
func TestAnyCombinationOfFiltersGivesWhatALoopGives(t *testing.T) {
	w := open(t)
	const boss = "boss" // sees both yards
	w.role(harbour, access.CustomerRecapture, makes, []string{"sydney", "melbourne"}, boss)
	random := rand.New(rand.NewPCG(3, 4))
	pick := func(of ...string) string { return of[random.IntN(len(of))] }
	for n := range 90 {
		user := pick(ann, ben, mel, boss)
		if random.IntN(6) == 0 {
			w.partner.refused[vin(n)] = "not valid"
		}
		carMake, model, owner := pick("Toyota", "Mazda", "Kia"), pick("Alpha", "Beta", "Gamma"), pick("Lee", "Leeds", "Roe", "Zoë")
		if random.IntN(3) == 0 {
			want[uploadView](w, 202, user, "POST", "/v1/recaptures/uploads", "vin,make,model,customer_last_name\n"+strings.Join([]string{vin(n), carMake, model, owner}, ",")+"\n", "Content-Type: text/csv")
		} else {
			w.check(user, fmt.Sprintf(`{"vehicles":[{"vin":"%s","make":"%s","model":"%s","customer":{"last":"%s"}}]}`, vin(n), carMake, model, owner))
		}
		if n%10 == 0 {
			w.pass(time.Hour)
		}
	}
	w.run()
	for _, r := range w.list(boss, "status=active") {
		if random.IntN(4) == 0 {
			w.pass(time.Minute)
			w.sight(r.ID, w.onSale(0, 9000))
			if random.IntN(2) == 0 {
				want[recaptureView](w, 200, boss, "POST", "/v1/recaptures/"+r.ID+"/open", "")
			}
		}
	}
	all := w.list(boss, "")
	if len(all) != 90 {
		t.Fatalf("%d records", len(all))
	}
	// R48, R49: the summary of several yards is that of their records.
	sum, byStatus := w.summary(boss), map[string]int{}
	captured := 0
	for _, r := range all {
		byStatus[r.Status]++
		if r.LastSighting != nil {
			captured++
		}
	}
	byStatus["deleted"] += 0
	if sum.TotalCustomers != 90 || sum.CapturedCustomers != captured || !maps.Equal(sum.ByStatus, byStatus) || captured < 5 {
		t.Errorf("summary %+v, want %d captured and %v", sum, captured, byStatus)
	}
	sees := map[string][]string{ann: {"sydney"}, mel: {"melbourne"}, boss: {"sydney", "melbourne"}}
	some := func(of ...string) []string {
		random.Shuffle(len(of), func(i, j int) { of[i], of[j] = of[j], of[i] })
		return of[:random.IntN(3)]
	}
	found := 0
	for range 150 {
		viewer := pick(ann, mel, boss)
		filters := url.Values{"make": some("toyota", "Mazda", "KIA"), "model": some("alpha", "beta", "gamma"), "origin": some("api", "csv", "lead"), "user": some(ann, ben, mel), "status": some("active", "new_sighting", "errored")}
		for name := range filters {
			if random.IntN(2) == 0 {
				filters.Del(name)
			}
		}
		text := pick("", "", "lee", "zoe toy", "wvw", "ro")
		filters.Set("q", text)
		from, to := time.Time{}, time.Time{}
		if random.IntN(3) == 0 {
			from = all[0].ActivityAt.Add(-time.Duration(random.IntN(20)) * time.Minute)
			filters.Set("sightedFrom", from.Format(time.RFC3339))
		}
		if random.IntN(4) == 0 {
			to = all[0].ActivityAt.Add(-time.Duration(random.IntN(10)) * time.Minute)
			if from.Before(to) {
				filters.Set("sightedTo", to.Format(time.RFC3339))
			} else {
				to = time.Time{}
			}
		}
		keep := func(r recaptureView) bool {
			any := func(name, v string) bool {
				return len(filters[name]) == 0 || slices.ContainsFunc(filters[name], func(f string) bool { return strings.EqualFold(f, v) })
			}
			words := strings.Fields(strings.ToLower(strings.Join([]string{r.Vehicle.VIN, r.Vehicle.Make, r.Vehicle.Model, strings.ReplaceAll(r.Customer.Last, "ë", "e")}, " ")))
			for prefix := range strings.FieldsSeq(text) {
				if !slices.ContainsFunc(words, func(word string) bool { return strings.HasPrefix(word, prefix) }) {
					return false
				}
			}
			if (!from.IsZero() || !to.IsZero()) && r.LastSighting == nil {
				return false
			}
			return slices.Contains(sees[viewer], r.Yard) && any("make", r.Vehicle.Make) && any("model", r.Vehicle.Model) && any("origin", r.Origin) &&
				any("user", r.User) && any("status", r.Status) && (from.IsZero() || !r.LastSighting.At.Before(from)) && (to.IsZero() || r.LastSighting.At.Before(to))
		}
		var expected, got []string
		for _, r := range all {
			if keep(r) {
				expected = append(expected, r.ID)
			}
		}
		for cursor := ""; ; {
			page := want[pageView[recaptureView]](w, 200, viewer, "GET", fmt.Sprintf("/v1/recaptures?limit=%d&cursor=%s&%s", 1+random.IntN(30), cursor, filters.Encode()), "")
			for _, r := range page.Items {
				got = append(got, r.ID)
			}
			if cursor = page.Next; cursor == "" {
				break
			}
		}
		if text == "wvw" { // the beginning of very many words: newest first holds for groups of them
			slices.Sort(got)
			slices.Sort(expected)
		}
		if !slices.Equal(got, expected) {
			t.Fatalf("%s: %s: %d records, want %d", viewer, filters.Encode(), len(got), len(expected))
		}
		found += len(got)
	}
	if found < 300 {
		t.Errorf("only %d records were found by 150 combinations", found)
	}
}
