package appraisal_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/winback-auto/winback/internal/appraisal"
	"github.com/winback-auto/winback/internal/company"
	"github.com/winback-auto/winback/internal/customer"
	"github.com/winback-auto/winback/internal/local/keyfile"
	"github.com/winback-auto/winback/internal/money"
	"github.com/winback-auto/winback/internal/partner"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/testkit/dealership"
)

// appraiser is somebody who has the role autograb in sydney and no other.
const appraiser = "appraiser"

// office is the dealers with a partner that values cars.
type office struct {
	*dealership.World
	partner *valuer
}

// valuer is the partner: it calls a car by its VIN or plate, and takes every one to be worth 20,000 less what it has run.
type valuer struct {
	partner.Watcher // nothing of it is asked for but to register
	asked           []string
	refuse          func(call string) error // asked before every call; nil: each is answered
	meanwhile       func()                  // happens while an estimate is made
}

func (v *valuer) Register(context.Context, string, string) (string, error) { return "hook", nil }

func (v *valuer) Identify(_ context.Context, car partner.Vehicle) (string, error) {
	return "car " + car.VIN + car.Rego + car.State, v.hear("identify " + car.VIN + car.Rego + car.State)
}

func (v *valuer) Value(_ context.Context, car partner.Valuation) (partner.Estimate, error) {
	if v.meanwhile != nil {
		v.meanwhile()
	}
	retail := int64(20_000 - car.OdometerKm/10)
	return partner.Estimate{Retail: retail, Trade: retail - 2_000, Score: 0.5}, v.hear("value " + car.Ref)
}

func (v *valuer) hear(call string) error {
	v.asked = append(v.asked, call)
	if v.refuse == nil {
		return nil
	}
	return v.refuse(call)
}

// bare is the dealers without a connection to the partner.
func bare(t *testing.T) office {
	t.Helper()
	keys, err := keyfile.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	w := dealership.New(t)
	w.Secrets = keys.Sealer()
	o := office{w, &valuer{}}
	api, valuations := appraisal.API(watching), appraisal.Valuations(func(partner.Account) partner.Valuer { return o.partner })
	routes := api.HTTP
	api.HTTP = func(h huma.API, d app.Deps) {
		routes(h, d)
		valuations.HTTP(h, d)
	}
	api.Uses.Secrets, api.Uses.Partner = valuations.Uses.Secrets, valuations.Uses.Partner
	w.Serve(api).Serve(customer.API)
	w.Fill(t, dealership.Harbour, access.Valuations, []string{"sydney", "melbourne"}, access.Member{User: dealership.Manager}, access.Member{User: appraiser})
	return o
}

// connected is the dealers with a connection for sydney.
func connected(t *testing.T) office {
	t.Helper()
	o := bare(t)
	connection := company.Connection{Name: "AutoGrab - Sydney", API: company.AutoGrab, Yards: []string{"sydney"}}
	if _, err := company.Connect(t.Context(), o.Deps, func(partner.Account) partner.Watcher { return o.partner }, dealership.Harbour, connection, "sec_harbour_0123456789"); err != nil {
		t.Fatal(err)
	}
	return o
}

const bmw = `{` + ann + `, "yard": "sydney", "vehicle": {"vin": "` + vin + `", "make": "BMW"}, "odometer": 50000, "value": {"amount": 5, "currency": "AUD"}}`

// value asks for a valuation.
func (o office) value(t *testing.T, status int, user, id string, headers ...string) appraisal.Appraisal {
	t.Helper()
	var a appraisal.Appraisal
	answer := o.Want(t, status, user, "POST", "/v1/appraisals/"+id+"/valuation", `{"condition": 4}`, headers...)
	if status == 200 {
		answer.Into(t, &a)
	}
	return a
}

