package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// asCommand makes the test binary behave as the command: children of these tests are real processes of the real program.
const asCommand = "WINBACK_TEST_AS_COMMAND"

func TestMain(m *testing.M) {
	if os.Getenv(asCommand) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// process is a child process.
type process struct {
	tb      testing.TB
	command *exec.Cmd
	log     *lockedBuffer
	ended   chan struct{}
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// spawn starts the command and waits until its output says that it is ready.
func spawn(tb testing.TB, args ...string) *process {
	tb.Helper()
	self, err := os.Executable()
	if err != nil {
		tb.Fatal(err)
	}
	p := &process{tb: tb, command: exec.Command(self, args...), log: &lockedBuffer{}, ended: make(chan struct{})}
	p.command.Env = append(os.Environ(), asCommand+"=1")
	p.command.Stderr = p.log
	out, err := p.command.StdoutPipe()
	if err != nil {
		tb.Fatal(err)
	}
	if err := p.command.Start(); err != nil {
		tb.Fatal(err)
	}
	ready := make(chan bool, 1)
	go func() {
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			fmt.Fprintln(p.log, lines.Text())
			if strings.Contains(lines.Text(), "is ready") {
				ready <- true
			}
		}
		p.command.Wait()
		close(p.ended)
	}()
	tb.Cleanup(p.kill)
	select {
	case <-ready:
	case <-p.ended:
		tb.Fatalf("%v ended at once:\n%s", args, p.log)
	case <-time.After(30 * time.Second):
		tb.Fatalf("%v is not ready:\n%s", args, p.log)
	}
	return p
}

// kill is kill -9. It returns when the process is gone.
func (p *process) kill() {
	p.command.Process.Kill()
	<-p.ended
}

// free finds an address that nobody listens on.
func free(tb testing.TB) string {
	tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// installation is a Winback with its partner, each in a process of its own.
type installation struct {
	testing.TB
	addr, partnerAddr, folder string
	winback, simulator        *process
	local, partner, manager   client
}

func install(tb testing.TB) *installation {
	tb.Helper()
	i := &installation{TB: tb, addr: free(tb), partnerAddr: free(tb), folder: filepath.Join(tb.TempDir(), "data")}
	i.partner, i.local = client{base: "http://" + i.partnerAddr}, client{base: "http://" + i.addr}
	i.simulator = spawn(tb, "partner", "-partner-addr", i.partnerAddr, "-data", filepath.Join(i.folder, "elsewhere"))
	i.start()
	return i
}

// start starts Winback on its data folder, for the first time or again.
func (i *installation) start() {
	i.Helper()
	i.winback = spawn(i.TB, "-addr", i.addr, "-partner", i.partner.base, "-data", i.folder, "-log", "error")
	manager, err := i.local.signIn(i.Context(), "manager@harbour.example")
	if err != nil {
		i.Fatal(err)
	}
	i.manager = manager
}

func (i *installation) must(err error) {
	i.Helper()
	if err != nil {
		i.Fatalf("%v\nlog of the process:\n%s", err, i.winback.log)
	}
}

// upload sends a list under an idempotency key; it returns an error where the answer is lost.
func (i *installation) upload(ctx context.Context, list []byte, key string) (batch string, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, i.local.base+"/v1/recaptures/uploads", bytes.NewReader(list))
	if err != nil {
		return "", err
	}
	request.Header.Set("Content-Type", "text/csv")
	request.Header.Set("Authorization", "Bearer "+i.manager.token)
	request.Header.Set("Idempotency-Key", key)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return "", err
	}
	if response.StatusCode != http.StatusAccepted {
		return "", fmt.Errorf("upload: %s: %s", response.Status, body)
	}
	var answer struct{ Batch string }
	return answer.Batch, json.Unmarshal(body, &answer)
}

// drain waits until nothing is left to do.
func (i *installation) drain() {
	i.Helper()
	var answer struct {
		Drained bool
		Dead    map[string]int
	}
	i.must(i.local.post(i.Context(), "/_local/drain", map[string]string{"timeout": "60s"}, &answer))
	if !answer.Drained || len(answer.Dead) > 0 {
		i.Fatalf("not drained: %+v\nlog:\n%s", answer, i.winback.log)
	}
}
