package main

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/company"
	"github.com/winback-auto/winback/internal/local/localhost"
	"github.com/winback-auto/winback/internal/local/pebbletable"
	"github.com/winback-auto/winback/internal/partner"
	"github.com/winback-auto/winback/internal/partner/autograb"
	"github.com/winback-auto/winback/internal/partner/autograbsim"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/testkit/memtable"
)

var errPower = errors.New("the power is gone")

// fuse is a driver that lets so many writes through and then none; the answer of the last one is lost on the way.
type fuse struct {
	*pebbletable.Driver
	left atomic.Int64
}

func (f *fuse) Write(ctx context.Context, ops []table.Op) error {
	if f.left.Load() <= 0 {
		return errPower
	}
	if err := f.Driver.Write(ctx, ops); err != nil {
		return err
	}
	if f.left.Add(-1) == 0 {
		return errPower
	}
	return nil
}

func (f *fuse) Load(ctx context.Context, ops []table.Op) error {
	if f.left.Load() <= 0 {
		return errPower
	}
	return f.Driver.Load(ctx, ops)
}

// seedling is what a seed needs, over a table of its own.
type seedling struct {
	app.Deps
	fuse *fuse
	dial partner.Dial
}

func newSeedling(t *testing.T) seedling {
	t.Helper()
	host, err := localhost.Open(localhost.Options{Dir: t.TempDir(), BaseURL: "http://winback.test", Wall: time.Now, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { host.Close() })
	d := host.Deps()
	f := &fuse{Driver: memtable.Driver(t, d.Now)}
	d.Table = table.New(f, d.Now, d.NewID)
	d.Access = access.NewDirectory(d.Table, d.Now)
	simulator, err := autograbsim.Open(autograbsim.Options{Now: d.Now, NewID: d.NewID})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(simulator.Handler())
	t.Cleanup(func() {
		server.Close()
		if err := simulator.Close(); err != nil {
			t.Error(err)
		}
	})
	return seedling{d, f, autograb.Dial(autograb.Options{BaseURL: server.URL})}
}

// grow seeds until the fuse blows, after so many writes, or until all is done.
func (s seedling) grow(t *testing.T, writes int64) error {
	t.Helper()
	s.fuse.left.Store(writes)
	// Each attempt is a process of its own, which remembers nothing.
	s.Access = access.NewDirectory(s.Table, s.Now)
	return seed(t.Context(), s.Deps, s.dial)
}

const unlimited = 1 << 40

// harvest counts the records of each kind in the table. Lines of an activity that fall on the same millisecond are one, so
// their number is a matter of luck.
func (s seedling) harvest(t *testing.T) map[string]int {
	t.Helper()
	kinds := map[string]int{}
	err := s.fuse.Each(t.Context(), "", func(item table.Item) error {
		if item.Kind != "activity" {
			kinds[item.Kind]++
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return kinds
}

func TestTheSeedIsCompleteAndRepeatsWithoutEffect(t *testing.T) {
	s := newSeedling(t)
	if err := s.grow(t, unlimited); err != nil {
		t.Fatal(err)
	}
	first := s.harvest(t)
	for kind, want := range map[string]int{"company": 2, "yard": 3, "user": 7, "connection": 2, "hook": 2, "customer": 2 * demoPeople, "lead": 2 * demoPeople * 2 / 3, "appraisal": 2 * demoPeople * 2 / 3, "prospect": 2 * demoPeople} {
		if first[kind] != want {
			t.Errorf("%d items of kind %s, want %d", first[kind], kind, want)
		}
	}
	before := s.Table.Usage().WriteUnits
	if err := s.grow(t, 1); err != nil {
		t.Errorf("a second seed writes: %v", err)
	}
	if spent := s.Table.Usage().WriteUnits - before; spent != 0 {
		t.Errorf("a second seed costs %v write units", spent)
	}
}

func TestASeedThatIsInterruptedAnywhereGoesOn(t *testing.T) {
	whole := newSeedling(t)
	if err := whole.grow(t, unlimited); err != nil {
		t.Fatal(err)
	}
	want := whole.harvest(t)

	s := newSeedling(t)
	attempts := 1
	for ; ; attempts++ {
		writes := int64(1) // each step of the settings, and then a sample of the many alike
		if attempts > 60 {
			writes = 11
		}
		err := s.grow(t, writes)
		if err == nil {
			break
		}
		if !errors.Is(err, errPower) || attempts > 1000 {
			t.Fatalf("attempt %d: %v", attempts, err)
		}
	}
	if attempts < 70 {
		t.Errorf("%d attempts are hardly an interruption at every step", attempts)
	}
	got := s.harvest(t)
	// A crash may leave postings that readers skip, and addresses for the partner that end within a day.
	for _, kinds := range []map[string]int{got, want} {
		delete(kinds, "")
		delete(kinds, "hook")
	}
	if !maps.Equal(got, want) {
		t.Errorf("there are %v, want %v", got, want)
	}
	for _, c := range demoCompanies() {
		co := ident.Trusted(c.id)
		if r, err := company.LoadRegistration(t.Context(), s.Deps, co, company.ConnectionID(demoID("connection", co, 0))); err != nil || r.State != company.Active {
			t.Errorf("%s: the registration is %+v, %v", c.id, r, err)
		}
	}
	if err := s.grow(t, 1); err != nil {
		t.Errorf("once more: %v", err)
	}
}

func TestWhatPeopleMadeOfTheDemoDataIsNotUndone(t *testing.T) {
	s := small(t)
	w, err := start(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	if !filled(s.data) {
		t.Error("the folder does not say that it is filled")
	}
	anonymous := client{base: w.host.Deps().Site.BaseURL}
	admin, err := anonymous.signIn(t.Context(), "admin@harbour.example")
	if err != nil {
		t.Fatal(err)
	}
	type page struct{ Items []struct{ ID, Name string } }
	var yards, connections page
	for path, into := range map[string]*page{"/v1/yards": &yards, "/v1/connections": &connections} {
		if err := admin.get(t.Context(), path, into); err != nil {
			t.Fatal(err)
		}
	}
	if err := admin.call(t.Context(), "DELETE", "/v1/connections/"+connections.Items[0].ID, "", nil, nil); err != nil {
		t.Fatal(err)
	}
	if err := w.close(); err != nil {
		t.Fatal(err)
	}
	_, again := up(t, s)
	if admin, err = again.signIn(t.Context(), "admin@harbour.example"); err != nil {
		t.Fatal(err)
	}
	if err := admin.get(t.Context(), "/v1/connections", &connections); err != nil || len(connections.Items) != 0 {
		t.Errorf("%+v, %v, want that the connection stays away", connections, err)
	}
}
