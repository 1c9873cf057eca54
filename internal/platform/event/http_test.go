package event_test

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/platform/event"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func sample(tb testing.TB, name string) []byte {
	tb.Helper()
	payload, err := os.ReadFile("testdata/" + name + ".json")
	if err != nil {
		tb.Fatal(err)
	}
	return payload
}

func TestARequestOfTheGatewayIsUnderstood(t *testing.T) {
	r, err := event.DecodeRequest(t.Context(), sample(t, "get"))
	if err != nil {
		t.Fatal(err)
	}
	if r.Method != "GET" || r.URL.String() != "/v1/leads/01JQ?expand=customer&expand=vehicle&q=m%C3%BCller" || r.Host != "api.winback.example" {
		t.Errorf("%s %s at %s", r.Method, r.URL, r.Host)
	}
	if got := r.URL.Query(); !slices.Equal(got["expand"], []string{"customer", "vehicle"}) || got.Get("q") != "müller" {
		t.Errorf("query %v", got)
	}
	if got := r.Header.Get("X-Tag"); got != "one,two" {
		t.Errorf("X-Tag %q", got)
	}
	if c, err := r.Cookie("seen"); err != nil || c.Value != "1" {
		t.Errorf("cookie %v, %v", c, err)
	}
	call := event.CallOf(r.Context())
	if call.RequestID != "JKJaXmPLvHcESHA=" || call.RouteKey != "GET /v1/leads/{id}" || call.SourceIP != "203.0.113.7" || !call.Time.Equal(noon) {
		t.Errorf("call %+v", call)
	}
	if call.Params["id"] != "01JQ" || call.Claims["sub"] != "2f3b" || call.Claims["scope"] != "openid winback/api" {
		t.Errorf("call %+v", call)
	}
}

func TestWithoutAnAuthorizerNobodyIsSignedIn(t *testing.T) {
	for _, authorizer := range []string{`{}`, `{"jwt":null}`, `{"iam":{"userId":"x"}}`, `{"lambda":{"sub":"2f3b"}}`, `null`} {
		payload := `{"version":"2.0","rawPath":"/","requestContext":{"http":{"method":"GET"},"authorizer":` + authorizer + `}}`
		r, err := event.DecodeRequest(t.Context(), []byte(payload))
		if err != nil {
			t.Fatal(err)
		}
		if claims := event.CallOf(r.Context()).Claims; claims != nil {
			t.Errorf("%s: claims %v", authorizer, claims)
		}
	}
}

func TestTheStageIsNoPartOfThePath(t *testing.T) {
	for _, test := range []struct{ stage, raw, want string }{
		{"$default", "/v1/leads", "/v1/leads"},
		{"dev", "/dev/v1/leads", "/v1/leads"},
		{"dev", "/dev", "/"},
		{"dev", "/device/1", "/device/1"},
		{"dev", "/v1/leads", "/v1/leads"},
		{"$default", "/l/a b?c", "/l/a b?c"}, // the gateway has unescaped it
	} {
		payload, err := json.Marshal(map[string]any{"version": "2.0", "rawPath": test.raw, "requestContext": map[string]any{
			"stage": test.stage, "http": map[string]any{"method": "GET"},
		}})
		if err != nil {
			t.Fatal(err)
		}
		r, err := event.DecodeRequest(t.Context(), payload)
		if err != nil || r.URL.Path != test.want || r.URL.RawQuery != "" {
			t.Errorf("%s at %s: %v, %v", test.raw, test.stage, r.URL, err)
		}
	}
}

func TestARequestSurvivesTheGateway(t *testing.T) {
	for _, test := range []struct {
		name, mediaType string
		body            []byte
		encoded         bool
	}{
		{"JSON", "application/json", []byte(`{"name":"Jürgen \"x\""}`), false},
		{"CSV", "text/csv; charset=utf-8", []byte("vin;make\r\n1;Škoda\r\n"), false},
		{"form", "multipart/form-data; boundary=x", []byte("--x\r\n\r\n\xff\xfe\r\n--x--"), true},
		{"binary", "application/octet-stream", []byte{0, 1, 2, 255}, true},
		{"untyped", "", []byte("text"), true},
		{"none", "", nil, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			sent := httptest.NewRequest("POST", "/v1/leads/m%C3%BCller?q=a&q=b+c", bytes.NewReader(test.body))
			sent.Header.Set("Content-Type", test.mediaType)
			sent.Header.Add("X-Two", "1")
			sent.Header.Add("X-Two", "2")
			sent.AddCookie(&http.Cookie{Name: "a", Value: "1"})
			sent.AddCookie(&http.Cookie{Name: "b", Value: "2"})
			call := event.Call{
				RequestID: "r1", RouteKey: "POST /v1/leads/{id}", SourceIP: "192.0.2.1", Time: noon,
				Params: map[string]string{"id": "müller"}, Claims: map[string]string{"sub": "s", "scope": "a b"},
			}
			payload, err := event.EncodeRequest(sent, call)
			if err != nil {
				t.Fatal(err)
			}
			if got := bytes.Contains(payload, []byte(`"isBase64Encoded":true`)); got != test.encoded {
				t.Errorf("base64 %t, want %t", got, test.encoded)
			}
			r, err := event.DecodeRequest(t.Context(), payload)
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(r.Body)
			if err != nil || !bytes.Equal(body, test.body) || r.ContentLength != int64(len(test.body)) {
				t.Errorf("body %q of %d bytes, %v", body, r.ContentLength, err)
			}
			if r.Method != "POST" || r.URL.Path != "/v1/leads/müller" || r.URL.RawQuery != "q=a&q=b+c" || r.Header.Get("X-Two") != "1,2" || len(r.Cookies()) != 2 {
				t.Errorf("%s %s %v", r.Method, r.URL, r.Header)
			}
			got := event.CallOf(r.Context())
			if got.RequestID != call.RequestID || !got.Time.Equal(noon) || !maps.Equal(got.Params, call.Params) || !maps.Equal(got.Claims, call.Claims) {
				t.Errorf("call %+v", got)
			}
		})
	}
}

