package dms_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/dms"
	"github.com/winback-auto/winback/internal/platform/webhook"
	"github.com/winback-auto/winback/internal/testkit/dealership"
)

func TestWhatHappensIsSentToTheEndpoint(t *testing.T) {
	x := connected(t)
	id := x.begin(t)
	x.Want(t, 200, dealership.Sydney, "POST", "/v1/prospects/"+string(id)+"/complete", `{"notes": "bought elsewhere"}`)
	x.work(t)
	entries, _ := feed(t, x.World, "")
	if len(entries) != 2 || len(x.system.got) != 2 {
		t.Fatalf("%d entries, %d messages", len(entries), len(x.system.got))
	}
	for _, m := range x.system.got {
		var body struct {
			Type string
			Data dms.Entry
		}
		if err := json.Unmarshal(m.Body, &body); err != nil {
			t.Fatal(err)
		}
		n := slices.IndexFunc(entries, func(e dms.Entry) bool { return e.ID == m.ID })
		if n < 0 || body.Type != string(entries[n].Type) || body.Data.Number != entries[n].Number || body.Data.DMS == "" || m.URL != "https://dms.example/hooks" || !slices.Equal(m.Secrets, []string{firstSecret}) {
			t.Errorf("sent %+v", m)
		}
	}
	for _, d := range x.log(t) {
		if d.State != dms.Delivered || d.Attempts != 1 || d.LastStatus != 204 || d.DeliveredAt.IsZero() {
			t.Errorf("%+v", d)
		}
	}
}

func TestAnEntryIsSentAgainForDaysUnderTheSameID(t *testing.T) {
	x := connected(t)
	began := x.Time
	var at []time.Duration
	x.system.answer = func(webhook.Message) (webhook.Answer, error) {
		at = append(at, x.Time.Sub(began))
		return webhook.Answer{}, errors.New("no answer in time")
	}
	x.begin(t)
	x.work(t)
	x.pass(t, 4*24*time.Hour)
	want := []time.Duration{
		0, 5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour,
	}
	if len(at) != len(want) {
		t.Fatalf("attempts at %v", at)
	}
	for i := 1; i < len(at); i++ {
		if wait := at[i] - at[i-1]; wait < want[i] || wait > want[i]*9/8+2*time.Minute {
			t.Errorf("attempt %d after %v, want %v", i, wait, want[i])
		}
	}
	if ids := x.system.ids(); len(slices.Compact(ids)) != 1 {
		t.Errorf("ids %v", ids)
	}
	if log := x.log(t); len(log) != 1 || log[0].State != dms.Failed || log[0].Attempts != 10 || log[0].LastError != "no answer in time" || log[0].LastStatus != 0 {
		t.Errorf("%+v", log)
	}
}

func TestAnEndpointThatTakesNothingForDaysIsDisabledAndTheAdministratorsAreTold(t *testing.T) {
	x := connected(t)
	x.system.answer = status(500)
	x.begin(t)
	x.work(t)
	if v := x.view(t); v.State != "active" || v.FailingSince.IsZero() {
		t.Errorf("%+v", v)
	}
	x.pass(t, 4*24*time.Hour)
	v := x.view(t)
	if v.State != "disabled" || !strings.Contains(v.Why, "500") || v.DisabledAt.IsZero() {
		t.Fatalf("%+v", v)
	}
	notices := x.Want(t, 200, boss, "GET", "/v1/notifications", "")
	if !strings.Contains(notices.Body, "Nothing is sent to Autoline any more") || strings.Count(notices.Body, "dms-endpoint-disabled") != 1 {
		t.Errorf("told %s", notices.Body)
	}

	x.begin(t) // is held
	x.work(t)
	if log := x.log(t); len(log) != 2 || log[0].State != dms.Held || log[0].Attempts != 0 {
		t.Errorf("%+v", log)
	}
	x.Want(t, 409, boss, "POST", x.endpoint+"/deliveries/1/redeliver", "")
	x.system.answer, x.system.got = nil, nil
	x.Want(t, 200, boss, "PUT", x.endpoint, `{"name": "Autoline", "url": "https://dms.example/hooks"}`)
	var missed dms.Promised
	x.Want(t, 200, boss, "POST", x.endpoint+"/redeliver", `{}`).Into(t, &missed)
	x.work(t)
	if missed.Promised != 2 || len(x.system.got) != 2 {
		t.Errorf("%+v, sent %v", missed, x.system.ids())
	}
	for _, d := range x.log(t) {
		if d.State != dms.Delivered {
			t.Errorf("%+v", d)
		}
	}
	if v := x.view(t); v.State != "active" || !v.FailingSince.IsZero() || v.Why != "" {
		t.Errorf("%+v", v)
	}
}

func TestAnEndpointThatTakesOthersIsNotDisabled(t *testing.T) {
	x := connected(t)
	x.begin(t)
	x.work(t)
	bad := ""
	x.system.answer = func(m webhook.Message) (webhook.Answer, error) {
		if bad == "" {
			bad = m.ID
		}
		if m.ID == bad {
			return webhook.Answer{Status: 422}, nil
		}
		return webhook.Answer{Status: 200}, nil
	}
	x.begin(t)
	x.work(t)
	x.pass(t, 24*time.Hour)
	x.begin(t)
	x.pass(t, 4*24*time.Hour)
	log := x.log(t)
	if v := x.view(t); v.State != "active" || len(log) != 3 || log[1].State != dms.Failed || log[0].State != dms.Delivered {
		t.Errorf("%+v, %+v", v, log)
	}
}

