package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestARefusalIsOneLine(t *testing.T) {
	for name, test := range map[string]struct {
		status int
		body   string
		want   string
	}{
		"a problem":       {409, `{"title":"No","detail":"it is over"}`, "GET /x: 409 Conflict: it is over"},
		"with violations": {422, `{"detail":"two rules","errors":[{"location":"body.a","message":"is empty"},{"location":"body.b","message":"is long"}]}`, "GET /x: 422 Unprocessable Entity: two rules; body.a is empty; body.b is long"},
		"no problem":      {502, `<html>` + strings.Repeat("x", 500), "GET /x: 502 Bad Gateway: <html>" + strings.Repeat("x", 194)},
		"nothing at all":  {500, ``, "GET /x: 500 Internal Server Error: "},
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(test.status)
			w.Write([]byte(test.body))
		}))
		err := client{base: server.URL}.get(t.Context(), "/x", nil)
		if err == nil || err.Error() != test.want {
			t.Errorf("%s: %v, want %s", name, err, test.want)
		}
		server.Close()
	}
}

func TestAnAnswerThatIsNoneIsAnError(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("[]")) }))
	var answer struct{ Token string }
	if err := (client{base: server.URL}).get(t.Context(), "/x", &answer); err == nil || !strings.Contains(err.Error(), "GET /x") {
		t.Errorf("of another shape: %v", err)
	}
	server.Close()
	if err := (client{base: server.URL}).get(t.Context(), "/x", nil); err == nil {
		t.Error("from nobody: no error")
	}
}

func TestTheTokenIsSentOnceSomebodyHasSignedIn(t *testing.T) {
	var got []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = append(got, r.Header.Get("Authorization"))
		w.Write([]byte(`{"token":"abc"}`))
	}))
	defer server.Close()
	manager, err := client{base: server.URL}.signIn(t.Context(), "manager@harbour.example")
	if err != nil {
		t.Fatal(err)
	}
	if err := manager.get(t.Context(), "/x", nil); err != nil {
		t.Fatal(err)
	}
	if got[0] != "" || got[1] != "Bearer abc" {
		t.Errorf("authorizations %q", got)
	}
}
