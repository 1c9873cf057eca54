package localhost_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestAFunctionSeesWhatAPIGatewayPassesOn(t *testing.T) {
	w := newWorld(t).open()
	var got struct {
		Call struct {
			RequestID, RouteKey, SourceIP string
			Time                          time.Time
			Params, Claims                map[string]string
		}
		Caller string
	}
	w.want(200, "GET", "/v1/orders/a%20b", "", "Authorization: bearer "+w.user()).into(t, &got)
	call := got.Call
	if got.Caller != "u1" || call.RouteKey != "GET /v1/orders/{id}" || call.Params["id"] != "a b" || call.SourceIP != "192.0.2.1" || !call.Time.Equal(noon) || call.RequestID == "" {
		t.Errorf("the function saw %+v", got)
	}
	// Numbers of a token arrive as text, as they were written.
	if call.Claims["token_use"] != "access" || call.Claims["exp"] != "1795352400" || call.Claims["sub"] == "" {
		t.Errorf("claims %v", call.Claims)
	}
}

func TestTheGatewayRefusesBeforeAnyFunctionIsInvoked(t *testing.T) {
	w := newWorld(t).open()
	token := "Authorization: Bearer " + w.user()
	var expired struct{ Token string }
	w.want(200, "POST", "/_local/token", `{"email":"`+email+`","ttl":"0s"}`).into(t, &expired)
	manyHeaders := []string{token}
	for i := range 130 {
		manyHeaders = append(manyHeaders, "X-"+strings.Repeat("a", i+1)+": 1")
	}
	for name, test := range map[string]struct {
		method, target, body string
		headers              []string
		status               int
		allow                string
	}{
		"no token":                {"GET", "/v1/orders/1", "", nil, 401, ""},
		"another scheme":          {"GET", "/v1/orders/1", "", []string{"Authorization: Basic YTpi"}, 401, ""},
		"a forged token":          {"GET", "/v1/orders/1", "", []string{token + "x"}, 401, ""},
		"an expired token":        {"GET", "/v1/orders/1", "", []string{"Authorization: Bearer " + expired.Token}, 401, ""},
		"no token, large body":    {"POST", "/v1/orders", strings.Repeat(" ", 5_000_000), nil, 401, ""},
		"an unknown address":      {"GET", "/v1/nothing", "", []string{token}, 404, ""},
		"the root":                {"GET", "/", "", nil, 404, ""},
		"an unclean address":      {"GET", "/v1//orders/1", "", []string{token}, 404, ""},
		"a step up":               {"GET", "/v1/x/../orders/1", "", []string{token}, 404, ""},
		"a slash at the end":      {"GET", "/v1/orders/1/", "", []string{token}, 404, ""},
		"another method":          {"DELETE", "/v1/orders", "", []string{token}, 405, "POST, OPTIONS"},
		"another method with GET": {"POST", "/v1/orders/1", "{}", nil, 405, "GET, HEAD, OPTIONS"},
		"asking what is allowed":  {"OPTIONS", "/v1/orders/1", "", nil, 204, "GET, HEAD, OPTIONS"},
		"a body too large":        {"POST", "/v1/orders", `{"jobs":["` + strings.Repeat("x", 4_600_000) + `"]}`, []string{token}, 413, ""},
		"no event could hold it":  {"POST", "/v1/orders", `{"jobs":[` + strings.Repeat(`"",`, 1_450_000) + `""]}`, []string{token}, 413, ""},
		"an address too long":     {"GET", "/v1/orders/1?" + strings.Repeat("a", 10_300), "", []string{token}, 431, ""},
		"headers too large":       {"GET", "/v1/orders/1", "", []string{token, "X-A: " + strings.Repeat("a", 10_300)}, 431, ""},
		"too many headers":        {"GET", "/v1/orders/1", "", manyHeaders, 431, ""},
		"too many cookies":        {"GET", "/v1/orders/1", "", []string{token, "Cookie: " + strings.Repeat("a=1; ", 130)}, 431, ""},
	} {
		t.Run(name, func(t *testing.T) {
			got := w.ask(test.method, test.target, strings.NewReader(test.body), test.headers...)
			if got.status != test.status || got.header.Get("Allow") != test.allow {
				t.Errorf("%d, Allow %q, want %d, %q: %s", got.status, got.header.Get("Allow"), test.status, test.allow, got.body)
			}
			if problem := got.header.Get("Content-Type") == "application/problem+json"; problem != (test.status != 204) {
				t.Errorf("content type %q", got.header.Get("Content-Type"))
			}
			if test.status == 401 && got.header.Get("WWW-Authenticate") != "Bearer" {
				t.Error("the answer does not ask for a token")
			}
		})
	}
	w.noted()
}

func TestABodyOfUnknownLengthIsBounded(t *testing.T) {
	w := newWorld(t).open()
	r := httptest.NewRequestWithContext(t.Context(), "POST", "/v1/orders", strings.NewReader(strings.Repeat(" ", 5_000_000)))
	r.ContentLength = -1
	r.Header.Set("Authorization", "Bearer "+w.user())
	recorder := httptest.NewRecorder()
	w.Handler().ServeHTTP(recorder, r)
	if recorder.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("%d: %s", recorder.Code, recorder.Body)
	}
}

func TestHEADIsAnsweredLikeGETWithoutABody(t *testing.T) {
	w := newWorld(t).open()
	if got := w.want(200, "HEAD", "/v1/orders/1", "", "Authorization: Bearer "+w.user()); got.body != "" {
		t.Errorf("the body is %q", got.body)
	}
	w.noted("order 1")
}

func TestAClientThatGoesAwayDoesNotStopWhatItBegan(t *testing.T) {
	w := newWorld(t)
	ctx, leave := context.WithCancel(t.Context())
	var after error
	w.get = func(ctx context.Context) error {
		leave()
		after = ctx.Err()
		return nil
	}
	w.open()
	r := httptest.NewRequestWithContext(ctx, "GET", "/v1/orders/1", nil)
	r.Header.Set("Authorization", "Bearer "+w.user())
	w.Handler().ServeHTTP(httptest.NewRecorder(), r)
	if ctx.Err() == nil || after != nil {
		t.Errorf("the client's context %v, the function's %v", ctx.Err(), after)
	}
}

func TestAPanicIsOneFailedRequest(t *testing.T) {
	w := newWorld(t)
	w.get = func(context.Context) error { panic("ouch") }
	w.open()
	token := "Authorization: Bearer " + w.user()
	if got := w.want(500, "GET", "/v1/orders/1", "", token); strings.Contains(got.body, "ouch") {
		t.Errorf("the client reads %s", got.body)
	}
	w.get = nil
	w.want(200, "GET", "/v1/orders/1", "", token)
}
