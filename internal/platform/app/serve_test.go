package app_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/winback-auto/winback/internal/platform/app"
)

func TestOnlyWhoTheGuardLetsInGetsAnAnswer(t *testing.T) {
	w := newWorld(t)
	handle := app.Handle(thingAPI, w.Deps)
	with := func(name, value string) map[string]string {
		claims := map[string]string{}
		for k, v := range token {
			claims[k] = v
		}
		claims[name] = value
		return claims
	}
	for _, test := range []struct {
		name   string
		path   string
		claims map[string]string
		status int
		want   string
	}{
		{"the role", "/v1/things", token, 200, `{"items":[{"id":"1"`},
		{"nobody", "/v1/things", nil, 401, "send an access token"},
		{"an id token", "/v1/things", with("token_use", "id"), 401, "no access token"},
		{"another scope", "/v1/things", with("scope", "openid winback/apiary"), 401, "no access token"},
		{"an unknown subject", "/v1/things", with("sub", "s2"), 401, "no active user"},
		{"another role", "/v1/settings", token, 403, "this needs the role admin"},
		{"an unknown parameter", "/v1/things?limt=3", token, 422, "query.limt"},
	} {
		t.Run(test.name, func(t *testing.T) {
			response := call(t, handle, request(t, "GET", test.path, "", test.claims))
			if response.Status() != test.status || !strings.Contains(string(response.Body()), test.want) {
				t.Errorf("%d %s", response.Status(), response.Body())
			}
			if got := response.Header().Get("WWW-Authenticate"); (test.status == 401) != (got == "Bearer") {
				t.Errorf("WWW-Authenticate is %q", got)
			}
		})
	}
}

func TestARequestWritesOneLineWithIdsOnly(t *testing.T) {
	w := newWorld(t)
	handle := app.Handle(thingAPI, w.Deps)
	call(t, handle, request(t, "GET", "/v1/things?limit=0", "", token))
	got := strings.TrimSpace(w.log.String())
	if strings.Contains(got, "\n") {
		t.Errorf("several lines: %s", got)
	}
	for _, want := range []string{"function=thing-api", `route="GET /v1/things"`, "company=harbour", "user=u1", "status=422", "kind=invalid", `request="JKJaXmPLvHcESHA="`} {
		if !strings.Contains(got, want) {
			t.Errorf("%s lacks %s", got, want)
		}
	}
	for _, personal := range []string{"Ann", "limit", "203.0.113.7"} {
		if strings.Contains(got, personal) {
			t.Errorf("%s tells %s", got, personal)
		}
	}
}

func TestAnAnswerTooLargeForTheGatewayIsAProblem(t *testing.T) {
	w := newWorld(t)
	response := call(t, app.Handle(thingAPI, w.Deps), request(t, "GET", "/v1/large", "", nil))
	if response.Status() != 500 || !strings.Contains(string(response.Body()), "/problems/internal") {
		t.Errorf("%d, %d bytes", response.Status(), len(response.Body()))
	}
}

func TestAPayloadThatIsNoRequestFailsTheInvocation(t *testing.T) {
	w := newWorld(t)
	handle := app.Handle(thingAPI, w.Deps)
	for _, payload := range []string{``, `{}`, `[]`, `{"version":"1.0"}`} {
		if _, err := handle(t.Context(), []byte(payload)); err == nil {
			t.Errorf("%s: no error", payload)
		}
	}
}

func TestARepeatedKeyHasOneEffectAndOneAnswer(t *testing.T) {
	w := newWorld(t)
	handle := app.Handle(thingAPI, w.Deps)
	attempt := func(key, body string) (int, string) {
		response := call(t, handle, request(t, "POST", "/v1/things", body, token, "Idempotency-Key", key))
		return response.Status(), string(response.Body())
	}
	status, first := attempt("k1", `{"name":"a"}`)
	if status != 201 {
		t.Fatalf("%d %s", status, first)
	}
	if status, again := attempt("k1", `{"name":"a"}`); status != 201 || again != first {
		t.Errorf("repeated: %d %s, want %s", status, again, first)
	}
	if status, other := attempt("k1", `{"name":"b"}`); status != 422 || !strings.Contains(other, "header.Idempotency-Key") {
		t.Errorf("another body: %d %s", status, other)
	}
	if status, other := attempt("k2", `{"name":"a"}`); status != 201 || other == first {
		t.Errorf("another key: %d %s", status, other)
	}
	if status, _ := attempt("k3", `{"name":""}`); status != 422 {
		t.Errorf("invalid: %d", status)
	}
	if status, body := attempt("k3", `{"name":"mended"}`); status != 201 {
		t.Errorf("a refused request may be repeated in earnest: %d %s", status, body)
	}
	if len(w.outbox.sent) != 3 {
		t.Errorf("%d effects, want 3", len(w.outbox.sent))
	}
}

var errPower = errors.New("the power is out")
