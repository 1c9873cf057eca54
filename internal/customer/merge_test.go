package customer_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/customer"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/platform/table/tabletest"
)

// people adds customers, a minute after each other, and returns their ids.
func people(t *testing.T, w *world, particulars ...string) (ids []string) {
	t.Helper()
	for _, body := range particulars {
		w.now = w.now.Add(time.Minute)
		ids = append(ids, w.must(t, 201, "POST", "/v1/customers", body).id(t))
	}
	return ids
}

func person(first, last, more string) string {
	return fmt.Sprintf(`{"name":{"first":%q,"last":%q}%s}`, first, last, more)
}

func TestDuplicatesAreFoundByAddressNumberAndName(t *testing.T) {
	w := newWorld(t)
	ids := people(
		t, w,
		person("Kim", "Nguyễn", `,"email":"kim@mail.example","mobile":"0400 123 456"`),
		person("Kim", "Nguyen", ``),                                // the name, without its accent
		person("K", "", `,"phone":"+61 400 123 456"`),              // the number, in the other place, with a name that says nothing
		person("Nguyen", "Kim", `,"email":"KIM@mail.example"`),     // the address and the name in another order
		person("Bob", "Nguyen", `,"mobile":"0400123456"`),          // the family
		person("Kim", "", ``),                                      // half a name says nothing
		person("Kim", "Nguyenhuu", `,"email":"else@mail.example"`), // another name
	)
	because := func(id string) map[string][]string {
		got := map[string][]string{}
		items, _ := w.must(t, 200, "GET", "/v1/customers/"+id+"/duplicates", "").json(t)["items"].([]any)
		for _, item := range items {
			d := item.(map[string]any)
			for _, reason := range d["because"].([]any) {
				other := d["customer"].(map[string]any)["id"].(string)
				got[other] = append(got[other], reason.(string))
			}
		}
		return got
	}
	got := because(ids[0])
	want := map[string][]string{ids[1]: {"name"}, ids[2]: {"number"}, ids[3]: {"email", "name"}}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("duplicates %v, want %v", got, want)
	}
	if got := because(ids[5]); len(got) != 0 {
		t.Errorf("half a name: %v", got)
	}

	pairs := map[string]bool{}
	for cursor := ""; ; {
		page := w.must(t, 200, "GET", "/v1/customers/duplicates?limit=2"+cursor, "").json(t)
		for _, item := range page["items"].([]any) {
			twins := item.(map[string]any)
			for _, d := range twins["duplicates"].([]any) {
				pair := fmt.Sprint(twins["customer"].(map[string]any)["id"], " ", d.(map[string]any)["customer"].(map[string]any)["id"])
				if pairs[pair] {
					t.Errorf("%s is told twice", pair)
				}
				pairs[pair] = true
			}
		}
		next, _ := page["next"].(string)
		if next == "" {
			break
		}
		cursor = "&cursor=" + url.QueryEscape(next)
	}
	told := []string{ids[1] + " " + ids[0], ids[2] + " " + ids[0], ids[3] + " " + ids[0], ids[3] + " " + ids[1], ids[4] + " " + ids[2]}
	for _, pair := range told {
		if !pairs[pair] {
			t.Errorf("%s is not told; all: %v", pair, pairs)
		}
	}
	if len(pairs) != len(told) {
		t.Errorf("pairs %v", pairs)
	}
}

