package functions_test

import (
	"bytes"
	"flag"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/winback-auto/winback/functions"
	"github.com/winback-auto/winback/internal/local/keyfile"
	"github.com/winback-auto/winback/internal/local/pebbletable"
	"github.com/winback-auto/winback/internal/partner/autograb"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/dispatch"
	"github.com/winback-auto/winback/internal/platform/link"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/testkit/dealership"
	"github.com/winback-auto/winback/internal/testkit/memtable"
	"github.com/winback-auto/winback/internal/testkit/simulation"
)

// The size of the simulation; make simulate asks for all of it.
var (
	simSeeds  = flag.Int("seeds", defaultSeeds, "seeds that are simulated")
	simJobs   = flag.Int("jobs", defaultJobs, "jobs of each seed: vehicles submitted, sightings and mails")
	simSeed   = flag.Uint64("seed", 0, "the first seed")
	simFollow = flag.String("follow", "", "of the calls, list those about this id")
)

// badOdds are those of the simulation: 5 % faults at every call of a port, 20 % duplicates, crashes.
var badOdds = simulation.Odds{Fault: 0.05, Lost: 0.4, Duplicate: 0.2, Crash: 0.04}

// wrongly is how a wrong worker reaches the world.
type wrongly func(function string, p simulation.Ports) simulation.Ports

// run is one seed of the simulation.
type run struct {
	*simulation.World
	driver      *pebbletable.Driver
	yards       []yard
	cars        []*car
	submissions []*submission
	onSale      []*car
	reconciles  bool           // whether what is never pushed is found out
	mailed      map[string]int // sightings in mails, see count
	parked      int            // mails that nobody could settle
	wrong       []string
}

// fail notes what is wrong. After many there is no need for more.
func (r *run) fail(format string, args ...any) {
	if len(r.wrong) < 50 {
		r.wrong = append(r.wrong, fmt.Sprintf(format, args...))
	}
}

// load is how long users and partner keep the installation busy: 10,000 jobs in six hours.
func load(jobs int) time.Duration { return time.Duration(jobs) * 6 * time.Hour / 10_000 }

// Times of a run beside the load.
const (
	tailOfFaults = 90 * time.Minute // for which the world stays bad after the load
	quietBy      = 3 * 24 * time.Hour
	trickles     = 4 * time.Minute // between sightings of a dealer after the load
)

// simulate runs a seed and says what is wrong in the end.
func simulate(t *testing.T, seed uint64, jobs int, wrong wrongly) *run {
	t.Helper()
	return follow(t, seed, jobs, wrong, *simFollow)
}

var warm sync.Once

// warmUp makes what functions share for ever, such as compressors, outside of the bubbles: what is made inside of one
// belongs to it.
func warmUp(t *testing.T) {
	t.Helper()
	warm.Do(func() { t.Run("warm up", func(t *testing.T) { newWorld(t) }) })
}

// follow is simulate with an eye on the calls about one id.
func follow(t *testing.T, seed uint64, jobs int, wrong wrongly, about string) (r *run) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		keys, err := keyfile.Open(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		ring, err := link.NewKeyring(link.Key{ID: "k1", Secret: bytes.Repeat([]byte{7}, link.MinSecret)})
		if err != nil {
			t.Fatal(err)
		}
		r = &run{yards: simYards(), mailed: map[string]int{}}
		config := simulation.Config{
			Seed: seed, Start: dealership.Noon, Secrets: keys.Sealer(), Wrong: wrong,
			Driver: func(now func() time.Time) table.Driver {
				r.driver = memtable.Driver(t, now)
				return r.driver
			},
			Functions: func(p simulation.Ports) []app.Function { return functions.All(p.Dial, nil, p.Parse) },
			Parse:     autograb.ParsePush,
			Links:     func(now func() time.Time) *link.Signer { return link.New(link.Fixed(ring), now) },
			Site:      app.Site{BaseURL: "https://api.winback.example", AppURL: "https://winback.example", From: "Winback <no-reply@winback.example>"},
		}
		for _, f := range config.Functions(simulation.Ports{}) {
			r.reconciles = r.reconciles || f.Name == "sighting-reconcile"
		}
		r.World = simulation.New(config)
		defer r.Close()
		r.Trace.Follow = about
		r.Partner.Refuses = refused
		r.found(t)
		r.plan(t, jobs)
		r.live(t, jobs)
		r.audit(t)
	})
	return r
}

