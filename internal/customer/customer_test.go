package customer_test

import (
	"context"
	"fmt"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/customer"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
)

const kim = `{"name":{"first":"Kim","last":"Nguyễn"},"email":"kim.n@mail.example","mobile":"+61 400 123 456","vehicles":[{"vin":"wba3a5c51cf256651"},{"rego":"abc-12d","state":"NSW"},{"vin":"WBA3A5C51CF256651"}]}`

func TestTheFunctionFitsItsDeclaration(t *testing.T) {
	copies := app.Function{Name: "copies", Doc: "Keeps copies of names.", Consumes: app.Consume(customer.Renamed, func(context.Context, app.Deps, ident.Company, customer.Rename) error { return nil }, 1)}
	if err := app.Validate([]app.Function{customer.API, copies}); err != nil {
		t.Error(err)
	}
}

func TestACustomerIsFoundByEachWordOfTheParticulars(t *testing.T) {
	w := newWorld(t)
	id := w.must(t, 201, "POST", "/v1/customers", kim).id(t)
	w.must(t, 201, "POST", "/v1/customers", `{"company":"Quay Couriers","phone":"(02) 9000 0000"}`)
	for q, want := range map[string]bool{
		"kim": true, "KIM ngu": true, "nguyen": true, "Nguyễn": true, "kim.n@mail.example": true, "0400123456": true, "0400 123 456": true,
		"+61 400 123 456": true, "0061400123456": true, "0400 1": true, "ABC12D": true, "abc12": true, "wba3a5c51cf256651": true, "mail kim": true,
		"kimberly": false, "400123456": false, "quay": false, "kim quay": false, "ngu yen": false,
	} {
		a := w.must(t, 200, "GET", "/v1/customers?q="+url.QueryEscape(q), "")
		if got := strings.Contains(a.body, id); got != want {
			t.Errorf("%q finds it: %v, want %v", q, got, want)
		}
	}
	if a := w.must(t, 200, "GET", "/v1/customers?q=0290000000", ""); !strings.Contains(a.body, "Quay") {
		t.Errorf("a number with an area code: %s", a.body)
	}
	w.must(t, 422, "GET", "/v1/customers?q=a", "")
}

func TestCustomersArePagedNewestFirst(t *testing.T) {
	w := newWorld(t)
	var want []string
	for i := range 7 {
		w.now = w.now.Add(time.Minute)
		want = append([]string{w.must(t, 201, "POST", "/v1/customers", fmt.Sprintf(`{"name":{"first":"Kim","last":"No%d"}}`, i)).id(t)}, want...)
	}
	for _, q := range []string{"", "&q=kim"} {
		var got []string
		path := "/v1/customers?limit=3" + q
		for cursor := ""; ; {
			page := w.must(t, 200, "GET", path+cursor, "").json(t)
			for _, item := range page["items"].([]any) {
				got = append(got, item.(map[string]any)["id"].(string))
			}
			next, more := page["next"].(string)
			if !more {
				break
			}
			cursor = "&cursor=" + url.QueryEscape(next)
			if a := w.call(t, nordlicht, "GET", path+cursor, ""); a.status != 400 {
				t.Errorf("another company's cursor: %d %s", a.status, a.body)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", q, got, want)
		}
	}
}

func TestACustomerIsRefusedWithAllThatIsWrong(t *testing.T) {
	w := newWorld(t)
	for _, c := range []struct {
		body string
		want []string
	}{
		{`{}`, []string{"body.name"}},
		{
			`{"name":{"first":" "},"email":"x","mobile":"call me","phone":"1","address":{"country":"UK"},"language":"english!"}`,
			[]string{"body.address.country", "body.email", "body.language", "body.mobile", "body.phone"},
		},
		{
			`{"company":"x","vehicles":[{"vin":"WBA3A5C51CF256651"},{"rego":"ABC12D"},{"vin":"SHORT"},{}]}`,
			[]string{"body.vehicles[1].state", "body.vehicles[2].vin", "body.vehicles[3].vin"},
		},
		{`{"company":"x","Email":"x@y.example","createdBy":"me"}`, []string{"body.Email", "body.createdBy"}},
	} {
		a := w.must(t, 422, "POST", "/v1/customers", c.body)
		var got []string
		for _, v := range a.json(t)["errors"].([]any) {
			got = append(got, v.(map[string]any)["location"].(string))
		}
		if got = slices.Compact(got); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.body, got, c.want)
		}
	}
	if a := w.must(t, 200, "GET", "/v1/customers", ""); !strings.Contains(a.body, `"items":[]`) {
		t.Errorf("stored nevertheless: %s", a.body)
	}
}

