package localhost_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestLocalAddressesAreStrict(t *testing.T) {
	w := newWorld(t).open()
	w.user()
	for _, test := range []struct {
		method, target, body string
		status               int
	}{
		{"POST", "/_local/token", `{"email":"ann@harbour.example"}`, 200},
		{"POST", "/_local/token", `{"email":"ann@harbour.example","ttl":"30m"}`, 200},
		{"POST", "/_local/token", `{"email":"nobody@harbour.example"}`, 404},
		{"POST", "/_local/token", `{"email":"no address"}`, 422},
		{"POST", "/_local/token", `{"email":""}`, 422},
		{"POST", "/_local/token", `{}`, 422},
		{"POST", "/_local/token", ``, 400},
		{"POST", "/_local/token", `{"email":"ann@harbour.example"`, 400},
		{"POST", "/_local/token", `{"email":"ann@harbour.example"}{}`, 400},
		{"POST", "/_local/token", `{"email":"ann@harbour.example","ttl":"25h"}`, 422},
		{"POST", "/_local/token", `{"email":"ann@harbour.example","ttl":"-1h"}`, 422},
		{"POST", "/_local/token", `{"email":"ann@harbour.example","ttl":3600}`, 422},
		{"POST", "/_local/token", `{"email":"ann@harbour.example","extra":1}`, 422},
		{"POST", "/_local/token", `{"Email":"ann@harbour.example"}`, 422},
		{"POST", "/_local/token", `{"email":"ann@harbour.example","email":"ann@harbour.example"}`, 422},
		{"POST", "/_local/token", `"` + strings.Repeat("x", 2<<20) + `"`, 413},
		{"GET", "/_local/token", ``, 405},
		{"POST", "/_local/clock", `{}`, 422},
		{"POST", "/_local/clock", `{"advance":"soon"}`, 422},
		{"POST", "/_local/clock", `{"advance":"-1h"}`, 422},
		{"POST", "/_local/clock", `{"advance":"9999h"}`, 422},
		{"POST", "/_local/clock", `{"advance":"1h","now":"2026-11-23T00:00:00Z"}`, 422},
		{"POST", "/_local/clock", `{"now":"tomorrow"}`, 422},
		{"POST", "/_local/clock", `{"now":"2026-11-22T11:59:59Z"}`, 422},
		{"POST", "/_local/clock", `{"forward":"1h"}`, 422},
		{"POST", "/_local/clock", `[`, 400},
		{"POST", "/_local/drain", `{"timeout":"long"}`, 422},
		{"POST", "/_local/drain", `{"patience":"1s"}`, 422},
		{"POST", "/_local/drain", `nope`, 400},
		{"OPTIONS", "/_local/drain", ``, 204},
		{"HEAD", "/_local/health", ``, 200},
		{"GET", "/_local/health", ``, 200},
		{"GET", "/_local/usage", ``, 200},
		{"GET", "/_local/nothing", ``, 404},
		{"GET", "/_local/", ``, 404},
		{"GET", "/_local", ``, 404},
	} {
		got := w.ask(test.method, test.target, strings.NewReader(test.body), "Content-Type: application/x-www-form-urlencoded")
		if got.status != test.status {
			t.Errorf("%s %s %.80s: %d, want %d: %s", test.method, test.target, test.body, got.status, test.status, got.body)
		}
		if got.status >= 400 && got.header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s %s: content type %q", test.method, test.target, got.header.Get("Content-Type"))
		}
	}
}

func TestTheClockIsMovedThroughTheInterface(t *testing.T) {
	w := newWorld(t).open()
	for body, want := range map[string]string{
		`{"advance":"90m"}`:              `{"now":"2026-11-22T13:30:00Z"}`,
		`{"now":"2026-11-22T14:00:00Z"}`: `{"now":"2026-11-22T14:00:00Z"}`,
	} {
		if body == `{"advance":"90m"}` && w.Clock.Now().After(noon) {
			want = `{"now":"2026-11-22T15:30:00Z"}`
		}
		if got := w.want(200, "POST", "/_local/clock", body).body; got != want {
			t.Errorf("%s: %s, want %s", body, got, want)
		}
	}
	if got := w.want(200, "GET", "/_local/clock", "").body; got != fmt.Sprintf(`{"now":%q}`, w.Clock.Now().Format(time.RFC3339)) {
		t.Error(got)
	}
}

func TestTokensLiveOnTheWallClock(t *testing.T) {
	w := newWorld(t).open()
	token := "Authorization: Bearer " + w.user()
	w.advance(48 * time.Hour)
	w.want(200, "GET", "/v1/orders/1", "", token)
	w.wall.add(time.Hour)
	w.want(401, "GET", "/v1/orders/1", "", token)
}

func TestAHostThatIsBeingFilledIsNotHealthy(t *testing.T) {
	w := newWorld(t)
	w.mount()
	w.want(503, "GET", "/_local/health", "")
	w.Ready()
	if got := w.want(200, "GET", "/_local/health", "").body; got != `{"status":"ready"}` {
		t.Error(got)
	}
}
