package recapture_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/web"
	"github.com/winback-auto/winback/internal/recapture"
)

// fleet is a dashboard with something of everything, as ann sees it: watched, sighted, errored.
func fleet(t *testing.T) *world {
	w := open(t)
	w.partner.refused[vin(3)] = "not valid"
	w.check(ann, `{"vehicles":[
		{"vin":"`+vin(1)+`","make":"Toyota","model":"Corolla","customer":{"first":"Zoë","last":"O'Brien"},"reference":"STK-77"},
		{"vin":"`+vin(2)+`","make":"Toyota","model":"Hilux"},
		{"vin":"`+vin(3)+`","make":"Mazda","model":"CX-5"}]}`)
	w.run()
	w.pass(time.Hour)
	want[uploadView](w, 202, ben, "POST", "/v1/recaptures/uploads", "vin,make,model\n"+vin(4)+",Mazda,CX-5\n", "Content-Type: text/csv")
	w.run()
	w.check(mel, `{"vehicles":[{"vin":"`+vin(5)+`","make":"Toyota"}]}`)
	w.run()
	w.pass(24 * time.Hour)
	w.sight(w.list(ann, "q="+vin(2))[0].ID, w.onSale(0, 9000))
	return w
}

// R39–R47, C13.
func TestTheDashboardIsFiltered(t *testing.T) {
	w := fleet(t)
	at := w.Now()
	for filters, want := range map[string]string{
		"":                             "2 4 1 3",
		"make=toyota":                  "2 1",
		"make=Mazda&model=cx-5":        "4 3",
		"model=Corolla":                "1",
		"origin=csv":                   "4",
		"origin=api":                   "2 1 3",
		"origin=lead":                  "",
		"user=ben":                     "4",
		"user=mel":                     "",
		"status=active":                "4 1",
		"status=new_sighting":          "2",
		"status=errored":               "3",
		"status=deleted":               "",
		"sightedFrom=" + stamp(at, -1): "2",
		"sightedFrom=" + stamp(at, 1):  "",
		"sightedTo=" + stamp(at, 1):    "2",
		"sightedTo=" + stamp(at, -1):   "",
		"q=o%27brien":                  "1",
		"q=zoe+toyota":                 "1",
		"q=stk":                        "1",
		"q=" + vin(4)[:12]:             "2 4 1 3",
		"make=Toyota&status=active":    "1",
		"q=toyota&origin=api&user=ann": "2 1",
		"q=nothing":                    "",
	} {
		var got []string
		for _, r := range w.list(ann, filters) {
			got = append(got, r.Vehicle.VIN[len(r.Vehicle.VIN)-1:])
		}
		if strings.Contains(filters, vin(4)[:12]) {
			slices.Sort(got)
			want = "1 2 3 4"
		}
		if s := strings.Join(got, " "); s != want {
			t.Errorf("%q: %q, want %q", filters, s, want)
		}
	}
	for _, wrong := range []string{"status=sold", "origin=fax", "sightedFrom=yesterday", "limit=0", "limit=201", "colour=red"} {
		if a := w.call(ann, "GET", "/v1/recaptures?"+wrong, ""); a.status != 422 {
			t.Errorf("%s: %d %s", wrong, a.status, a.body)
		}
	}
}

func stamp(at time.Time, minutes int) string {
	return url.QueryEscape(at.Add(time.Duration(minutes) * time.Minute).Format(time.RFC3339))
}