func TestAChangeReplacesWhatItNamesAndWhatTheCustomerIsFoundBy(t *testing.T) {
	w := newWorld(t)
	created := w.must(t, 201, "POST", "/v1/customers", kim)
	id, tag := created.id(t), "If-Match: "+created.header.Get("ETag")
	changed := w.must(t, 200, "PATCH", "/v1/customers/"+id, `{"name":{"first":"Kim","last":"Smith"},"vehicles":[]}`, tag)
	if !strings.Contains(changed.body, "kim.n@mail.example") || strings.Contains(changed.body, "WBA") {
		t.Errorf("changed to %s", changed.body)
	}
	for q, want := range map[string]bool{"smith": true, "nguyen": false, "WBA3A5C51CF256651": false, "kim": true} {
		if got := strings.Contains(w.must(t, 200, "GET", "/v1/customers?q="+q, "").body, id); got != want {
			t.Errorf("%q finds it: %v, want %v", q, got, want)
		}
	}
	w.must(t, 412, "PATCH", "/v1/customers/"+id, `{"notes":"x"}`, tag)
	w.must(t, 422, "PATCH", "/v1/customers/"+id, `{"email":"x"}`)
	if got := w.must(t, 200, "GET", "/v1/customers/"+id, ""); got.body != changed.body || got.header.Get("ETag") != changed.header.Get("ETag") {
		t.Errorf("read %s, changed to %s", got.body, changed.body)
	}
}

func TestARepeatedCreationMakesOneCustomer(t *testing.T) {
	w := newWorld(t)
	first := w.must(t, 201, "POST", "/v1/customers", kim, "Idempotency-Key: k1")
	if again := w.must(t, 201, "POST", "/v1/customers", kim, "Idempotency-Key: k1"); again.body != first.body {
		t.Errorf("%s, then %s", first.body, again.body)
	}
	w.must(t, 422, "POST", "/v1/customers", `{"company":"other"}`, "Idempotency-Key: k1")
	if items := w.must(t, 200, "GET", "/v1/customers", "").json(t)["items"].([]any); len(items) != 1 {
		t.Errorf("%d customers", len(items))
	}
}

func TestAnotherCompanysCustomerLooksLikeNoneAtAll(t *testing.T) {
	w := newWorld(t)
	id := w.must(t, 201, "POST", "/v1/customers", kim).id(t)
	for _, c := range []struct{ method, path, body string }{
		{"GET", "/v1/customers/%s", ""},
		{"PATCH", "/v1/customers/%s", `{"notes":"mine"}`},
		{"GET", "/v1/customers/%s/activity", ""},
	} {
		foreign := w.call(t, nordlicht, c.method, fmt.Sprintf(c.path, id), c.body)
		unknown := w.call(t, nordlicht, c.method, fmt.Sprintf(c.path, "unknown"), c.body)
		if foreign.status != 404 || foreign.status != unknown.status || foreign.body != unknown.body {
			t.Errorf("%s %s: foreign %d %s, unknown %d %s", c.method, c.path, foreign.status, foreign.body, unknown.status, unknown.body)
		}
		w.must(t, 200, c.method, fmt.Sprintf(c.path, id), c.body)
	}
	if a := w.call(t, nordlicht, "GET", "/v1/customers?q=kim", ""); strings.Contains(a.body, id) {
		t.Errorf("found by another company: %s", a.body)
	}
	for _, personal := range []string{"Kim", "kim.n", "123 456", "WBA3"} {
		if strings.Contains(w.log.String(), personal) {
			t.Errorf("%s is in the log", personal)
		}
	}
}

