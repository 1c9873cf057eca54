package rehearse

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/winback-auto/winback/internal/testkit/lambdaruntime"
)

const pool = "https://cognito-idp.ap-southeast-2.amazonaws.com/ap-southeast-2_pool"

// front is a gateway before a function that says what it was asked.
type front struct {
	*testing.T
	*gateway
	issuer *issuer
	time   time.Time

	sources []string
	payload []byte
	answer  lambdaruntime.Answer // in place of the echo, where it has a payload or an error
	err     error
}

func (f *front) invoke(_ context.Context, function, service, source string, payload []byte) (lambdaruntime.Answer, error) {
	f.sources = append(f.sources, service+" "+source+" "+function)
	f.payload = payload
	if f.err != nil || f.answer.Payload != nil {
		return f.answer, f.err
	}
	return lambdaruntime.Answer{Payload: []byte(`{"statusCode":201,"headers":{"content-type":"text/plain"},"body":"made"}`)}, nil
}

// published answers for the issuer.
func (f *front) RoundTrip(r *http.Request) (*http.Response, error) {
	recorder := httptest.NewRecorder()
	r.Host = r.URL.Host
	f.issuer.ServeHTTP(recorder, r)
	return recorder.Result(), nil
}

func newFront(t *testing.T) *front {
	t.Helper()
	f := &front{T: t, time: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)}
	now := func() time.Time { return f.time }
	var err error
	if f.issuer, err = newIssuer(pool, "app", now); err != nil {
		t.Fatal(err)
	}
	guarded := &Authorizer{Issuer: pool, Audience: []string{"app"}}
	api := API{
		ID: "a1", CORS: &CORS{Origins: []string{"https://app.example"}, Methods: []string{"GET", "POST"}, Headers: []string{"authorization"}, Expose: []string{"etag"}, MaxAge: 600},
		Throttles: map[string]Throttle{"": {Rate: 1000, Burst: 1000}, "POST /hooks/{token}": {Rate: 1, Burst: 2}},
		Routes: []Route{
			{Key: "GET /leads/{id}", Function: "arn:lead", Timeout: time.Second, Authorizer: guarded, Scopes: []string{"winback/api"}},
			{Key: "GET /leads/new", Function: "arn:new", Timeout: time.Second, Authorizer: guarded},
			{Key: "POST /hooks/{token}", Function: "arn:hook", Timeout: time.Second},
		},
	}
	if f.gateway, err = newGateway(api, f, &keys{client: &http.Client{Transport: f}, now: now}, now, "123456789012", "ap-southeast-2"); err != nil {
		t.Fatal(err)
	}
	return f
}

func (f *front) token(scope string, ttl time.Duration) string {
	f.Helper()
	token, err := f.issuer.token("sub-1", scope, ttl)
	if err != nil {
		f.Fatal(err)
	}
	return token
}

func (f *front) ask(method, path string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, http.NoBody)
	for _, header := range headers {
		name, value, _ := strings.Cut(header, ": ")
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	f.ServeHTTP(w, r)
	return w
}

func (f *front) wants(w *httptest.ResponseRecorder, status int, message string) {
	f.Helper()
	var said struct{ Message string }
	if err := json.Unmarshal(w.Body.Bytes(), &said); err != nil || w.Code != status || said.Message != message {
		f.Errorf("%d %s, want %d %s", w.Code, w.Body, status, message)
	}
}

