package lead

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/testkit/listbench"
)

// TestAnyFiltersTogetherGiveWhatALoopOverAllLeadsGives asks for random combinations of all filters, page by page.
func TestAnyFiltersTogetherGiveWhatALoopOverAllLeadsGives(t *testing.T) {
	o := openFloor(t, 3_000)
	random := rand.New(rand.NewPCG(3, 14))
	found := 0
	for range 250 {
		asked := url.Values{}
		may := func(name string, values ...string) {
			if random.IntN(3) == 0 {
				asked.Set(name, values[random.IntN(len(values))])
			}
		}
		one := o.all[random.IntN(len(o.all))]
		at := func() string {
			return listbench.Noon.Add(-time.Duration(random.IntN(3_000*7)) * time.Minute).Format(time.RFC3339)
		}
		may("status", "new", "open", "won", "lost")
		may("user", "user00", "user01", "user09", "none")
		may("yard", one.Yard, "yard00", "elsewhere")
		may("source", "website", "Newspaper", one.Source)
		may("type", "used", "test-drive")
		may("q", one.CustomerName, one.Vehicle.Make, one.Vehicle.VIN, one.Vehicle.VIN[:2], "to")
		may("from", at())
		may("to", at())
		if from, to := asked.Get("from"), asked.Get("to"); from != "" && to != "" && from >= to {
			continue
		}
		got, want := o.everything(asked.Encode()), o.loop(asked)
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s lists %d leads, a loop %d", asked.Encode(), len(got), len(want))
		}
		found += len(want)
	}
	if found < 1_000 {
		t.Errorf("all combinations together list only %d leads", found)
	}
}

// everything is the ids of all pages.
func (o *floor) everything(query string) (ids []ID) {
	o.Helper()
	cursor := ""
	for {
		page := o.Ask(query + "&cursor=" + url.QueryEscape(cursor))
		for _, item := range page.Items {
			var l struct{ ID ID }
			o.Must(json.Unmarshal(item, &l))
			ids = append(ids, l.ID)
		}
		if cursor = page.Next; cursor == "" {
			return ids
		}
	}
}

// loop is the ids of the leads that pass, found the slow way.
func (o *floor) loop(asked url.Values) (ids []ID) {
	is := func(name, value string) bool {
		return !asked.Has(name) || strings.EqualFold(asked.Get(name), value)
	}
	for _, l := range o.all {
		user := string(l.User)
		if user == "" {
			user = "none"
		}
		text := strings.Fields(strings.ToLower(fmt.Sprintln(l.CustomerName, l.Vehicle.Make, l.Vehicle.Model, l.Vehicle.VIN, l.Vehicle.Rego)))
		passes := is("status", string(l.Status)) && is("user", user) && is("yard", l.Yard) && is("source", l.Source) && is("type", l.Type)
		for word := range strings.FieldsSeq(strings.ToLower(asked.Get("q"))) {
			passes = passes && slices.ContainsFunc(text, func(w string) bool { return strings.HasPrefix(w, word) })
		}
		if from, err := time.Parse(time.RFC3339, asked.Get("from")); err == nil {
			passes = passes && !l.CreatedAt.Before(from)
		}
		if to, err := time.Parse(time.RFC3339, asked.Get("to")); err == nil {
			passes = passes && l.CreatedAt.Before(to)
		}
		if passes {
			ids = append(ids, l.ID)
		}
	}
	return ids
}
