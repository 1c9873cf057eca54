package autograbsim_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/partner/autograbsim"
)

func TestARefusedPushIsRepeatedWithGrowingWaitsAndThenGivenUp(t *testing.T) {
	for _, status := range []int{302, 404, 410, 500} {
		w := newWorld(t, "")
		w.answer = func(pushed) int { return status }
		w.register(apiKey, "/hook")
		w.watch(`{"external_id":"a","vin":"` + polo + `"}`)
		w.load("vin\n" + polo)
		began := w.clock()
		var at []time.Duration
		for {
			w.work(0)
			if n := len(w.pushes()); n != 1 {
				t.Fatalf("%d attempts at once", n)
			}
			at = append(at, w.clock().Sub(began))
			next, ok := w.sim.Next(t.Context())
			if !ok {
				break
			}
			w.advance(next.Sub(w.clock()))
		}
		want := []time.Duration{0, 2 * time.Second, 12 * time.Second, 72 * time.Second, 372 * time.Second}
		if !slices.Equal(at, want) {
			t.Errorf("%d: attempts at %v, want %v", status, at, want)
		}
		if sent, failed, abandoned := w.figure("sent"), w.figure("failed"), w.figure("abandoned"); sent != 0 || failed != 5 || abandoned != 1 {
			t.Errorf("%d: %d sent, %d failed, %d abandoned", status, sent, failed, abandoned)
		}
	}
}

func TestAPushThatSucceedsAtLastIsNotRepeated(t *testing.T) {
	w := newWorld(t, "")
	attempts := 0
	w.answer = func(pushed) int {
		if attempts++; attempts < 3 {
			return http.StatusServiceUnavailable
		}
		return http.StatusOK
	}
	w.register(apiKey, "/hook")
	w.watch(`{"external_id":"a","vin":"` + polo + `"}`)
	w.load("vin\n" + polo)
	w.settle()
	if bodies := w.pushes(); len(bodies) != 3 || bodies[0] != bodies[2] {
		t.Errorf("attempts %v", bodies)
	}
	if sent, failed, pending := w.figure("sent"), w.figure("failed"), w.figure("pending"); sent != 1 || failed != 2 || pending != 0 {
		t.Errorf("%d sent, %d failed, %d pending", sent, failed, pending)
	}
}

func TestADeadWebhookCostsOneAttemptPerRoundAndNotOnePerPush(t *testing.T) {
	w := newWorld(t, "")
	w.register(apiKey, "/hook")
	var vehicles []string
	feed := "vin\n"
	for _, vehicle := range vehicles250() {
		vehicles = append(vehicles, `{"vin":"`+vehicle+`"}`)
		feed += vehicle + "\n"
	}
	w.watch(vehicles...)
	w.hook.Close()
	w.load(feed)
	w.work(0)
	// As many as were under way together when the first one failed.
	if failed, pending := w.figure("failed"), w.figure("pending"); failed < 1 || failed > 8 || pending != 250 {
		t.Errorf("%d attempts failed, %d pending", failed, pending)
	}
	if next, ok := w.sim.Next(t.Context()); !ok || next.Sub(w.clock()) != time.Second {
		t.Errorf("the next attempt is at %v, %v", next, ok)
	}
}

func vehicles250() []string {
	var vins []string
	for _, vehicle := range vehicles(250) {
		vins = append(vins, vehicle.VIN)
	}
	return vins
}

func TestWorkThatIsInterruptedIsNotCountedAndDoneLater(t *testing.T) {
	w := newWorld(t, "")
	w.register(apiKey, "/hook")
	w.watch(`{"external_id":"a","vin":"` + polo + `"}`)
	w.load("vin,price\n" + polo + ",1")
	ctx, cancel := context.WithCancel(t.Context())
	w.answer = func(pushed) int { // the context ends while the push is under way
		cancel()
		return http.StatusServiceUnavailable
	}
	if err := w.sim.Work(ctx); err == nil {
		t.Error("interrupted work says nothing")
	}
	w.answer = nil
	w.pushes()
	w.expect("later", "new a 1")
	if failed := w.figure("failed"); failed != 0 {
		t.Errorf("%d failed attempts", failed)
	}
}

func TestPushesWaitForTheirDelay(t *testing.T) {
	now := start
	var arrived atomic.Int32
	hook := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { arrived.Add(1) }))
	defer hook.Close()
	ids := 0
	sim, err := autograbsim.Open(autograbsim.Options{
		Now: func() time.Time { return now }, NewID: func() string { ids++; return string(rune('a' + ids)) },
		Processing: -1, PushDelay: time.Minute, Client: hook.Client(),
	})
	if err != nil {
		t.Fatal(err)
	}
	defer sim.Close()
	w := &world{t: t, sim: sim, server: httptest.NewServer(sim.Handler()), hook: hook, now: now}
	defer w.server.Close()
	w.register(apiKey, "/hook")
	w.watch(`{"vin":"` + polo + `"}`)
	w.load("vin\n" + polo)
	for _, step := range []struct {
		after time.Duration
		want  int32
	}{{0, 0}, {59 * time.Second, 0}, {60 * time.Second, 1}} {
		now = start.Add(step.after)
		if err := sim.Work(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := arrived.Load(); got != step.want {
			t.Errorf("after %v %d pushes arrived, want %d", step.after, got, step.want)
		}
	}
}
