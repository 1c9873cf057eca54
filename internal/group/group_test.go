package group_test

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/winback-auto/winback/internal/customer"
	"github.com/winback-auto/winback/internal/group"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/testkit/dealership"
)

// boss administers Harbour.
const boss = "ada@harbour.example"

func open(t *testing.T) *dealership.World {
	return dealership.New(t).Serve(group.API).Serve(customer.API)
}

func found(t *testing.T, w *dealership.World, name string) string {
	t.Helper()
	return w.Want(t, 201, boss, "POST", "/v1/groups", `{"name": "`+name+`", "description": " all of them "}`).ID(t)
}

func person(t *testing.T, w *dealership.World, n int) string {
	t.Helper()
	return w.Want(t, 201, dealership.Sydney, "POST", "/v1/customers", fmt.Sprintf(`{"name": {"last": "Lee%d"}}`, n)).ID(t)
}

func read(t *testing.T, w *dealership.World, id string) group.View {
	t.Helper()
	var g group.View
	w.Want(t, 200, dealership.Sydney, "GET", "/v1/groups/"+id, "").Into(t, &g)
	return g
}

func TestAGroupIsReadBackAsItWasMade(t *testing.T) {
	w := open(t)
	id := found(t, w, "Open day")
	if g := read(t, w, id); g.Name != "Open day" || g.Description != "all of them" || g.Members != 0 || !g.CreatedAt.Equal(w.Time) {
		t.Errorf("read back as %+v", g)
	}
	for body, want := range map[string]string{`{"name": "open DAY"}`: "body.name", `{"name": " "}`: "body.name"} {
		if wrong := w.Want(t, 422, boss, "POST", "/v1/groups", body).Wrong(t); !slices.Equal(wrong, []string{want}) {
			t.Errorf("%s: wrong %v", body, wrong)
		}
	}
	w.Want(t, 200, boss, "PUT", "/v1/groups/"+id, `{"name": "Open day 2027"}`, `If-Match: "1"`)
	w.Want(t, 412, boss, "PUT", "/v1/groups/"+id, `{"name": "Late"}`, `If-Match: "1"`)
	if g := read(t, w, id); g.Name != "Open day 2027" || g.Description != "" || g.CreatedAt.IsZero() {
		t.Errorf("changed to %+v", g)
	}
	w.Want(t, 403, dealership.Sydney, "POST", "/v1/groups", `{"name": "Mine"}`)
	w.Want(t, 403, dealership.Watcher, "GET", "/v1/groups", "")
	w.Want(t, 403, boss, "GET", "/v1/groups/"+id+"/members", "")
	w.Want(t, 404, dealership.Kiel, "GET", "/v1/groups/"+id, "")
	w.Want(t, 404, dealership.Kiel, "GET", "/v1/groups/"+id+"/members", "")
}

func TestACustomerIsInAGroupOnce(t *testing.T) {
	w := open(t)
	id, ann, bob := found(t, w, "Open day"), person(t, w, 1), person(t, w, 2)
	path := "/v1/groups/" + id + "/members"
	w.Want(t, 200, dealership.Sydney, "POST", path, `{"customers": ["`+ann+`", "`+bob+`", "`+ann+`"]}`)
	w.Want(t, 200, dealership.Second, "POST", path, `{"customers": ["`+ann+`"]}`)
	if g := read(t, w, id); g.Members != 2 {
		t.Errorf("%d members", g.Members)
	}
	if wrong := w.Want(t, 422, dealership.Sydney, "POST", path, `{"customers": ["`+ann+`", "nobody"]}`).Wrong(t); !slices.Equal(wrong, []string{"body.customers[1]"}) {
		t.Errorf("wrong %v", wrong)
	}
	for range 2 {
		w.Want(t, 204, dealership.Sydney, "DELETE", path+"/"+ann, "")
	}
	var page struct{ Items []group.Shown }
	w.Want(t, 200, dealership.Sydney, "GET", path, "").Into(t, &page)
	if g := read(t, w, id); g.Members != 1 || len(page.Items) != 1 || string(page.Items[0].Customer) != bob || page.Items[0].Name != "Lee2" || page.Items[0].By != dealership.Sydney {
		t.Errorf("%d members: %+v", g.Members, page.Items)
	}
	w.Want(t, 404, dealership.Kiel, "POST", path, `{"customers": ["`+ann+`"]}`)
}