func TestWhoeverIsMergedLeadsToTheOtherEverywhere(t *testing.T) {
	w := newWorld(t)
	ids := people(
		t, w,
		person("Kim", "Nguyen", `,"email":"kim@mail.example","contact":{"email":"allowed","sms":"allowed"}`),
		person("Kim", "Nguyen", `,"email":"work@mail.example","contact":{"email":"allowed","sms":"refused"}`),
	)
	stands, alias := ids[0], ids[1]
	for i, id := range ids {
		if err := w.Commit(t.Context(), customer.Activity(harbour, customer.ID(id), noon.Add(time.Duration(i)*time.Hour), "lead", "l"+id, "New lead")); err != nil {
			t.Fatal(err)
		}
	}
	w.now = w.now.Add(3 * time.Hour)
	for range 2 { // said again it changes nothing
		if got := w.must(t, 200, "POST", "/v1/customers/"+alias+"/merge", `{"into":"`+stands+`"}`).id(t); got != stands {
			t.Errorf("answered %s", got)
		}
	}

	read := w.must(t, 200, "GET", "/v1/customers/"+alias, "").json(t)
	if read["id"] != stands || fmt.Sprint(read["merged"]) != "["+alias+"]" || fmt.Sprint(read["contact"]) != "map[email:allowed sms:refused]" {
		t.Errorf("read %v", read)
	}
	all, err := customer.LoadAll(t.Context(), w.Deps, harbour, []customer.ID{customer.ID(alias)})
	if err != nil || len(all) != 1 || all[0].ID != customer.ID(alias) || all[0].Email != "kim@mail.example" {
		t.Errorf("of many: %+v, %v", all, err)
	}
	for path, want := range map[string]int{
		"/v1/customers": 1, "/v1/customers?q=work@mail.example": 1, "/v1/customers?q=nguyen": 1,
		"/v1/customers/" + stands + "/duplicates": 0, "/v1/customers/duplicates": 0,
		"/v1/customers/" + stands + "/activity?limit=50": 3, "/v1/customers/" + alias + "/activity?limit=50": 3,
	} {
		items := w.must(t, 200, "GET", path, "").json(t)["items"].([]any)
		if len(items) != want {
			t.Errorf("%s: %v, want %d", path, items, want)
		}
		if strings.HasPrefix(path, "/v1/customers?") && items[0].(map[string]any)["id"] != stands {
			t.Errorf("%s: %v", path, items)
		}
	}
	met, err := customer.Meet(t.Context(), w.Deps, harbour, customer.Customer{First: "Kim", Last: "Nguyen", Email: "work@mail.example"}, "enquiry")
	if err != nil || met.ID != customer.ID(stands) {
		t.Errorf("met %s, %v", met.ID, err)
	}
	w.must(t, 200, "PATCH", "/v1/customers/"+alias, `{"contact":{"email":"refused","sms":"refused"}}`)

	// Taken back, it stands alone again, and what was said about contact meanwhile holds for it, too.
	for range 2 {
		back := w.must(t, 200, "DELETE", "/v1/customers/"+alias+"/merge", "").json(t)
		if back["id"] != alias || back["email"] != "work@mail.example" || fmt.Sprint(back["contact"]) != "map[email:refused sms:refused]" {
			t.Errorf("taken back: %v", back)
		}
	}
	if left := w.must(t, 200, "GET", "/v1/customers/"+stands, "").json(t); left["merged"] != nil {
		t.Errorf("left %v", left)
	}
	if items := w.must(t, 200, "GET", "/v1/customers", "").json(t)["items"].([]any); len(items) != 2 {
		t.Errorf("listed %v", items)
	}
}

func TestAMergeCanBeTakenBackForThirtyDays(t *testing.T) {
	w := newWorld(t)
	ids := people(t, w, person("Ann", "Lee", ""), person("Ann", "Lee", ""))
	w.must(t, 200, "POST", "/v1/customers/"+ids[1]+"/merge", `{"into":"`+ids[0]+`"}`)
	w.now = w.now.Add(customer.UndoWithin + time.Second)
	if a := w.must(t, 409, "DELETE", "/v1/customers/"+ids[1]+"/merge", ""); !strings.Contains(a.body, "30 days") {
		t.Errorf("answered %s", a.body)
	}
}

func TestMergesThatMakeNoSenseAreRefused(t *testing.T) {
	w := newWorld(t)
	ids := people(t, w, person("Ann", "Lee", ""), person("Ann", "Lee", ""), person("Ann", "Lee", ""))
	foreign := w.call(t, nordlicht, "POST", "/v1/customers", person("Ann", "Lee", "")).id(t)
	merge := func(want int, id, into string) answer {
		t.Helper()
		return w.must(t, want, "POST", "/v1/customers/"+id+"/merge", `{"into":"`+into+`"}`)
	}
	if a := merge(422, ids[0], ids[0]); !strings.Contains(a.body, "body.into") {
		t.Errorf("into itself: %s", a.body)
	}
	if a, b := merge(422, ids[0], foreign), merge(422, ids[0], "unknown"); strings.ReplaceAll(a.body, foreign, "") != strings.ReplaceAll(b.body, "unknown", "") {
		t.Errorf("a foreign one is told from an unknown one: %s, %s", a.body, b.body)
	}
	merge(404, foreign, ids[0])
	merge(200, ids[1], ids[0])
	merge(409, ids[1], ids[2])
	if got := merge(200, ids[0], ids[1]).id(t); got != ids[0] {
		t.Errorf("the other way round: %s", got)
	}
}

