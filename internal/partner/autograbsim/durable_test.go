package autograbsim_test

import (
	"bufio"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/partner/autograbsim"
	"github.com/winback-auto/winback/internal/platform/ident"
)

func TestARestartAtAnyPointLosesNothing(t *testing.T) {
	w := newWorld(t, t.TempDir())
	w.must("POST", "/_sim/faults", `{"delay":"5s","seed":11}`)
	w.reopen()
	if set := w.must("GET", "/_sim/faults", ""); set["delay"] != "5s" || set["seed"] != 11.0 {
		t.Errorf("the switches are %v", set)
	}
	hook := w.register(apiKey, "/hook")
	w.reopen()
	w.must("GET", "/v2/webhooks/"+hook+"?region=au", "")
	id := w.upload(`{"external_id":"a","vin":"` + polo + `"}`)
	w.reopen()
	if next, ok := w.sim.Next(t.Context()); !ok || next.Sub(start) != 150*time.Millisecond {
		t.Errorf("the queued list is due at %v, %v", next, ok)
	}
	w.work(time.Second)
	w.reopen()
	customer := w.results(id)["a"]["id"].(string)
	w.load("vin,price\n" + polo + ",20000")
	w.reopen()
	if sightings := w.must("GET", "/v2/recapture/customers/"+customer+"?region=au", "")["sightings"].([]any); len(sightings) != 1 {
		t.Errorf("sightings %v", sightings)
	}
	w.expect("before its delay is over")
	w.reopen()
	w.work(5 * time.Second)
	w.expect("after its delay", "new a 20000")
	w.reopen()
	w.work(time.Hour)
	w.expect("once sent")
	for figure, want := range map[string]int{"customers": 1, "uploads": 1, "listings": 1, "sightings": 1, "sent": 1, "pending": 0, "queued": 0} {
		if got := w.figure(figure); got != want {
			t.Errorf("%s is %d, want %d", figure, got, want)
		}
	}
}

func TestAFolderBelongsToOneProcess(t *testing.T) {
	w := newWorld(t, t.TempDir())
	if second, err := autograbsim.Open(autograbsim.Options{Dir: w.dir, Now: w.clock, NewID: w.newID}); err == nil {
		second.Close()
		t.Error("the folder was opened twice")
	}
}

const childDir = "AUTOGRABSIM_TEST_CHILD"

// TestMain turns this program into the process that TestAKilledProcessLosesNothingThatItAccepted kills.
func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		fmt.Fprintln(os.Stderr, serve(dir))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// serve prints its address and runs a simulator until it is killed.
func serve(dir string) error {
	sim, err := autograbsim.Open(autograbsim.Options{Dir: dir, Now: time.Now, NewID: ident.NewSource(time.Now, rand.Reader)})
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	go sim.Run(context.Background())
	fmt.Printf("listening on %s\n", listener.Addr())
	return http.Serve(listener, sim.Handler())
}

func TestAKilledProcessLosesNothingThatItAccepted(t *testing.T) {
	dir := t.TempDir()
	command := exec.CommandContext(t.Context(), os.Args[0])
	command.Env = append(os.Environ(), childDir+"="+dir)
	command.Stderr = os.Stderr
	output, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(output).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	address := "http://" + strings.TrimSpace(strings.TrimPrefix(line, "listening on "))
	accepted := 0
	for number := range 20 {
		request, err := http.NewRequestWithContext(t.Context(), "POST", address+"/v2/recapture/upload?region=au", strings.NewReader(listOf(number, 50)))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("ApiKey", apiKey)
		request.Header.Set("Content-Type", "application/json")
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		io.Copy(io.Discard, response.Body)
		response.Body.Close()
		if response.StatusCode == http.StatusAccepted {
			accepted++
		}
	}
	if err := command.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	command.Wait()

	w := &world{t: t, dir: dir, now: time.Now().Add(time.Minute)}
	w.open()
	defer w.close()
	w.work(0)
	if uploads, customers, duplicates := w.figure("uploads"), w.figure("customers"), w.figure("duplicates"); accepted != 20 ||
		uploads != accepted || customers != accepted*50 || duplicates != 0 {
		t.Errorf("%d lists accepted, %d processed, %d customers, %d duplicates", accepted, uploads, customers, duplicates)
	}
}
