package network_test

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/winback-auto/winback/internal/testkit/network"
)

func start(t *testing.T) *network.Network {
	t.Helper()
	n, err := network.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(n.Close)
	n.Serve("api.partner.example", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		fmt.Fprintf(w, "%s %s %s for %s over TLS %v: %s", r.Method, r.Host, r.URL, network.Client(r), r.TLS != nil, body)
	}))
	return n
}

// client goes through the network as the environment variables would make it.
func client(t *testing.T, n *network.Network, name string) *http.Client {
	t.Helper()
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(n.Certificates()) {
		t.Fatal("no certificate in the PEM")
	}
	proxy, err := url.Parse(n.Proxy(name))
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{Proxy: http.ProxyURL(proxy), TLSClientConfig: &tls.Config{RootCAs: roots}}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

func get(c *http.Client, address string) (string, error) {
	response, err := c.Get(address)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return string(body), err
}

func TestAKnownHostIsServedOverTLSAndTheClientIsKnown(t *testing.T) {
	n := start(t)
	c := client(t, n, "lead-api/1")
	for range 3 { // over one connection
		got, err := get(c, "https://api.partner.example/v1/x?y=z")
		if want := "GET api.partner.example /v1/x?y=z for lead-api/1 over TLS true: "; err != nil || got != want {
			t.Errorf("%q, %v; want %q", got, err, want)
		}
	}
	log := n.Connections()
	if len(log) != 1 || log[0].Client != "lead-api/1" || log[0].Host != "api.partner.example" || log[0].Refused != "" || log[0].At.IsZero() {
		t.Errorf("log %+v", log)
	}
}

func TestManyClientsAtOnce(t *testing.T) {
	n := start(t)
	var group sync.WaitGroup
	for i := range 8 {
		name := fmt.Sprint("client ", i)
		c := client(t, n, name)
		group.Go(func() {
			for range 20 {
				if got, err := get(c, "https://api.partner.example/"); err != nil || !strings.Contains(got, "for "+name+" over") {
					t.Errorf("%q, %v", got, err)
				}
			}
		})
	}
	group.Wait()
}

func TestWhatIsNotServedIsRefusedAndRemembered(t *testing.T) {
	n := start(t)
	c := client(t, n, "f")
	plain := client(t, n, "g")
	for address, want := range map[string]string{
		"https://elsewhere.example/":      "Bad Gateway",
		"https://api.partner.example:99/": "Forbidden",
	} {
		if _, err := get(c, address); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", address, err)
		}
	}
	if got, err := get(plain, "http://api.partner.example/"); err != nil || !strings.Contains(got, "only HTTPS") {
		t.Errorf("in the clear: %q, %v", got, err)
	}
	var reasons []string
	for _, c := range n.Refused() {
		reasons = append(reasons, c.Client+" "+c.Host+": "+c.Refused)
	}
	slices.Sort(reasons)
	want := []string{"f api.partner.example: port 99 is not open", "f elsewhere.example: the host is not known", "g api.partner.example: it is not encrypted"}
	if !slices.Equal(reasons, want) {
		t.Errorf("%q, want %q", reasons, want)
	}
}

func TestAConnectionIsForOneHost(t *testing.T) {
	n := start(t)
	n.Serve("other.example", http.NotFoundHandler())
	c := client(t, n, "f")
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://api.partner.example/", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Host = "other.example"
	response, err := c.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusMisdirectedRequest {
		t.Errorf("status %d", response.StatusCode)
	}
}

func TestNobodyIsTrustedWithoutTheCertificates(t *testing.T) {
	n := start(t)
	proxy, _ := url.Parse(n.Proxy("f"))
	c := &http.Client{Transport: &http.Transport{Proxy: http.ProxyURL(proxy)}}
	var unknown x509.UnknownAuthorityError
	if _, err := get(c, "https://api.partner.example/"); err == nil || !strings.Contains(err.Error(), unknown.Error()) {
		t.Errorf("%v", err)
	}
}

func TestAfterCloseNothingAnswers(t *testing.T) {
	n := start(t)
	c := client(t, n, "f")
	n.Close()
	if got, err := get(c, "https://api.partner.example/"); err == nil {
		t.Errorf("answered %q", got)
	}
}

const inNetwork = "WINBACK_TEST_IN_NETWORK"

func TestMain(m *testing.M) {
	if address := os.Getenv(inNetwork); address != "" {
		got, err := get(http.DefaultClient, address)
		fmt.Print(got, err)
		return
	}
	os.Exit(m.Run())
}

// A process needs nothing but the environment.
func TestAProcessTakesPartByItsEnvironment(t *testing.T) {
	n := start(t)
	trusted := filepath.Join(t.TempDir(), "roots.pem")
	if err := os.WriteFile(trusted, n.Certificates(), 0o600); err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), os.Args[0])
	command.Env = []string{inNetwork + "=https://api.partner.example/hello", "HTTPS_PROXY=" + n.Proxy("lead-api"), "SSL_CERT_FILE=" + trusted, "SSL_CERT_DIR=/none"}
	out, err := command.CombinedOutput()
	if want := "GET api.partner.example /hello for lead-api over TLS true: <nil>"; err != nil || string(out) != want {
		t.Errorf("%s, %v; want %s", out, err, want)
	}
}