func TestAliasesOfAliasesLeadToTheLastOne(t *testing.T) {
	w := newWorld(t)
	ids := people(t, w, person("Ann", "Lee", ""), person("Ann", "Lee", ""), person("Ann", "Lee", ""))
	w.must(t, 200, "POST", "/v1/customers/"+ids[2]+"/merge", `{"into":"`+ids[1]+`"}`)
	w.must(t, 200, "POST", "/v1/customers/"+ids[1]+"/merge", `{"into":"`+ids[0]+`"}`)
	stands := func(id string) string { return w.must(t, 200, "GET", "/v1/customers/"+id, "").id(t) }
	everyone, err := customer.Everyone(t.Context(), w.Deps, harbour, customer.ID(ids[2]))
	if err != nil || !slices.Equal(everyone, []customer.ID{customer.ID(ids[0]), customer.ID(ids[1]), customer.ID(ids[2])}) {
		t.Errorf("everyone %v, %v", everyone, err)
	}
	if stands(ids[2]) != ids[0] || stands(ids[1]) != ids[0] {
		t.Errorf("%s and %s", stands(ids[2]), stands(ids[1]))
	}
	w.must(t, 200, "DELETE", "/v1/customers/"+ids[2]+"/merge", "")
	everyone, err = customer.Everyone(t.Context(), w.Deps, harbour, customer.ID(ids[1]))
	if err != nil || len(everyone) != 2 || stands(ids[2]) != ids[2] || stands(ids[1]) != ids[0] {
		t.Errorf("after one is taken back: %v, %v", everyone, err)
	}
}

func TestOfTwoMergesAtOnceOneHolds(t *testing.T) {
	w := newWorld(t)
	for range 50 {
		ids := people(t, w, person("Ann", "Lee", ""), person("Ann", "Lee", ""))
		var both sync.WaitGroup
		answers := make([]answer, 2)
		for i := range 2 {
			both.Go(func() {
				answers[i] = w.call(t, harbour, "POST", "/v1/customers/"+ids[i]+"/merge", `{"into":"`+ids[1-i]+`"}`)
			})
		}
		both.Wait()
		one, other := w.must(t, 200, "GET", "/v1/customers/"+ids[0], "").json(t), w.must(t, 200, "GET", "/v1/customers/"+ids[1], "").json(t)
		if one["id"] != other["id"] || len(one["merged"].([]any)) != 1 {
			t.Fatalf("%v and %v after %d and %d", one, other, answers[0].status, answers[1].status)
		}
		for _, a := range answers {
			if a.status != 200 && a.status != 409 {
				t.Errorf("%d: %s", a.status, a.body)
			}
		}
	}
}

func TestACrashAtAnyWriteLeavesAMergeWholeOrNotMade(t *testing.T) {
	for crash := range tabletest.Crashes(t, 8) {
		w := newWorld(t)
		ids := people(t, w, person("Kim", "Nguyen", `,"email":"kim@mail.example"`), person("Kim", "Nguyen", `,"email":"work@mail.example"`))
		mortal := w.Deps
		mortal.Table = table.New(tabletest.Flaky(w.driver, crash.Fault), w.Now, w.NewID)
		healthy, handle := w.handle, app.Handle(customer.API, mortal)
		for _, request := range [][2]string{{"POST", `{"into":"` + ids[0] + `"}`}, {"DELETE", ""}, {"POST", `{"into":"` + ids[0] + `"}`}} {
			w.handle = handle
			w.call(t, harbour, request[0], "/v1/customers/"+ids[1]+"/merge", request[1])
			w.handle = healthy
			crash.Restart()
			one, other := w.must(t, 200, "GET", "/v1/customers/"+ids[0], "").json(t), w.must(t, 200, "GET", "/v1/customers/"+ids[1], "").json(t)
			merged := one["merged"] != nil
			if (other["id"] == ids[0]) != merged {
				t.Errorf("%v and %v", one, other)
			}
			listed := w.must(t, 200, "GET", "/v1/customers", "").json(t)["items"].([]any)
			if len(listed) != map[bool]int{true: 1, false: 2}[merged] {
				t.Errorf("merged %v, listed %v", merged, listed)
			}
			if items := w.must(t, 200, "GET", "/v1/customers?q=work", "").json(t)["items"].([]any); len(items) != 1 {
				t.Errorf("found %v", items)
			}
		}
	}
}

func TestAPageOfDuplicatesAsksLittleOfEachCustomer(t *testing.T) {
	w := newWorld(t)
	for i := range 1000 {
		w.now = w.now.Add(time.Second)
		made := customer.Customer{First: "Kim", Last: fmt.Sprintf("Number%03d", i/2), Email: fmt.Sprintf("c%d@mail.example", i), Mobile: fmt.Sprintf("0491%06d", i)}
		if _, err := customer.Add(t.Context(), w.Deps, harbour, made, nil); err != nil {
			t.Fatal(err)
		}
	}
	before := w.Table.Usage()
	twins := w.must(t, 200, "GET", "/v1/customers/duplicates?limit=50", "").json(t)["items"].([]any)
	if len(twins) != 25 {
		t.Errorf("%d possible duplicates among 50, want 25", len(twins))
	}
	if read := w.Table.Usage().Sub(before).Items; read > 50*30 {
		t.Errorf("%d items read", read)
	} else {
		t.Logf("%d items for 50 customers", read)
	}
}
