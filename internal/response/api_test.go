package response_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/winback-auto/winback/internal/customer"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/response"
	"github.com/winback-auto/winback/internal/testkit/dealership"
)

// boss administers Harbour.
const boss = "ada@harbour.example"

func open(t *testing.T) *dealership.World {
	return dealership.New(t).Serve(response.API).Serve(customer.API)
}

const service = `{"name": "Service due", "channel": "email", "subject": "Your {{vehicle.model|car}}", "body": "Hello {{customer.firstName}}"}`

func TestATemplateIsReadBackAsItWasWritten(t *testing.T) {
	w := open(t)
	id := w.Want(t, 201, boss, "POST", "/v1/templates", service).ID(t)
	var got response.View
	w.Want(t, 200, dealership.Sydney, "GET", "/v1/templates/"+id, "").Into(t, &got)
	if got.Name != "Service due" || got.Channel != response.Email || got.Subject != "Your {{vehicle.model|car}}" || got.Body != "Hello {{customer.firstName}}" || got.Default || !got.UpdatedAt.Equal(w.Time) {
		t.Errorf("read back as %+v", got)
	}
	w.Want(t, 201, boss, "POST", "/v1/templates", `{"name": "Call", "channel": "call_script", "body": "Ask for {{customer.name}}."}`)
	for query, want := range map[string]int{"": 2, "?channel=email": 1, "?channel=sms": 0} {
		if all, _ := w.Want(t, 200, dealership.Sydney, "GET", "/v1/templates"+query, "").List(t); len(all) != want {
			t.Errorf("%q lists %v", query, all)
		}
	}
	w.Want(t, 200, boss, "PUT", "/v1/templates/"+id, `{"name": "Service", "channel": "email", "subject": "Time", "body": "Hello"}`)
	w.Want(t, 422, boss, "PUT", "/v1/templates/"+id, `{"name": "Service", "channel": "sms", "body": "Hello"}`)
	w.Want(t, 412, boss, "PUT", "/v1/templates/"+id, service, `If-Match: "1"`)
	w.Want(t, 204, boss, "DELETE", "/v1/templates/"+id, "", `If-Match: "2"`)
	w.Want(t, 404, boss, "GET", "/v1/templates/"+id, "")
}

func TestWhoWritesTemplatesIsAnAdministrator(t *testing.T) {
	w := open(t)
	id := w.Want(t, 201, boss, "POST", "/v1/templates", service).ID(t)
	w.Want(t, 403, dealership.Manager, "POST", "/v1/templates", service)
	w.Want(t, 403, dealership.Manager, "DELETE", "/v1/templates/"+id, "")
	w.Want(t, 403, dealership.Watcher, "GET", "/v1/templates", "")
	w.Want(t, 404, dealership.Kiel, "GET", "/v1/templates/"+id, "")
	w.Want(t, 404, dealership.Kiel, "POST", "/v1/templates/"+id+"/default", "")
	if all, _ := w.Want(t, 200, dealership.Kiel, "GET", "/v1/templates", "").List(t); len(all) != 0 {
		t.Errorf("another company's: %v", all)
	}
}

func TestEveryFaultOfATemplateIsToldAtOnce(t *testing.T) {
	w := open(t)
	for body, want := range map[string][]string{
		`{"name": " ", "channel": "email", "body": "{{a}} {{b}}"}`:                                         {"body.body", "body.body", "body.name", "body.subject"},
		`{"name": "x", "channel": "fax", "body": "x"}`:                                                     {"body.channel"},
		`{"name": "x", "channel": "sms", "subject": "no", "body": "x"}`:                                    {"body.subject"},
		fmt.Sprintf(`{"name": "x", "channel": "sms", "body": %q}`, strings.Repeat("x", 1601)):              {"body.body"},
		fmt.Sprintf(`{"name": %q, "channel": "call_script", "body": "x"}`, strings.Repeat("x", 101)):       {"body.name"},
		`{"name": "x", "channel": "email", "subject": "{{company.password}}", "body": "{{range .Users}}"}`: {"body.body", "body.subject"},
	} {
		got := w.Want(t, 422, boss, "POST", "/v1/templates", body).Wrong(t)
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", body, got, want)
		}
	}
}

func TestAUserHasOneDefaultForEachChannel(t *testing.T) {
	w := open(t)
	write := func(channel, subject string) string {
		return w.Want(t, 201, boss, "POST", "/v1/templates", fmt.Sprintf(`{"name": "x", "channel": %q%s, "body": "x"}`, channel, subject)).ID(t)
	}
	first, second, note := write("email", `, "subject": "a"`), write("email", `, "subject": "b"`), write("sms", "")
	chosen := func(user string) (ids []string) {
		var page struct{ Items []response.View }
		w.Want(t, 200, user, "GET", "/v1/templates", "").Into(t, &page)
		for _, item := range page.Items {
			if item.Default {
				ids = append(ids, string(item.ID))
			}
		}
		return ids
	}
	for _, id := range []string{first, second, second, note} {
		w.Want(t, 200, dealership.Sydney, "POST", "/v1/templates/"+id+"/default", "")
	}
	if got := chosen(dealership.Sydney); !slices.Equal(got, []string{second, note}) {
		t.Errorf("chosen %v, want %v", got, []string{second, note})
	}
	if got := chosen(dealership.Second); len(got) != 0 {
		t.Errorf("somebody else has %v", got)
	}
	found := func(channel response.Channel) (response.ID, bool) {
		got, ok, err := response.Default(t.Context(), w.Deps, dealership.Harbour, access.UserID(dealership.Sydney), channel)
		if err != nil {
			t.Fatal(err)
		}
		return got.ID, ok
	}
	if id, ok := found(response.Email); !ok || string(id) != second {
		t.Errorf("the default is %q", id)
	}
	w.Want(t, 204, dealership.Sydney, "DELETE", "/v1/templates/"+first+"/default", "") // is none: nothing changes
	if _, ok := found(response.Email); !ok {
		t.Error("the default went with another template's")
	}
	w.Want(t, 204, boss, "DELETE", "/v1/templates/"+second, "")
	w.Want(t, 204, dealership.Sydney, "DELETE", "/v1/templates/"+note+"/default", "")
	for _, channel := range []response.Channel{response.Email, response.SMS, response.CallScript} {
		if id, ok := found(channel); ok {
			t.Errorf("%s has %q", channel, id)
		}
	}
}