func TestAnEndpointThatIsGoneIsDisabledAtOnce(t *testing.T) {
	x := connected(t)
	x.system.answer = status(410)
	x.begin(t)
	x.work(t)
	x.pass(t, time.Hour)
	if v, log := x.view(t), x.log(t); v.State != "disabled" || len(log) != 1 || log[0].State != dms.Held || log[0].Attempts != 1 {
		t.Errorf("%+v, %+v", v, log)
	}
}

func TestAnEndpointSaysWhenToComeAgain(t *testing.T) {
	for asked, want := range map[time.Duration]time.Duration{time.Second: 5 * time.Second, time.Hour: time.Hour, 100 * time.Hour: 24 * time.Hour} {
		x := connected(t)
		x.system.answer = func(webhook.Message) (webhook.Answer, error) {
			return webhook.Answer{Status: 429, RetryAfter: asked}, nil
		}
		x.begin(t)
		x.work(t)
		if log := x.log(t); log[0].State != dms.Waiting || log[0].NextAt.Sub(x.Time) < want || log[0].NextAt.Sub(x.Time) > want*9/8 {
			t.Errorf("asked for %v: %+v", asked, log[0])
		}
	}
}

func TestARedirectIsAFailure(t *testing.T) {
	x := connected(t)
	x.system.answer = status(308)
	x.begin(t)
	x.work(t)
	if log := x.log(t); log[0].State != dms.Waiting || !strings.Contains(log[0].LastError, "redirects are not followed") {
		t.Errorf("%+v", log)
	}
}

func TestTheOldSecretSignsBesideTheNewOneForADay(t *testing.T) {
	x := connected(t)
	answer := x.Want(t, 200, boss, "POST", x.endpoint+"/rotate-secret", `{"secret": "`+secondSecret+`"}`)
	if strings.Contains(answer.Body, "whsec_") || !strings.Contains(answer.Body, secondSecret[len(secondSecret)-4:]) {
		t.Errorf("shows %s", answer.Body)
	}
	x.begin(t)
	x.work(t)
	x.pass(t, 24*time.Hour)
	x.begin(t)
	x.work(t)
	if got := x.system.got; !slices.Equal(got[0].Secrets, []string{secondSecret, firstSecret}) || !slices.Equal(got[1].Secrets, []string{secondSecret}) {
		t.Errorf("signed with %v, then %v", got[0].Secrets, got[1].Secrets)
	}
}

func TestSomebodyAsksForAnEntryAgain(t *testing.T) {
	x := connected(t)
	x.begin(t)
	x.work(t)
	x.Want(t, 404, boss, "POST", x.endpoint+"/deliveries/7/redeliver", "")
	x.Want(t, 404, foreign, "POST", x.endpoint+"/deliveries/1/redeliver", "")
	x.Want(t, 200, boss, "POST", x.endpoint+"/deliveries/1/redeliver", "")
	x.work(t)
	if ids := x.system.ids(); len(ids) != 2 || ids[0] != ids[1] {
		t.Errorf("sent %v", ids)
	}
	x.system.answer = status(500)
	x.Want(t, 200, boss, "POST", x.endpoint+"/deliveries/1/redeliver", "")
	x.work(t)
	x.system.answer = nil
	x.Want(t, 200, boss, "POST", x.endpoint+"/deliveries/1/redeliver", "")
	x.work(t)
	x.pass(t, time.Hour) // what was promised before comes to nothing
	if ids := x.system.ids(); len(ids) != 4 {
		t.Errorf("sent %v", ids)
	}
}

func TestAnEndpointIsSetUpByAnAdministrator(t *testing.T) {
	x := connected(t)
	for body, want := range map[string][]string{
		`{"name": "", "url": "http://dms.example", "secret": "short"}`: {"body.name", "body.secret", "body.url"},
	} {
		wrong := x.Want(t, 422, boss, "POST", "/v1/dms/endpoints", body).Wrong(t)
		if slices.Sort(wrong); !slices.Equal(wrong, want) {
			t.Errorf("%s: wrong %v", body, wrong)
		}
	}
	x.Want(t, 422, boss, "POST", x.endpoint+"/rotate-secret", `{"secret": "short"}`)
	x.Want(t, 422, boss, "PUT", x.endpoint, `{"name": "Autoline", "url": "http://dms.example"}`)
	x.Want(t, 403, dealership.Manager, "GET", "/v1/dms/endpoints", "")
	x.Want(t, 404, foreign, "GET", x.endpoint, "")
	x.Want(t, 412, boss, "PUT", x.endpoint, `{"name": "A", "url": "https://dms.example"}`, `If-Match: "9"`)
	for range dms.MaxEndpoints - 1 {
		x.Want(t, 201, boss, "POST", "/v1/dms/endpoints", `{"name": "Autoline", "url": "https://dms.example/hooks", "secret": "`+firstSecret+`"}`)
	}
	x.Want(t, 409, boss, "POST", "/v1/dms/endpoints", `{"name": "Autoline", "url": "https://dms.example/hooks", "secret": "`+firstSecret+`"}`)
	x.begin(t)
	x.work(t)
	if len(x.system.got) != dms.MaxEndpoints {
		t.Errorf("%d messages", len(x.system.got))
	}
	x.begin(t)
	x.Want(t, 204, boss, "DELETE", x.endpoint, "")
	x.work(t)
	if all, _ := x.Want(t, 200, boss, "GET", "/v1/dms/endpoints", "").List(t); len(all) != dms.MaxEndpoints-1 || len(x.system.got) != 2*dms.MaxEndpoints-1 {
		t.Errorf("left %v, %d messages", all, len(x.system.got))
	}
	if len(x.faults) > 0 {
		t.Errorf("faults %v", x.faults)
	}
}
