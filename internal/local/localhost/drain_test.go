package localhost_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/local/localhost"
	"github.com/winback-auto/winback/internal/platform/errs"
)

func TestDrainWaitsForWhatIsUnderWay(t *testing.T) {
	w := newWorld(t)
	begun, release := make(chan bool), make(chan bool)
	w.job = func(context.Context, string) error {
		begun <- true
		<-release
		return nil
	}
	w.open()
	w.now("long")
	<-begun
	for _, body := range []string{`{"timeout":"1ms"}`, `{"timeout":"0s"}`} {
		if got := w.want(200, "POST", "/_local/drain", body).body; got != `{"drained":false,"scheduled":0,"dead":{}}` {
			t.Errorf("%s: %s", body, got)
		}
	}
	close(release)
	if got := w.want(200, "POST", "/_local/drain", "").body; got != `{"drained":true,"scheduled":0,"dead":{}}` {
		t.Error(got)
	}
	if got := w.want(200, "POST", "/_local/drain", `{"timeout":"0s"}`).body; !strings.Contains(got, `"drained":true`) {
		t.Errorf("nothing is left to do, and yet %s", got)
	}
}

func TestDrainWaitsForWhatIsAboutToBeDue(t *testing.T) {
	w := newWorld(t).open()
	w.order(order{Jobs: []string{"soon"}, At: noon.Add(time.Second)})
	w.order(order{Jobs: []string{"later"}, At: noon.Add(time.Minute)})
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if got, err := w.Drain(ctx); err != nil || got.Drained || got.Scheduled != 2 {
		t.Errorf("%+v, %v, want it not drained", got, err)
	}
	w.wall.add(time.Second)
	if got := w.drain(); got.Scheduled != 1 {
		t.Errorf("%+v, want one that waits", got)
	}
	w.noted("12:00:01 soon")
}

func TestCloseFinishesWhatWasBegunAndRefusesTheRest(t *testing.T) {
	w := newWorld(t)
	begun, release, closed := make(chan bool), make(chan bool), make(chan error)
	w.get = func(context.Context) error {
		begun <- true
		<-release
		return nil
	}
	w.job = func(context.Context, string) error {
		begun <- true
		<-release
		return nil
	}
	w.open()
	token := "Authorization: Bearer " + w.user()
	w.now("long")
	<-begun
	answered := make(chan int)
	go func() { answered <- w.ask("GET", "/v1/orders/1", nil, token).status }()
	<-begun
	drained := make(chan localhost.Drained)
	go func() {
		d, _ := w.Drain(context.Background())
		drained <- d
	}()
	go func() { closed <- w.Close() }()
	if d := <-drained; d.Drained {
		t.Errorf("%+v, want that Close ends it", d)
	}
	// Now Close waits, and nobody else gets in.
	w.want(503, "GET", "/v1/orders/2", "", token)
	w.want(503, "GET", "/_local/health", "")
	if _, err := w.Drain(t.Context()); !errs.Is(err, errs.Unavailable) {
		t.Errorf("drain: %v", err)
	}
	if err := w.Advance(t.Context(), noon.Add(time.Hour)); !errs.Is(err, errs.Unavailable) {
		t.Errorf("advance: %v", err)
	}
	select {
	case err := <-closed:
		t.Errorf("closed with a request under way: %v", err)
	default:
	}
	close(release)
	if status := <-answered; status != 200 {
		t.Errorf("the request under way was answered with %d", status)
	}
	if err := <-closed; err != nil {
		t.Error(err)
	}
	w.noted("12:00:00 long", "order 1")
	if n := w.log.count(`"level":"ERROR"`); n != 0 {
		t.Errorf("an orderly end logs errors:\n%s", w.log)
	}
	// The job was done, so it does not come again.
	w.open()
	w.drain()
	w.noted()
}

func TestAnotherHostOnTheSameFolderIsRefused(t *testing.T) {
	w := newWorld(t).open()
	_, err := localhost.Open(localhost.Options{Dir: w.dir, Wall: w.wall.Now})
	if !errs.Is(err, errs.Conflict) || !strings.Contains(err.Error(), "another Winback is running") {
		t.Errorf("%v", err)
	}
}
