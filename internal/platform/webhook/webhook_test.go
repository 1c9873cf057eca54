package webhook

import (
	"context"
	"encoding/base64"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// The example of the specification of Standard Webhooks, as its reference libraries test it.
func TestTheSignatureIsThatOfTheSpecification(t *testing.T) {
	m := Message{ID: "msg_p5jXN8AQM9LWM0D4loKWxJek", Body: []byte(`{"test": 2432232314}`), Secrets: []string{"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}}
	got, err := sign(m, time.Unix(1614265330, 0))
	if want := "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="; err != nil || got != want {
		t.Errorf("signed as %s, %v, want %s", got, err, want)
	}
}

const (
	current = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	former  = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
)

// receiver is a stranger's server, whose address is told to be one of ours.
func receiver(t *testing.T, handle http.HandlerFunc) (*Client, string) {
	t.Helper()
	server := httptest.NewTLSServer(handle)
	t.Cleanup(server.Close)
	return New(Options{Local: []string{server.Listener.Addr().String()}, Timeout: time.Second, Roots: server.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs}), server.URL
}

func TestAMessageIsSignedWithEverySecretThatHolds(t *testing.T) {
	var header http.Header
	var body []byte
	c, url := receiver(t, func(w http.ResponseWriter, r *http.Request) {
		header = r.Header.Clone()
		body, _ = io.ReadAll(r.Body)
		w.WriteHeader(http.StatusNoContent)
	})
	answer, err := c.Post(t.Context(), Message{URL: url + "/hooks", ID: "01ABC", Body: []byte(`{"type":"x"}`), Secrets: []string{current, former}})
	if err != nil || answer.Status != 204 || header.Get("Content-Type") != "application/json" || string(body) != `{"type":"x"}` {
		t.Fatalf("%+v, %v, %v, %s", answer, err, header, body)
	}
	for _, secret := range []string{current, former} {
		verifier, err := standardwebhooks.NewWebhook(secret)
		if err != nil {
			t.Fatal(err)
		}
		if err := verifier.Verify(body, header); err != nil {
			t.Errorf("%s: %v", secret, err)
		}
		if err := verifier.Verify(append(body, ' '), header); err == nil {
			t.Error("another body passes")
		}
	}
	stranger, err := standardwebhooks.NewWebhookRaw([]byte("another secret of 24 bytes"))
	if err != nil {
		t.Fatal(err)
	}
	if err := stranger.Verify(body, header); err == nil {
		t.Error("another secret passes")
	}
}

func TestAnAnswerIsReadAsFarAsItsStatus(t *testing.T) {
	followed := false
	c, url := receiver(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // or the server does not notice that nobody waits any more
		switch r.URL.Path {
		case "/moved":
			http.Redirect(w, r, "/target", http.StatusTemporaryRedirect)
		case "/target":
			followed = true
		case "/busy":
			w.Header().Set("Retry-After", "120")
			w.WriteHeader(http.StatusTooManyRequests)
		case "/late":
			w.Header().Set("Retry-After", "Thu, 01 Jan 1970 00:00:00 GMT")
			w.WriteHeader(http.StatusServiceUnavailable)
		case "/endless":
			for {
				if _, err := w.Write(make([]byte, 1<<16)); err != nil {
					return
				}
			}
		case "/slow":
			<-r.Context().Done()
		}
	})
	post := func(path string) (Answer, error) {
		return c.Post(t.Context(), Message{URL: url + path, ID: "1", Body: []byte(`{}`), Secrets: []string{current}})
	}
	for path, want := range map[string]Answer{"/moved": {307, 0}, "/busy": {429, 2 * time.Minute}, "/late": {503, 0}, "/endless": {200, 0}, "/": {200, 0}} {
		if got, err := post(path); err != nil || got != want {
			t.Errorf("%s: %+v, %v, want %+v", path, got, err, want)
		}
	}
	if followed {
		t.Error("a redirect was followed")
	}
	if _, err := post("/slow"); err == nil || err.Error() != "no answer in time" {
		t.Errorf("no answer: %v", err)
	}
	if _, err := c.Post(t.Context(), Message{URL: url, Body: make([]byte, MaxBody+1)}); err == nil {
		t.Error("a message that is too large goes out")
	}
	if _, err := New(Options{Local: c.local}).Post(t.Context(), Message{URL: url, ID: "1", Secrets: []string{current}}); err == nil || err.Error() != "the certificate is not trusted" {
		t.Errorf("a certificate of nobody: %v", err)
	}
}

// private are ways to write what is no stranger's address.
var private = []string{
	"127.0.0.1", "127.1", "2130706433", "0x7f000001", "0x7f.1", "017700000001", "0", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254",
	"100.64.0.1", "192.0.0.1", "198.18.0.1", "192.0.2.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
	"[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:a9fe:a9fe]", "[fe80::1]", "[fe80::1%25eth0]", "[fc00::1]", "[fd00:ec2::254]", "[ff02::1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[2001:db8::1]",
	"localhost", "LOCALHOST", "localhost.", "intranet", "db.internal", "printer.local", "a.localhost", "router.home.arpa",
}

func TestAnAddressOfOursIsRefused(t *testing.T) {
	c := New(Options{})
	for _, host := range private {
		if c.CheckURL("https://"+host+"/hooks") == "" {
			t.Errorf("%s passes", host)
		}
		if _, err := c.Post(t.Context(), Message{URL: "https://" + host + "/", ID: "1", Secrets: []string{current}}); err == nil {
			t.Errorf("%s is posted to", host)
		}
	}
	for _, address := range []string{
		"http://dms.example/", "ftp://dms.example/", "https://user:word@dms.example/", "https://dms.example/#part", "https:///hooks", "https:dms.example", "//dms.example/", "", "https://dms.example/" + strings.Repeat("a", 500),
	} {
		if c.CheckURL(address) == "" {
			t.Errorf("%s passes", address)
		}
	}
	for _, address := range []string{"https://dms.example/hooks?key=1", "https://dms.example:8443", "https://93.184.215.14/", "https://[2606:4700::1111]/", "https://xn--bcher-kva.example/"} {
		if problem := c.CheckURL(address); problem != "" {
			t.Errorf("%s %s", address, problem)
		}
	}
}

// A name may lead anywhere, and elsewhere each time: what counts is the address that is dialled.
func TestANameThatLeadsToAnAddressOfOursIsNotDialled(t *testing.T) {
	reached := false
	server := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true }))
	defer server.Close()
	c := New(Options{Roots: server.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs})
	transport := c.direct.Transport.(*http.Transport)
	guarded := transport.DialContext
	transport.Proxy = nil
	transport.DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
		return guarded(ctx, network, server.Listener.Addr().String()) // as if example.com were resolved to it
	}
	_, err := c.Post(t.Context(), Message{URL: "https://example.com/hooks", ID: "1", Body: []byte(`{}`), Secrets: []string{current}})
	if !errors.Is(err, errPrivate) || reached {
		t.Errorf("reached %v: %v", reached, err)
	}
	for address, want := range map[string]bool{"93.184.215.14": true, "8.8.8.8": true, "2606:4700::1111": true, "169.254.169.254": false, "::ffff:10.1.2.3": false, "100.100.100.200": false, "fd00:ec2::254": false} {
		if public(netip.MustParseAddr(address)) != want {
			t.Errorf("%s: public %v", address, !want)
		}
	}
}

func TestASecretHasTheFormOfStandardWebhooks(t *testing.T) {
	for _, secret := range []string{current, "whsec_" + base64.StdEncoding.EncodeToString(make([]byte, 64))} {
		if problem := CheckSecret(secret); problem != "" {
			t.Errorf("%s %s", secret, problem)
		}
	}
	for _, secret := range []string{"", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_c2hvcnQ=", "whsec_!!!", "whsec_" + base64.StdEncoding.EncodeToString(make([]byte, 65))} {
		if CheckSecret(secret) == "" {
			t.Errorf("%s passes", secret)
		}
	}
}