func TestActivityIsNewestFirstAndAddedOnce(t *testing.T) {
	w := newWorld(t)
	id := customer.ID(w.must(t, 201, "POST", "/v1/customers", kim).id(t))
	other := w.must(t, 201, "POST", "/v1/customers", `{"company":"other"}`).id(t)
	for i := range 5 {
		at := noon.Add(time.Duration((i*3)%5) * time.Minute)
		for range 2 {
			if err := w.Table.Write(t.Context(), customer.Activity(harbour, id, at, "lead", fmt.Sprintf("l%d", i), "Lead added")); err != nil {
				t.Fatal(err)
			}
		}
	}
	var got []string
	for cursor := ""; ; {
		page := w.must(t, 200, "GET", "/v1/customers/"+string(id)+"/activity?limit=2"+cursor, "").json(t)
		for _, item := range page["items"].([]any) {
			event := item.(map[string]any)
			got = append(got, fmt.Sprint(event["id"], " ", event["at"]))
		}
		next, more := page["next"].(string)
		if !more {
			break
		}
		cursor = "&cursor=" + url.QueryEscape(next)
		if a := w.call(t, harbour, "GET", "/v1/customers/"+other+"/activity?"+cursor[1:], ""); a.status != 400 {
			t.Errorf("another customer's cursor: %d %s", a.status, a.body)
		}
	}
	want := []string{"l3 2026-11-22T12:04:00Z", "l1 2026-11-22T12:03:00Z", "l4 2026-11-22T12:02:00Z", "l2 2026-11-22T12:01:00Z", "l0 2026-11-22T12:00:00Z"}
	if !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestACustomerComesIntoBeingWithWhatCausedItOrNotAtAll(t *testing.T) {
	w := newWorld(t)
	cause := harbourNote("cause")
	made, err := customer.Add(t.Context(), w.Deps, harbour, customer.Customer{ID: "c1", First: "Kim"}, func(ctx context.Context, ops ...table.Op) error {
		return w.Commit(ctx, append(ops, cause)...)
	})
	if err != nil || made.ID != "c1" {
		t.Fatal(made, err)
	}
	if _, err := w.Table.Get(t.Context(), cause.Item.Key); err != nil {
		t.Errorf("the cause: %v", err)
	}
	_, err = customer.Add(t.Context(), w.Deps, harbour, customer.Customer{ID: "c1", First: "Kit"}, nil)
	if !errs.Is(err, errs.Conflict) {
		t.Errorf("a second customer under the id: %v", err)
	}
	_, err = customer.Add(t.Context(), w.Deps, harbour, customer.Customer{ID: "c2", First: "Lee"}, func(context.Context, ...table.Op) error {
		return errs.E(errs.Unavailable, "the store does not answer")
	})
	if !errs.Is(err, errs.Unavailable) {
		t.Errorf("%v", err)
	}
	if a := w.must(t, 200, "GET", "/v1/customers?q=lee", ""); !strings.Contains(a.body, `"items":[]`) {
		t.Errorf("a customer that was not made is listed: %s", a.body)
	}
	found, err := customer.LoadAll(t.Context(), w.Deps, harbour, []customer.ID{"c2", "c1"})
	if err != nil || len(found) != 1 || found[0].Name() != "Kim" {
		t.Errorf("%+v, %v", found, err)
	}
	if found, err := customer.LoadAll(t.Context(), w.Deps, nordlicht, []customer.ID{"c1"}); err != nil || len(found) != 0 {
		t.Errorf("another company loads %+v, %v", found, err)
	}
}

func TestWhatComesFromElsewhereIsSalvagedAsANote(t *testing.T) {
	w := newWorld(t)
	typed := customer.Customer{First: "Kim", Email: "kim at mail", Mobile: " 0400 123 456 ", Phone: "after 5", Notes: "Regular."}
	got := typed.Salvaged()
	want := customer.Customer{First: "Kim", Mobile: "0400 123 456", Notes: "Regular.\nE-mail: kim at mail\nPhone: after 5"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
	if _, err := customer.Add(t.Context(), w.Deps, harbour, typed, nil); !errs.Is(err, errs.Invalid) {
		t.Errorf("as it came: %v", err)
	}
	if _, err := customer.Add(t.Context(), w.Deps, harbour, got, nil); err != nil {
		t.Errorf("salvaged: %v", err)
	}
}

func TestAPageOfManyCustomersReadsLittleMoreThanItself(t *testing.T) {
	w := newWorld(t)
	for i := range 1000 {
		w.now = w.now.Add(time.Second)
		made := customer.Customer{First: "Kim", Last: fmt.Sprintf("Number%d", i), Email: fmt.Sprintf("c%d@mail.example", i)}
		if _, err := customer.Add(t.Context(), w.Deps, harbour, made, nil); err != nil {
			t.Fatal(err)
		}
	}
	for _, q := range []string{"", "&q=kim", "&q=number999", "&q=kim+mail"} {
		before := w.Table.Usage()
		page := w.must(t, 200, "GET", "/v1/customers?limit=50"+q, "").json(t)["items"].([]any)
		if read := w.Table.Usage().Sub(before).Items; read > 4*50 {
			t.Errorf("%q reads %d items for a page of %d", q, read, len(page))
		}
		if len(page) == 0 {
			t.Errorf("%q finds nobody", q)
		}
	}
}

// harbourNote is some record of Harbour Motors.
func harbourNote(id string) table.Op {
	return table.Kind[struct{}]{Name: "note", Schema: 1}.Create(noteKey(harbour, id), struct{}{})
}

func noteKey(c ident.Company, id string) table.Key { return table.In(c, "note").At(id) }