// R63
func TestThePartnerValuesAnAppraisedCar(t *testing.T) {
	o := connected(t)
	id := enter(t, o.World, dealership.Manager, bmw)
	o.Time = o.Time.Add(time.Hour)
	aud := func(whole int64) money.Money { return money.Money{Amount: whole * 100, Currency: "AUD"} }
	valued := o.value(t, 200, appraiser, id)
	want := appraisal.Valuation{
		ID: valued.Valuation.ID, Retail: aud(15_000), Trade: aud(13_000), Score: 0.5, OdometerKm: 50_000, Condition: 4, At: o.Time, By: appraiser, Car: "car " + vin,
	}
	if valued.Valuation != want || valued.Valuation.ID == "" {
		t.Errorf("valued at %+v, want %+v", valued.Valuation, want)
	}
	if a := read(t, o.World, dealership.Manager, id); a.Valuation != want || a.Value != (money.Money{Amount: 5, Currency: "AUD"}) || !a.UpdatedAt.Equal(o.Time) {
		t.Errorf("kept is %+v", a)
	}
	history := o.Want(t, 200, dealership.Manager, "GET", "/v1/customers/"+string(valued.Customer)+"/activity", "").Body
	if !strings.Contains(history, `"title":"Valued by the partner"`) {
		t.Errorf("the customer's activity is %s", history)
	}
}

func TestACarIsLookedUpOnceUnlessThePartnerForgetsIt(t *testing.T) {
	o := connected(t)
	id := enter(t, o.World, dealership.Manager, bmw)
	o.value(t, 200, dealership.Manager, id)
	o.Want(t, 200, dealership.Manager, "PATCH", "/v1/appraisals/"+id, `{"odometer": 60000, "vehicle": {"vin": "`+vin+`", "rego": "ABC12D", "state": "NSW"}}`)
	if a := o.value(t, 200, dealership.Manager, id); a.Valuation.Retail.Amount != 14_000_00 {
		t.Errorf("valued at %+v", a.Valuation)
	}
	if want := []string{"identify " + vin, "value car " + vin, "value car " + vin}; !slices.Equal(o.partner.asked, want) {
		t.Errorf("asked %q, want %q", o.partner.asked, want)
	}
	forgotten := false
	o.partner.asked, o.partner.refuse = nil, func(call string) error {
		if forgotten || strings.HasPrefix(call, "identify") {
			return nil
		}
		forgotten = true
		return errs.E(errs.NotFound, "AutoGrab does not know it")
	}
	o.value(t, 200, dealership.Manager, id)
	if want := []string{"value car " + vin, "identify " + vin + "ABC12DNSW", "value car " + vin + "ABC12DNSW"}; !slices.Equal(o.partner.asked, want) {
		t.Errorf("asked %q, want %q", o.partner.asked, want)
	}
}

func TestAnotherCarIsNotWorthWhatTheFirstOneWas(t *testing.T) {
	o := connected(t)
	id := enter(t, o.World, dealership.Manager, bmw)
	o.value(t, 200, dealership.Manager, id)
	o.Want(t, 200, dealership.Manager, "PATCH", "/v1/appraisals/"+id, `{"vehicle": {"vin": "6T153BK360X070769"}}`)
	if a := read(t, o.World, dealership.Manager, id); a.Valuation != (appraisal.Valuation{}) {
		t.Errorf("another car is worth %+v", a.Valuation)
	}
	o.partner.meanwhile = func() {
		o.Want(t, 200, dealership.Manager, "PATCH", "/v1/appraisals/"+id, `{"vehicle": {"vin": "`+vin+`"}}`)
	}
	o.value(t, 409, dealership.Manager, id)
	if a := read(t, o.World, dealership.Manager, id); a.Vehicle.VIN != vin || a.Valuation != (appraisal.Valuation{}) {
		t.Errorf("the appraisal is %+v", a)
	}
}

func TestARequestThatIsRepeatedIsValuedOnce(t *testing.T) {
	o := connected(t)
	id := enter(t, o.World, dealership.Manager, bmw)
	o.Refuse = dealership.Unanswered
	first := o.Call(t, dealership.Manager, "POST", "/v1/appraisals/"+id+"/valuation", `{"condition": 4}`, "Idempotency-Key: k")
	o.Refuse = nil
	o.Time = o.Time.Add(time.Hour)
	again := o.value(t, 200, dealership.Manager, id, "Idempotency-Key: k")
	if len(o.partner.asked) != 2 || again.Valuation.Retail.Amount != 15_000_00 {
		t.Errorf("first %d, then %+v; asked %q", first.Status, again.Valuation, o.partner.asked)
	}
	o.value(t, 200, dealership.Manager, id, "Idempotency-Key: l")
	if len(o.partner.asked) != 3 {
		t.Errorf("another request asked %q", o.partner.asked)
	}
}