func TestADefaultSurvivesALostRace(t *testing.T) {
	w := open(t)
	mail := w.Want(t, 201, boss, "POST", "/v1/templates", service).ID(t)
	note := w.Want(t, 201, boss, "POST", "/v1/templates", `{"name": "x", "channel": "sms", "body": "x"}`).ID(t)
	raced := false
	w.Refuse = func([]table.Op) error {
		if raced {
			return nil
		}
		raced = true
		w.Want(t, 200, dealership.Sydney, "POST", "/v1/templates/"+note+"/default", "")
		return nil
	}
	w.Want(t, 200, dealership.Sydney, "POST", "/v1/templates/"+mail+"/default", "")
	for channel, want := range map[response.Channel]string{response.Email: mail, response.SMS: note} {
		if got, ok, err := response.Default(t.Context(), w.Deps, dealership.Harbour, access.UserID(dealership.Sydney), channel); err != nil || !ok || string(got.ID) != want {
			t.Errorf("%s: %v, %v, %v", channel, got.ID, ok, err)
		}
	}
}

func TestAPreviewSpeaksOfARealCustomer(t *testing.T) {
	w := open(t)
	ann := w.Want(t, 201, dealership.Sydney, "POST", "/v1/customers", `{"name": {"first": "Ann", "last": "Lee"}, "vehicles": [{"vin": "6T153BK360X070769", "make": "Toyota", "model": "Camry"}]}`).ID(t)
	var got response.Filled
	w.Want(t, 200, dealership.Sydney, "POST", "/v1/templates/preview", `{"channel": "email", "subject": "{{vehicle.model}}", "body": "Dear {{customer.firstName}}, {{user.firstName}} of {{company.name}} in {{yard.name}}, {{vehicle.rego}}", "customer": "`+ann+`"}`).Into(t, &got)
	if got.Subject != "Camry" || got.Text != "Dear Ann, sydneyman of Harbour Motors in Sydney," || !slices.Equal(got.Missing, []string{"vehicle.rego"}) || !strings.Contains(got.HTML, "Dear Ann, ") {
		t.Errorf("previewed as %+v", got)
	}
	w.Want(t, 200, boss, "POST", "/v1/templates/preview", `{"channel": "sms", "body": "Hi {{customer.firstName}} €"}`).Into(t, &got)
	if got.Text != "Hi Kim €" || got.Size.Segments != 1 || got.Size.Units != 9 {
		t.Errorf("previewed as %+v %+v", got, got.Size)
	}
	w.Want(t, 403, boss, "POST", "/v1/templates/preview", `{"channel": "sms", "body": "Hi", "customer": "`+ann+`"}`)
	if wrong := w.Want(t, 422, dealership.Kiel, "POST", "/v1/templates/preview", `{"channel": "sms", "body": "Hi", "customer": "`+ann+`"}`).Wrong(t); !slices.Equal(wrong, []string{"body.customer"}) {
		t.Errorf("wrong %v", wrong)
	}
	if wrong := w.Want(t, 422, boss, "POST", "/v1/templates/preview", `{"channel": "sms", "body": "Hi {{x}}"}`).Wrong(t); !slices.Equal(wrong, []string{"body.body"}) {
		t.Errorf("wrong %v", wrong)
	}
	if all, _ := w.Want(t, 200, boss, "GET", "/v1/templates", "").List(t); len(all) != 0 {
		t.Errorf("a preview stored %v", all)
	}
}

func TestEveryVariableIsListedWithItsMeaning(t *testing.T) {
	w := open(t)
	var page struct{ Items []response.Variable }
	w.Want(t, 200, dealership.Sydney, "GET", "/v1/templates/variables", "").Into(t, &page)
	if len(page.Items) < 15 {
		t.Fatalf("lists %v", page.Items)
	}
	for _, v := range page.Items {
		if v.Meaning == "" {
			t.Errorf("%s means nothing", v.Name)
		}
		if broken := (response.Text{Channel: response.SMS, Body: "{{" + v.Name + "}}"}).Problems("body."); broken != nil {
			t.Errorf("%s: %v", v.Name, broken)
		}
	}
}

func TestARepeatedCreationMeetsTheFirst(t *testing.T) {
	w := open(t)
	fail := true
	w.Refuse = func(ops []table.Op) error {
		if fail && ops[0].Item.Kind == "idempotent answer" && ops[0].Item.Version == 2 {
			return errors.New("the process died before its answer was kept")
		}
		return nil
	}
	id := w.Want(t, 201, boss, "POST", "/v1/templates", service, "Idempotency-Key: k").ID(t)
	fail = false
	w.Time = w.Time.Add(60e9)
	if again := w.Want(t, 201, boss, "POST", "/v1/templates", service, "Idempotency-Key: k").ID(t); again != id {
		t.Errorf("%s and %s", id, again)
	}
	if all, _ := w.Want(t, 200, boss, "GET", "/v1/templates", "").List(t); len(all) != 1 {
		t.Errorf("templates %v", all)
	}
}
