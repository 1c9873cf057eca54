package autograb_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/winback-auto/winback/internal/partner/autograb"
	"github.com/winback-auto/winback/internal/testkit/network"
)

const behindProxy = "WINBACK_TEST_BEHIND_PROXY"

func TestMain(m *testing.M) {
	if os.Getenv(behindProxy) != "" {
		fmt.Print(dial(autograb.Options{}).Ping(context.Background(), "hook-1"))
		return
	}
	os.Exit(m.Run())
}

// Go reads the variables once per process, so it takes one to see that they are followed.
func TestThePartnerIsReachedThroughTheProxyOfTheEnvironment(t *testing.T) {
	net, err := network.Start()
	if err != nil {
		t.Fatal(err)
	}
	defer net.Close()
	asked := make(chan string, 1)
	net.Serve("api.autograb.com.au", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked <- r.Method + " " + r.URL.Path
		w.WriteHeader(http.StatusForbidden)
	}))
	trusted := filepath.Join(t.TempDir(), "roots.pem")
	if err := os.WriteFile(trusted, net.Certificates(), 0o600); err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), os.Args[0])
	command.Env = []string{behindProxy + "=1", "HTTPS_PROXY=" + net.Proxy("f"), "SSL_CERT_FILE=" + trusted, "SSL_CERT_DIR=/none"}
	out, err := command.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "API key") {
		t.Errorf("the answer was %s, %v", out, err)
	}
	select {
	case got := <-asked:
		if !strings.Contains(got, "hook-1") {
			t.Errorf("asked %s", got)
		}
	default:
		t.Error("the partner was not asked")
	}
}