func TestMembersArePaged(t *testing.T) {
	w := open(t)
	id := found(t, w, "Open day")
	want := []string{}
	for i := range 7 {
		who := person(t, w, i)
		w.Want(t, 200, dealership.Sydney, "POST", "/v1/groups/"+id+"/members", `{"customers": ["`+who+`"]}`)
		want = append(want, who)
	}
	var got []string
	path := "/v1/groups/" + id + "/members?limit=3"
	for next := "-"; next != ""; path = "/v1/groups/" + id + "/members?limit=3&cursor=" + next {
		var page struct {
			Items []group.Shown
			Next  string
		}
		w.Want(t, 200, dealership.Sydney, "GET", path, "").Into(t, &page)
		for _, m := range page.Items {
			got = append(got, string(m.Customer))
		}
		next = page.Next
	}
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("pages have %v, want %v", got, want)
	}
}

func TestManyWhoAddTheSameCustomerAddThemOnce(t *testing.T) {
	w := open(t)
	id, ann := found(t, w, "Open day"), person(t, w, 1)
	var all sync.WaitGroup
	for i := range 60 {
		all.Go(func() {
			if i%3 == 0 {
				w.Call(t, dealership.Sydney, "DELETE", "/v1/groups/"+id+"/members/"+ann, "")
			} else {
				w.Call(t, dealership.Sydney, "POST", "/v1/groups/"+id+"/members", `{"customers": ["`+ann+`"]}`)
			}
		})
	}
	all.Wait()
	members, _ := w.Want(t, 200, dealership.Sydney, "GET", "/v1/groups/"+id+"/members", "").List(t)
	if g := read(t, w, id); g.Members != len(members) {
		t.Errorf("counts %d, has %d", g.Members, len(members))
	}
}

func TestADeletedGroupLeavesNothing(t *testing.T) {
	w := open(t)
	id, ann := found(t, w, "Open day"), person(t, w, 1)
	w.Want(t, 200, dealership.Sydney, "POST", "/v1/groups/"+id+"/members", `{"customers": ["`+ann+`"]}`)
	w.Want(t, 412, boss, "DELETE", "/v1/groups/"+id, "", `If-Match: "9"`)
	w.Want(t, 204, boss, "DELETE", "/v1/groups/"+id, "")
	w.Want(t, 404, dealership.Sydney, "GET", "/v1/groups/"+id, "")
	w.Want(t, 404, dealership.Sydney, "GET", "/v1/groups/"+id+"/members", "")
	w.Want(t, 404, dealership.Sydney, "POST", "/v1/groups/"+id+"/members", `{"customers": ["`+ann+`"]}`)
	for _, partition := range []table.Partition{table.In(dealership.Harbour, "group-member", id), table.In(dealership.Harbour, "group-tally"), table.In(dealership.Harbour, "group")} {
		page, err := w.Table.Query(t.Context(), table.Query{Partition: string(partition), Limit: 10})
		if err != nil || len(page.Items) != 0 {
			t.Errorf("%s: %v, left %v", partition, err, page.Items)
		}
	}
	w.Want(t, 200, dealership.Sydney, "GET", "/v1/customers/"+ann, "")
}

func TestAMembershipIsCountedOrNotThere(t *testing.T) {
	w := open(t)
	id, ann := found(t, w, "Open day"), person(t, w, 1)
	w.Refuse = func(ops []table.Op) error {
		if ops[0].Item.Kind == "group member" {
			return errors.New("the process is killed")
		}
		return nil
	}
	w.Want(t, 500, dealership.Sydney, "POST", "/v1/groups/"+id+"/members", `{"customers": ["`+ann+`"]}`)
	w.Refuse = nil
	if g := read(t, w, id); g.Members != 0 {
		t.Errorf("%d members", g.Members)
	}
	w.Want(t, 200, dealership.Sydney, "POST", "/v1/groups/"+id+"/members", `{"customers": ["`+ann+`"]}`)
	if g := read(t, w, id); g.Members != 1 {
		t.Errorf("%d members", g.Members)
	}
}

func TestARepeatedCreationMeetsTheFirst(t *testing.T) {
	w := open(t)
	w.Refuse = dealership.Unanswered
	first := w.Want(t, 201, boss, "POST", "/v1/groups", `{"name": "Open day"}`, "Idempotency-Key: k").ID(t)
	w.Refuse = nil
	w.Time = w.Time.Add(1e12)
	if again := w.Want(t, 201, boss, "POST", "/v1/groups", `{"name": "Open day"}`, "Idempotency-Key: k").ID(t); again != first {
		t.Errorf("%s, then %s", first, again)
	}
	if all, _ := w.Want(t, 200, boss, "GET", "/v1/groups", "").List(t); len(all) != 1 {
		t.Errorf("groups %v", all)
	}
}