func TestPagesFollowEachOtherAndACursorFitsItsQueryAlone(t *testing.T) {
	w := fleet(t)
	first := want[pageView[recaptureView]](w, 200, ann, "GET", "/v1/recaptures?limit=3", "")
	second := want[pageView[recaptureView]](w, 200, ann, "GET", "/v1/recaptures?limit=3&cursor="+first.Next, "")
	if len(first.Items) != 3 || len(second.Items) != 1 {
		t.Fatalf("%d and %d", len(first.Items), len(second.Items))
	}
	for name, test := range map[string]struct{ user, query string }{
		"tampered":       {ann, "limit=3&cursor=x" + first.Next[1:]},
		"another filter": {ann, "limit=3&make=Toyota&cursor=" + first.Next},
		"another dealer": {kim, "limit=3&cursor=" + first.Next},
	} {
		if a := w.call(test.user, "GET", "/v1/recaptures?"+test.query, ""); a.status != 400 {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
}

// R48, R49, C9, C13.
func TestTheSummaryCountsTheYardsOfItsReader(t *testing.T) {
	w := fleet(t)
	if s := w.summary(ann); s.TotalCustomers != 4 || s.CapturedCustomers != 1 || s.DistinctCustomers != 1 || s.ByStatus["active"] != 2 || s.ByStatus["new_sighting"] != 1 || s.ByStatus["errored"] != 1 || s.ByStatus["deleted"] != 0 {
		t.Errorf("sydney %+v", s)
	}
	if s := w.summary(mel); s.TotalCustomers != 1 || s.CapturedCustomers != 0 {
		t.Errorf("melbourne %+v", s)
	}
	if s := w.summary(kim); s.TotalCustomers != 0 || s.ByStatus["active"] != 0 {
		t.Errorf("kiel %+v", s)
	}
}

// R44: everybody in either role; who has left is offered last, for what they submitted is still there.
func TestTheUserFilterOffersUsersOfBothRoles(t *testing.T) {
	w := open(t)
	w.disable(ben)
	nameless := access.User{ID: mel, Subject: mel, Email: "mel@mail.example", Yards: []string{"melbourne"}}
	w.must(w.Table.Write(w.Context(), access.Users.Overwrite(access.UserKey(harbour, mel), nameless)))
	type user struct {
		ID, Name string
		Disabled bool
	}
	users := want[pageView[user]](w, 200, ann, "GET", "/v1/recaptures/users", "").Items
	if wanted := []user{{ann, ann, false}, {mel, "mel@mail.example", false}, {owner, owner, false}, {ben, ben, true}}; !slices.Equal(users, wanted) {
		t.Errorf("%+v", users)
	}
}

// What belongs to another dealer or another yard answers, to the byte, like what never was.
func TestAForeignRecaptureLooksLikeAnUnknownOne(t *testing.T) {
	w := fleet(t)
	id := w.list(ann, "status=new_sighting")[0].ID
	batch := w.cars(ann, 1).Batch
	for _, route := range []struct{ method, path, body string }{
		{"GET", "/v1/recaptures/%s", ""},
		{"POST", "/v1/recaptures/%s/open", ""},
		{"POST", "/v1/recaptures/%s/dismiss", ""},
		{"POST", "/v1/recaptures/%s/leads", "{}"},
	} {
		for _, user := range []string{mel, kim} {
			foreign := w.call(user, route.method, fmt.Sprintf(route.path, id), route.body)
			unknown := w.call(user, route.method, fmt.Sprintf(route.path, "unknown"), route.body)
			if foreign.status != 404 || foreign != unknown {
				t.Errorf("%s %s as %s: %+v, unknown %+v", route.method, route.path, user, foreign, unknown)
			}
		}
	}
	foreign, unknown := w.call(kim, "GET", "/v1/recapture-batches/"+batch, ""), w.call(kim, "GET", "/v1/recapture-batches/unknown", "")
	if foreign.status != 404 || foreign != unknown {
		t.Errorf("batch: %+v, unknown %+v", foreign, unknown)
	}
	if r := w.get(ann, id); r.Status != "new_sighting" || len(r.CreatedLeads) != 0 {
		t.Errorf("%+v", r)
	}
}

func TestWhoIsNotSignedInSeesNothing(t *testing.T) {
	w := open(t)
	for _, path := range []string{"/v1/recaptures", "/v1/recaptures/summary", "/v1/recaptures/x", "/v1/recapture-batches/x"} {
		if a := w.call("", "GET", path, ""); a.status != 401 {
			t.Errorf("%s: %d", path, a.status)
		}
	}
}

// Clients are generated from the document, so what it leaves out does not exist for them.
func TestTheDocumentDescribesEveryMemberOfTheAnswers(t *testing.T) {
	w := fleet(t)
	raw, err := web.Document(web.Config{Title: "Recapture"}, []func(huma.API){func(h huma.API) { recapture.API.HTTP(h, app.Deps{}) }})
	w.must(err)
	var document struct {
		Paths map[string]map[string]struct {
			Responses map[string]struct {
				Content map[string]struct {
					Schema struct {
						Ref string `json:"$ref"`
					}
				}
			}
		}
		Components struct {
			Schemas map[string]struct{ Properties map[string]any }
		}
	}
	w.must(json.Unmarshal(raw, &document))
	id := w.list(ann, "status=new_sighting")[0].ID
	batch := w.cars(ann, 1).Batch
	for path, asked := range map[string]string{
		"/v1/recaptures/{id}": id, "/v1/recapture-batches/{id}": batch, "/v1/recaptures/summary": "", "/v1/recaptures": "", "/v1/recaptures/users": "",
	} {
		members := want[map[string]any](w, 200, ann, "GET", strings.ReplaceAll(path, "{id}", asked), "")
		schema := document.Paths[path]["get"].Responses["200"].Content["application/json"].Schema.Ref
		described := document.Components.Schemas[strings.TrimPrefix(schema, "#/components/schemas/")].Properties
		for name := range members {
			if _, ok := described[name]; !ok {
				t.Errorf("%s answers %s, which %s does not describe", path, name, schema)
			}
		}
	}
}