func TestWhatIsMissingForAValuationIsNamed(t *testing.T) {
	o := connected(t)
	for body, says := range map[string]string{
		`{` + ann + `, "yard": "sydney", "vehicle": {"make": "BMW"}, "odometer": 5}`:           "enter its VIN",
		`{` + ann + `, "yard": "sydney", "vehicle": {"vin": "` + vin + `"}}`:                   "no odometer",
		`{` + ann + `, "yard": "melbourne", "vehicle": {"vin": "` + vin + `"}, "odometer": 5}`: "no AutoGrab connection",
	} {
		id := enter(t, o.World, dealership.Manager, body)
		if answer := o.Want(t, 409, appraiser, "POST", "/v1/appraisals/"+id+"/valuation", `{"condition": 4}`); !strings.Contains(answer.Body, says) {
			t.Errorf("%s is answered %s", body, answer.Body)
		}
	}
	id := enter(t, o.World, dealership.Manager, bmw)
	for _, body := range []string{`{}`, `{"condition": 0}`, `{"condition": 6}`, `{"condition": "good"}`, `{"condition": 2.5}`} {
		if wrong := o.Want(t, 422, appraiser, "POST", "/v1/appraisals/"+id+"/valuation", body).Wrong(t); len(wrong) == 0 {
			t.Errorf("%s: nothing is named", body)
		}
	}
	if len(o.partner.asked) > 0 {
		t.Errorf("the partner was asked %q", o.partner.asked)
	}
}

func TestWithoutTheRoleNothingIsValuedAndWithItNothingIsChanged(t *testing.T) {
	o := connected(t)
	id := enter(t, o.World, dealership.Sydney, bmw)
	if answer := o.Want(t, 403, dealership.Sydney, "POST", "/v1/appraisals/"+id+"/valuation", `{"condition": 4}`); !strings.Contains(answer.Body, string(access.Valuations)) {
		t.Errorf("answered %s", answer.Body)
	}
	o.Want(t, 403, appraiser, "PATCH", "/v1/appraisals/"+id, `{"notes": "mine"}`)
	o.Fill(t, dealership.Nordlicht, access.Valuations, []string{"kiel"}, access.Member{User: "prüfer"})
	o.value(t, 404, "prüfer", id)
	o.Fill(t, dealership.Harbour, access.Valuations, []string{"melbourne"}, access.Member{User: "elsewhere"})
	o.value(t, 404, "elsewhere", id)
	if len(o.partner.asked) > 0 {
		t.Errorf("the partner was asked %q", o.partner.asked)
	}
}

func TestAPartnerThatRefusesIsNotTheCallersFault(t *testing.T) {
	for name, c := range map[string]struct {
		err    error
		status int
		says   string
	}{
		"key":     {errs.E(errs.Forbidden, "AutoGrab refuses the API key for this"), 409, "refuses the API key"},
		"strange": {errs.E(errs.NotFound, "AutoGrab does not know it"), 409, "check its VIN"},
		"content": {errs.E(errs.Invalid, "AutoGrab refuses the request"), 409, "refuses the request"},
		"busy":    {errs.Later(errs.TooMany, 7*time.Second, "AutoGrab asks us to slow down"), 503, "slow down"},
		"away":    {errs.E(errs.Unavailable, "AutoGrab is not available"), 503, "not available"},
	} {
		t.Run(name, func(t *testing.T) {
			o := connected(t)
			id := enter(t, o.World, dealership.Manager, bmw)
			o.partner.refuse = func(string) error { return c.err }
			if answer := o.Want(t, c.status, appraiser, "POST", "/v1/appraisals/"+id+"/valuation", `{"condition": 4}`); !strings.Contains(answer.Body, c.says) {
				t.Errorf("answered %s", answer.Body)
			}
			if a := read(t, o.World, dealership.Manager, id); a.Valuation != (appraisal.Valuation{}) {
				t.Errorf("kept is %+v", a.Valuation)
			}
		})
	}
}