func TestTextInAnotherEncodingIsMangledAsTheGatewayDoes(t *testing.T) {
	sent := httptest.NewRequest("POST", "/", strings.NewReader("M\xfcller"))
	sent.Header.Set("Content-Type", "text/csv")
	payload, err := event.EncodeRequest(sent, event.Call{})
	if err != nil {
		t.Fatal(err)
	}
	r, err := event.DecodeRequest(t.Context(), payload)
	if err != nil {
		t.Fatal(err)
	}
	if body, _ := io.ReadAll(r.Body); string(body) != "M\uFFFDller" {
		t.Errorf("body %q", body)
	}
}

func TestARequestThatIsTooLargeIsRefused(t *testing.T) {
	large := httptest.NewRequest("POST", "/", bytes.NewReader(make([]byte, event.MaxEvent)))
	if _, err := event.EncodeRequest(large, event.Call{}); err == nil {
		t.Error("a body beyond what Lambda takes must be refused")
	}
	if _, err := event.DecodeRequest(t.Context(), make([]byte, event.MaxEvent+1)); err == nil || !strings.Contains(err.Error(), "too large") {
		t.Errorf("error %v", err)
	}
	many := httptest.NewRequest("GET", "/", nil)
	for i := range event.MaxHeaders + 1 {
		many.Header.Set("X-"+strings.Repeat("a", i+1), "1")
	}
	if _, err := event.EncodeRequest(many, event.Call{}); err == nil {
		t.Error("too many headers must be refused")
	}
}

func TestAnAnswerSurvivesTheGateway(t *testing.T) {
	for _, body := range [][]byte{nil, []byte(`{"a":"ü"}`), {0xff, 0xd8, 0xff}, []byte("<html>\u2028</html>")} {
		sent := new(event.Response)
		sent.Header().Set("Content-Type", "x/y")
		sent.Header().Add("Vary", "Accept")
		sent.Header().Add("Vary", "Origin")
		http.SetCookie(sent, &http.Cookie{Name: "a", Value: "1"})
		http.SetCookie(sent, &http.Cookie{Name: "b", Value: "2"})
		sent.WriteHeader(http.StatusTeapot)
		sent.WriteHeader(http.StatusOK)
		if _, err := sent.Write(body); err != nil {
			t.Fatal(err)
		}
		payload, err := sent.Encode()
		if err != nil {
			t.Fatal(err)
		}
		got, err := event.DecodeResponse(payload)
		if err != nil {
			t.Fatal(err)
		}
		client := httptest.NewRecorder()
		if err := got.Send(client); err != nil {
			t.Fatal(err)
		}
		if client.Code != http.StatusTeapot || !bytes.Equal(client.Body.Bytes(), body) {
			t.Errorf("%d %q, want %q", client.Code, client.Body, body)
		}
		if h := client.Header(); h.Get("Vary") != "Accept, Origin" || len(h["Set-Cookie"]) != 2 || h.Get("Content-Type") != "x/y" {
			t.Errorf("header %v", h)
		}
	}
}

func TestAnAnswerThatTheGatewayCannotUseIsRefused(t *testing.T) {
	for _, payload := range []string{``, `null`, `{}`, `"ok"`, `{"statusCode":"200"}`, `{"statusCode":99}`, `{"statusCode":200,"body":"%","isBase64Encoded":true}`} {
		if _, err := event.DecodeResponse([]byte(payload)); err == nil {
			t.Errorf("%s: no error", payload)
		}
	}
	large := new(event.Response)
	if _, err := large.Write(make([]byte, event.MaxEvent)); err != nil {
		t.Fatal(err)
	}
	if _, err := large.Encode(); err == nil {
		t.Error("an answer beyond what Lambda takes must be refused")
	}
}

func FuzzDecodeRequest(f *testing.F) {
	f.Add(sample(f, "get"))
	f.Add([]byte(`{"version":"2.0","rawPath":"/","requestContext":{"http":{"method":"POST"}},"body":"e30=","isBase64Encoded":true}`))
	f.Add([]byte(`{"version":"2.0","version":"2.0"}`))
	f.Fuzz(func(t *testing.T, payload []byte) {
		first, err := event.DecodeRequest(t.Context(), payload)
		if err != nil {
			return
		}
		// What was understood once is understood the same way again.
		again, err := event.EncodeRequest(first, event.CallOf(first.Context()))
		if err != nil {
			t.Fatalf("a decoded request cannot be encoded: %v", err)
		}
		second, err := event.DecodeRequest(t.Context(), again)
		if err != nil {
			t.Fatalf("%s: %v", again, err)
		}
		if first.Method != second.Method || first.URL.Path != second.URL.Path || first.URL.RawQuery != second.URL.RawQuery {
			t.Errorf("%s %s became %s %s", first.Method, first.URL, second.Method, second.URL)
		}
	})
}