// live lets the dealers work, first in a bad world, then in a good one until all has come to rest.
func (r *run) live(t *testing.T, jobs int) {
	t.Helper()
	r.Odds = badOdds
	busy := load(jobs)
	for n, s := range r.submissions {
		r.After(r.Dice.Within(busy), func() { r.submit(n, s) })
	}
	for n, c := range r.onSale {
		r.After(busy/6+r.Dice.Within(busy), func() { r.sell(c, n) })
	}
	for n := range len(r.onSale) / 20 {
		r.After(r.Dice.Within(busy), func() { r.invent(n) })
	}
	for _, y := range r.yards {
		if y.users[0] == y.dealer {
			r.After(busy, func() { r.trickle(y, r.Now().Add(tailOfFaults+dispatch.SettleAfter+30*time.Minute)) })
		}
	}
	r.RunUntil(dealership.Noon.Add(busy + tailOfFaults))
	r.Odds = simulation.Odds{}
	if !r.RunUntilQuiet(t, quietBy) || !r.RunDaily(t, quietBy) {
		r.fail("after three days there is still something to do: %v", r.Left())
	}
}

// trickle sells another car of a dealer every few minutes, until an instant. While mails come and go, the ledger knows that
// the provider's events arrive, and settles its doubts.
func (r *run) trickle(y yard, end time.Time) {
	for _, c := range r.cars {
		if c.yard.company == y.company && !c.sold && r.Partner.Accounts[c.yard.key].Refs[string(c.id)] != "" {
			r.onSale = append(r.onSale, c)
			r.sell(c, 1_000_000+len(r.onSale))
			break
		}
	}
	if r.Now().Before(end) {
		r.After(trickles, func() { r.trickle(y, end) })
	}
}

// report says what a run was made of.
func (r *run) report() string {
	return fmt.Sprintf("%d vehicles in %d requests, %d sightings, %d mails; %d calls, %d faults, %d crashes, %d of %d messages twice, %d answers of the mail provider lost, %d mails parked, dead letters brought back %v, digest %x",
		len(r.cars), len(r.submissions), len(r.onSale), len(r.Mailbox.Mails), r.Trace.Calls, r.Trace.Faults, r.Trace.Crashes,
		r.Trace.Duplicates, r.Trace.Messages, r.Mailbox.Doubtful, r.parked, r.Trace.Dead, r.Trace.Digest())
}

// T001, T002, T008, T009, T021, T031, T033, T037, T038, T039: the functions of the catalogue in a bad world.
func TestInABadWorldNothingIsLostNothingIsDoubledAndEverythingEnds(t *testing.T) {
	warmUp(t)
	for n := range *simSeeds {
		seed := *simSeed + uint64(n)
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			start := time.Now()
			r := simulate(t, seed, *simJobs, nil)
			t.Logf("seed %d in %s: %s", seed, time.Since(start).Round(time.Millisecond), r.report())
			if r.parked > 0 {
				t.Errorf("%d mails are parked although the provider's events arrive", r.parked)
			}
			if len(r.wrong) > 0 {
				t.Errorf("go test ./functions -run InABadWorld -seed %d -seeds 1 -jobs %d fails:\n%s\n%s", seed, *simJobs, strings.Join(r.wrong, "\n"), r.story(t, seed))
			} else if *simFollow != "" {
				t.Log(strings.Join(r.Trace.Followed, "\n"))
			}
		})
	}
}

var anID = regexp.MustCompile(`\b[0-9A-Z]{26}\b`)

// story runs a seed that failed again and lists the last calls about the first thing that is wrong.
func (r *run) story(t *testing.T, seed uint64) string {
	t.Helper()
	id := anID.FindString(r.wrong[0])
	if id == "" {
		return ""
	}
	calls := follow(t, seed, *simJobs, nil, id).Trace.Followed
	return "the calls about " + id + ":\n" + strings.Join(calls[max(0, len(calls)-60):], "\n")
}

func TestASeedReplaysBitForBit(t *testing.T) {
	warmUp(t)
	first, second := simulate(t, 7, replayJobs, nil), simulate(t, 7, replayJobs, nil)
	if first.Trace.Digest() != second.Trace.Digest() {
		t.Errorf("seed 7 once: %s\nand again: %s", first.report(), second.report())
	}
	if other := simulate(t, 8, replayJobs, nil); other.Trace.Digest() == first.Trace.Digest() {
		t.Error("seed 8 is the same as seed 7")
	}
}