func TestARequestBecomesAnEventAndTheAnswerComesBack(t *testing.T) {
	f := newFront(t)
	w := f.ask("GET", "/leads/7?x=1", "Authorization: Bearer "+f.token("openid winback/api", time.Hour))
	if w.Code != 201 || w.Body.String() != "made" || w.Header().Get("Content-Type") != "text/plain" {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if want := "apigateway.amazonaws.com arn:aws:execute-api:ap-southeast-2:123456789012:a1/$default/GET/leads/* arn:lead"; len(f.sources) != 1 || f.sources[0] != want {
		t.Errorf("invoked as %q, want %s", f.sources, want)
	}
	var event struct {
		Version, RouteKey, RawPath, RawQueryString string
		PathParameters                             map[string]string
		RequestContext                             struct {
			Authorizer struct {
				JWT struct {
					Claims map[string]string
					Scopes []string
				}
			}
		}
	}
	if err := json.Unmarshal(f.payload, &event); err != nil {
		t.Fatal(err)
	}
	claims := event.RequestContext.Authorizer.JWT.Claims
	if event.Version != "2.0" || event.RouteKey != "GET /leads/{id}" || event.RawQueryString != "x=1" || event.PathParameters["id"] != "7" ||
		claims["sub"] != "sub-1" || claims["scope"] != "openid winback/api" || claims["exp"] != "1795352400" || claims["version"] != "2" {
		t.Errorf("event %s", f.payload)
	}
	f.ask("GET", "/leads/new", "Authorization: "+f.token("", time.Hour))
	if len(f.sources) != 2 || !strings.HasSuffix(f.sources[1], "arn:new") {
		t.Errorf("the more specific route: %q", f.sources)
	}
}

func TestTheAuthorizerLetsNobodyElseIn(t *testing.T) {
	f := newFront(t)
	good := jwt.MapClaims{"sub": "s", "iss": pool, "client_id": "app", "scope": "winback/api", "iat": f.time.Unix(), "exp": f.time.Add(time.Hour).Unix()}
	with := func(name string, value any) string {
		claims := jwt.MapClaims{}
		for k, v := range good {
			claims[k] = v
		}
		if claims[name] = value; value == nil {
			delete(claims, name)
		}
		token, err := f.issuer.sign(claims)
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	other, err := newIssuer(pool, "app", f.now)
	if err != nil {
		t.Fatal(err)
	}
	forged, err := other.token("s", "winback/api", time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	other.keyID = f.issuer.keyID
	forgedWell, err := other.token("s", "winback/api", time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	none, err := jwt.NewWithClaims(jwt.SigningMethodNone, good).SignedString(jwt.UnsafeAllowNoneSignatureType)
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		header string
		status int
		says   string
	}{
		"no header":          {"", 401, "Bearer"},
		"another scheme":     {"Basic eDp5", 401, "Bearer"},
		"nonsense":           {"Bearer nonsense", 401, "not valid"},
		"expired":            {"Bearer " + with("exp", f.time.Add(-time.Second).Unix()), 401, "expired"},
		"without an end":     {"Bearer " + with("exp", nil), 401, "not valid"},
		"not yet":            {"Bearer " + with("nbf", f.time.Add(time.Hour).Unix()), 401, "not valid"},
		"another issuer":     {"Bearer " + with("iss", pool+"x"), 401, "not valid"},
		"another client":     {"Bearer " + with("client_id", "other"), 401, "audience"},
		"another audience":   {"Bearer " + with("aud", "other"), 401, "audience"},
		"unsigned":           {"Bearer " + none, 401, "signature"},
		"a foreign key":      {"Bearer " + forged, 401, "not valid"},
		"a foreign secret":   {"Bearer " + forgedWell, 401, "signature"},
		"the wrong scope":    {"Bearer " + with("scope", "openid"), 403, "insufficient_scope"},
		"no scope":           {"Bearer " + with("scope", nil), 403, "insufficient_scope"},
		"scope is no prefix": {"Bearer " + with("scope", "winback/api2"), 403, "insufficient_scope"},
	} {
		w := f.ask("GET", "/leads/7", "Authorization: "+test.header)
		f.wants(w, test.status, map[int]string{401: "Unauthorized", 403: "Forbidden"}[test.status])
		if challenge := w.Header().Get("Www-Authenticate"); !strings.Contains(challenge, test.says) {
			t.Errorf("%s: challenge %q, want %q", name, challenge, test.says)
		}
	}
	if len(f.sources) != 0 {
		t.Errorf("invoked: %q", f.sources)
	}
	if w := f.ask("GET", "/leads/7", "Authorization: Bearer "+with("sub", "s")); w.Code != 201 {
		t.Errorf("the good token: %d %s", w.Code, w.Body)
	}
}

func TestTheGatewayAnswersInItsOwnNameWhereNoFunctionIsAsked(t *testing.T) {
	f := newFront(t)
	for _, request := range []string{"GET /nowhere", "PUT /leads/7", "HEAD /leads/7", "GET /leads/7/", "GET /leads//7", "GET /leads/../leads/7"} {
		method, path, _ := strings.Cut(request, " ")
		if w := f.ask(method, path); w.Code != 404 {
			t.Errorf("%s: %d", request, w.Code)
		}
	}
	f.wants(f.ask("GET", "/nowhere"), 404, "Not Found")
	f.wants(f.ask("POST", "/hooks/x", "X-Long: "+strings.Repeat("x", 10_240)), 431, "Request Header Fields Too Large")
	r := httptest.NewRequest("POST", "/hooks/x", io.LimitReader(endless{}, maxBody+1))
	w := httptest.NewRecorder()
	f.ServeHTTP(w, r)
	f.wants(w, 413, "Request Entity Too Large")
	if len(f.sources) != 0 {
		t.Errorf("invoked: %q", f.sources)
	}
}

type endless struct{}

func (endless) Read(b []byte) (int, error) { return len(b), nil }

func TestWhatAFunctionDoesWrongIsHidden(t *testing.T) {
	for name, test := range map[string]struct {
		answer  lambdaruntime.Answer
		err     error
		status  int
		message string
	}{
		"an error":         {answer: lambdaruntime.Answer{ErrorType: "x", Payload: []byte(`{"errorMessage":"secret"}`)}, status: 500, message: "Internal Server Error"},
		"no HTTP answer":   {answer: lambdaruntime.Answer{Payload: []byte(`null`)}, status: 500, message: "Internal Server Error"},
		"no permission":    {err: errForbidden, status: 500, message: "Internal Server Error"},
		"throttled":        {err: lambdaruntime.ErrThrottled, status: 503, message: "Service Unavailable"},
		"takes too long":   {err: context.DeadlineExceeded, status: 503, message: "Service Unavailable"},
		"payload too long": {err: lambdaruntime.ErrTooLarge, status: 413, message: "Request Entity Too Large"},
		"cannot start":     {err: errors.New("no such file"), status: 500, message: "Internal Server Error"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFront(t)
			f.answer, f.err = test.answer, test.err
			f.wants(f.ask("POST", "/hooks/x"), test.status, test.message)
		})
	}
}

func TestARouteHasItsOwnLimit(t *testing.T) {
	f := newFront(t)
	for range 2 {
		if w := f.ask("POST", "/hooks/x"); w.Code != 201 {
			t.Errorf("%d", w.Code)
		}
	}
	f.wants(f.ask("POST", "/hooks/x"), 429, "Too Many Requests")
	f.time = f.time.Add(time.Second)
	if w := f.ask("POST", "/hooks/x"); w.Code != 201 {
		t.Errorf("a second later: %d", w.Code)
	}
	f.wants(f.ask("POST", "/hooks/x"), 429, "Too Many Requests")
}

func TestBrowsersAreToldWhoMayAsk(t *testing.T) {
	f := newFront(t)
	w := f.ask("OPTIONS", "/leads/7", "Origin: https://app.example", "Access-Control-Request-Method: GET")
	if w.Code != 204 || w.Header().Get("Access-Control-Allow-Origin") != "https://app.example" || w.Header().Get("Access-Control-Allow-Methods") != "GET,POST" ||
		w.Header().Get("Access-Control-Allow-Headers") != "authorization" || w.Header().Get("Access-Control-Max-Age") != "600" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	if w := f.ask("OPTIONS", "/leads/7", "Origin: https://evil.example", "Access-Control-Request-Method: GET"); w.Code != 204 || w.Header().Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("another origin: %d %v", w.Code, w.Header())
	}
	if w := f.ask("POST", "/hooks/x", "Origin: https://app.example"); w.Code != 201 || w.Header().Get("Access-Control-Allow-Origin") != "https://app.example" || w.Header().Get("Access-Control-Expose-Headers") != "etag" {
		t.Errorf("an answer: %d %v", w.Code, w.Header())
	}
	if w := f.ask("POST", "/hooks/x", "Origin: https://evil.example"); w.Header().Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("an answer to another origin: %v", w.Header())
	}
}
