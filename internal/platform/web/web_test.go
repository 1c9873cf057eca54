package web_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/event"
	"github.com/winback-auto/winback/internal/platform/link"
	"github.com/winback-auto/winback/internal/platform/web"
)

// nobody is the directory of an installation without users.
type nobody struct{}

func (nobody) Caller(context.Context, string) (access.Caller, error) {
	return access.Caller{}, errs.E(errs.NotFound, "no user 17")
}

type vehicle struct {
	VIN  string `json:"vin" minLength:"17" maxLength:"17"`
	Year int    `json:"year,omitempty" minimum:"1900"`
}

type vehiclesInput struct {
	Body struct {
		Vehicles []vehicle         `json:"vehicles" maxItems:"10"`
		Labels   map[string]string `json:"labels,omitempty"`
	}
}

type count struct {
	Count int `json:"count"`
}

// api is an API with one public operation whose handler the test names, and one that needs a permission.
func api(handle func(context.Context, *vehiclesInput) (*web.Reply[count], error)) (http.Handler, *bytes.Buffer) {
	log := new(bytes.Buffer)
	api, handler := web.New(web.Config{Title: "Test", Version: "1", Callers: nobody{}, Log: slog.New(slog.NewTextHandler(log, nil))})
	web.Post(api, "/v1/vehicles", web.Public("a test"), web.Route{ID: "addVehicles", Tag: "Test", MaxBody: 4096}, handle)
	web.Get(api, "/v1/vehicles", web.Can(access.LeadRead), web.Route{ID: "listVehicles"}, func(context.Context, *web.Paging) (*web.ListReply[vehicle], error) {
		return web.Page[vehicle](nil, ""), nil
	})
	return handler, log
}

func counted(_ context.Context, in *vehiclesInput) (*web.Reply[count], error) {
	return web.OK(count{len(in.Body.Vehicles)}), nil
}

func do(handler http.Handler, method, path, mediaType, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if mediaType != "" {
		r.Header.Set("Content-Type", mediaType)
	}
	r = r.WithContext(event.WithCall(r.Context(), event.Call{RequestID: "req-1"}))
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	return w
}

const vin = `"WBA3A5C51CF256651"`

func TestABodyIsReadStrictly(t *testing.T) {
	handler, _ := api(counted)
	deep := strings.Repeat("[", 40) + strings.Repeat("]", 40)
	for _, test := range []struct {
		name, mediaType, body string
		status                int
		want                  []string
	}{
		{"good", "application/json", `{"vehicles":[{"vin":` + vin + `}]}`, 200, []string{`{"count":1}`}},
		{"charset", "application/json; charset=UTF-8", `{"vehicles":[]}`, 200, []string{`{"count":0}`}},
		{"labels may differ in case", "application/json", `{"vehicles":[],"labels":{"a":"1","A":"2"}}`, 200, nil},
		{"not JSON", "application/json", `{"vehicles":`, 400, []string{`"type":"/problems/malformed"`, `"instance":"req-1"`}},
		{"no body", "application/json", ``, 400, []string{"/problems/malformed"}},
		{"trailing data", "application/json", `{"vehicles":[]} {}`, 400, []string{"behind the end"}},
		{"invalid UTF-8", "application/json", "{\"vehicles\":[{\"vin\":\"\xff\"}]}", 400, []string{"not valid JSON"}},
		{"too deep", "application/json", deep, 400, []string{"deeper than 32"}},
		{"unknown member", "application/json", `{"vehicles":[],"extra":1}`, 422, []string{`"location":"body.extra"`, "unexpected property"}},
		{"case variant", "application/json", `{"Vehicles":[]}`, 422, []string{`"location":"body.Vehicles"`}},
		{"double member", "application/json", `{"vehicles":[{"vin":` + vin + `,"vin":` + vin + `}]}`, 422, []string{`"location":"body.vehicles[0].vin"`, "twice"}},
		{"null for a list", "application/json", `{"vehicles":null}`, 422, []string{`"location":"body.vehicles"`}},
		{
			"all at once", "application/json", `{"vehicles":[{"vin":"SECRET"},{"vin":` + vin + `,"year":3,"year":4}],"x":{}}`, 422,
			[]string{"body.vehicles[0].vin", "body.vehicles[1].year", "twice", "body.x", "breaks 4 rules"},
		},
		{"form", "application/x-www-form-urlencoded", `a=b`, 415, []string{"/problems/unsupported-media-type", "application/json"}},
		{"no type", "", `{"vehicles":[]}`, 415, nil},
		{"latin", "application/json; charset=latin1", `{"vehicles":[]}`, 415, nil},
		{"too large", "application/json", strings.Repeat(" ", 4097), 413, []string{"/problems/too-large"}},
		{"just not too large", "application/json", `{"vehicles":[]}` + strings.Repeat(" ", 4096-15), 200, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := do(handler, "POST", "/v1/vehicles", test.mediaType, test.body)
			if w.Code != test.status {
				t.Errorf("status %d, want %d: %s", w.Code, test.status, w.Body)
			}
			for _, want := range test.want {
				if !strings.Contains(w.Body.String(), want) {
					t.Errorf("%s\nlacks %s", w.Body, want)
				}
			}
			if strings.Contains(w.Body.String(), "SECRET") {
				t.Errorf("a rejected value is echoed: %s", w.Body)
			}
			if w.Code >= 400 && w.Header().Get("Content-Type") != "application/problem+json" {
				t.Errorf("content type %q", w.Header().Get("Content-Type"))
			}
		})
	}
}

func TestAnErrorBecomesAProblemByItsKind(t *testing.T) {
	for _, test := range []struct {
		err    error
		status int
		want   string
		retry  string
	}{
		{errs.E(errs.Invalid, "too late"), 422, "too late", ""},
		{errs.E(errs.Unauthenticated, "who"), 401, "who", ""},
		{errs.E(errs.Forbidden, "not you"), 403, "not you", ""},
		{errs.E(errs.NotFound, "no lead"), 404, `"type":"/problems/not-found"`, ""},
		{errs.E(errs.Conflict, "closed: %w", errors.New("op 3")), 409, `"detail":"closed"`, ""},
		{errs.E(errs.Gone, "over"), 410, "over", ""},
		{errs.Later(errs.TooMany, 1500e6, "slower"), 429, "slower", "2"},
		{errs.E(errs.Unavailable, "the partner rests"), 503, "the partner rests", "5"},
		{errors.New("pq: password=hunter2"), 500, "It has been recorded", ""},
		{errs.E(errs.Invalid, "list: %w", link.ErrCursor), 400, "query.cursor", ""},
		{web.Precondition{IfMatch: `"3"`}.Match(4), 412, "/problems/stale", ""},
		{web.Precondition{IfMatch: `"3"`}.Stale(errs.E(errs.Conflict, "x")), 412, "/problems/stale", ""},
		{web.Precondition{}.Stale(errs.E(errs.Conflict, "x")), 409, "/problems/conflict", ""},
	} {
		handler, log := api(func(context.Context, *vehiclesInput) (*web.Reply[count], error) { return nil, test.err })
		w := do(handler, "POST", "/v1/vehicles", "application/json", `{"vehicles":[]}`)
		if w.Code != test.status || !strings.Contains(w.Body.String(), test.want) || w.Header().Get("Retry-After") != test.retry {
			t.Errorf("%v: status %d, Retry-After %q, body %s", test.err, w.Code, w.Header().Get("Retry-After"), w.Body)
		}
		for _, secret := range []string{"hunter2", "op 3", "signature"} {
			if strings.Contains(w.Body.String(), secret) {
				t.Errorf("%s leaks", secret)
			}
		}
		if test.status == 500 && !strings.Contains(log.String(), "hunter2") {
			t.Errorf("the cause is not logged: %s", log)
		}
	}
}

func TestAPanicIsOneInternalProblem(t *testing.T) {
	handler, log := api(func(context.Context, *vehiclesInput) (*web.Reply[count], error) { panic("at the disco") })
	w := do(handler, "POST", "/v1/vehicles", "application/json", `{"vehicles":[]}`)
	if w.Code != 500 || strings.Contains(w.Body.String(), "disco") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if !strings.Contains(log.String(), "disco") || !strings.Contains(log.String(), "web_test.go") {
		t.Errorf("the panic is not logged with its stack: %s", log)
	}
}

func TestWhatHasNoOperationIsAProblemToo(t *testing.T) {
	handler, _ := api(counted)
	for _, test := range []struct {
		method, path string
		status       int
		allow        string
	}{
		{"GET", "/v1/nothing", 404, ""},
		{"GET", "/v1//vehicles", 404, ""},
		{"GET", "/v1/vehicles/", 404, ""},
		{"DELETE", "/v1/vehicles", 405, "GET, HEAD, POST, OPTIONS"},
		{"OPTIONS", "/v1/vehicles", 204, "GET, HEAD, POST, OPTIONS"},
		{"GET", "/v1/vehicles?limit=%ff", 400, ""},
	} {
		w := do(handler, test.method, test.path, "", "")
		if w.Code != test.status || w.Header().Get("Allow") != test.allow {
			t.Errorf("%s %s: %d, Allow %q: %s", test.method, test.path, w.Code, w.Header().Get("Allow"), w.Body)
		}
		if w.Header().Get("X-Content-Type-Options") != "nosniff" || w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s %s lacks the headers of every answer", test.method, test.path)
		}
	}
}
