package recapture_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/notify"
	"github.com/winback-auto/winback/internal/partner"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/recapture"
	"github.com/winback-auto/winback/internal/vehicle"
)

// How bad the simulated world is.
const (
	faults     = 0.05 // of the calls of table, queue and partner; half of them take effect all the same
	lost       = 0.50 // of the answers to uploads, of which there are but few
	duplicates = 0.20 // of deliveries
	crashes    = 0.02 // of table calls of workers: nothing works any more until the message comes again
)

// fleetSize is the number of vehicles; a part of them is submitted twice, another is seen for sale.
const (
	fleetSize = 300
	overlap   = 60
	forSale   = 80
)

// mutant is a wrong way to work that the simulation must notice.
type mutant struct {
	forgets bool                            // lists are not looked up after a lost answer
	refused bool                            // a lost answer counts as a clear refusal
	driver  func(table.Driver) table.Driver // of the table
	once    bool                            // the partner takes every answer for a yes
}

// sim is one run. Workers write in parallel, so what they meet is locked; which of them meets it is left to chance.
type sim struct {
	*world
	fate sync.Mutex
	rng  *rand.Rand
	dead bool // the process that handles a message at the moment
	off  bool // all goes well
}

func (s *sim) chance(p float64) bool {
	s.fate.Lock()
	defer s.fate.Unlock()
	return !s.off && s.rng.Float64() < p
}

// pick is a number below n.
func (s *sim) pick(n int) int {
	s.fate.Lock()
	defer s.fate.Unlock()
	return s.rng.IntN(n)
}

// died reports whether the process is dead by now.
func (s *sim) died() bool {
	dies := s.chance(crashes)
	s.fate.Lock()
	defer s.fate.Unlock()
	s.dead = !s.off && (s.dead || dies)
	return s.dead
}

// restart brings it back.
func (s *sim) restart() {
	s.fate.Lock()
	defer s.fate.Unlock()
	s.dead = false
}

// misfortune decides about one call.
func (s *sim) misfortune() (apply bool, err error) {
	if s.chance(faults) {
		return s.pick(2) == 0, errs.E(errs.Unavailable, "no answer")
	}
	return true, nil
}

// simulate lives through submission, upload, watching, pushes and notices with a seed, and says what is wrong in the end.
func simulate(t *testing.T, seed uint64, m mutant) (wrong []string) {
	var around []func(table.Driver) table.Driver
	if m.driver != nil {
		around = append(around, m.driver)
	}
	s := &sim{world: open(t, around...), rng: rand.New(rand.NewPCG(seed, 1))}
	s.partner.forgets, s.partner.busy = m.forgets, 2
	s.partner.fail = func(call string) (bool, error) {
		apply, err := s.misfortune()
		if call == "upload" && s.chance(lost) {
			apply, err = s.pick(2) == 0, errs.E(errs.Unavailable, "no answer")
		}
		if err != nil && !m.refused {
			err = errs.E(errs.Unavailable, "no answer: %w", partner.ErrAmbiguous)
		}
		return apply, err
	}
	s.queue.fail = func(string) (bool, error) { return s.misfortune() }
	s.faulty(func(string) (bool, error) {
		if s.died() {
			return false, errors.New("the process is dead")
		}
		return s.misfortune()
	})

	batches := []string{s.submit(0, fleetSize, "a"), s.submit(fleetSize-overlap, fleetSize+overlap, "b")}
	for range s.pick(400) {
		s.work()
	}
	var sold []string
	for pending := s.rng.Perm(fleetSize)[:forSale]; len(pending) > 0; {
		s.work()
		pending = slices.DeleteFunc(pending, func(n int) bool {
			if id := s.listed(vin(n)); id != "" && s.pick(8) == 0 {
				s.partner.list(id, s.onSale(0, 9000))
				sold = append(sold, id)
				s.pushUntilTaken(id, m.once)
				return true
			}
			return false
		})
	}
	for s.work() {
	}
	s.off = true
	s.restart()
	s.run()
	return s.audit(batches, sold)
}

// submit uploads vehicles; a client repeats its request until it is answered.
func (s *sim) submit(from, to int, key string) string {
	var file strings.Builder
	file.WriteString("vin,customer_last_name\n")
	for n := from; n < to; n++ {
		fmt.Fprintf(&file, "%s,Owner%d\n", vin(n), n)
	}
	for {
		a := s.call(ann, "POST", "/v1/recaptures/uploads", file.String(), "Content-Type: text/csv", "Idempotency-Key: "+key)
		s.restart()
		if a.status == 202 {
			var u uploadView
			s.must(json.Unmarshal([]byte(a.body), &u))
			return u.Batch
		}
		s.pass(time.Minute)
	}
}

// listed is the id of a vehicle, once the partner has it on a list.
func (s *sim) listed(vin string) string {
	id, _ := recapture.IDOf(harbour, vehicle.Vehicle{VIN: vin})
	if _, ok := s.partner.watched[refOf(string(id))]; !ok {
		return ""
	}
	return string(id)
}

// pushUntilTaken is the partner: it repeats a push until it is answered, and sometimes afterwards.
func (s *sim) pushUntilTaken(id string, once bool) {
	for {
		status := s.push(partner.EventNew, id, id)
		s.restart()
		if (status == 204 || once) && !s.chance(duplicates) {
			return
		}
	}
}

// work handles a message chosen by chance, or lets time go by; false where nothing is left to do. Dead letters are brought
// back, as an operator does.
func (s *sim) work() bool {
	s.restart()
	if m, ok := s.queue.take(s.pick(1000), s.workers); ok {
		if s.chance(duplicates) {
			s.queue.put(m, time.Duration(s.pick(300))*time.Second)
		}
		s.consume(m)
		return true
	}
	for _, m := range s.queue.dead {
		m.receives = 0
		s.queue.put(m, 0)
	}
	s.queue.dead = nil
	s.pass(10 * time.Second)
	off := s.off
	s.off = true // what looks here is the test
	_, waits, err := s.Outbox().NextDue(s.Context(), 12*time.Hour)
	s.must(err)
	_, found := s.queue.next(s.workers)
	s.off = off
	_, err = s.Outbox().Sweep(s.Context())
	return waits || found || err != nil
}

// audit compares the end with what was put in.
func (s *sim) audit(batches, sold []string) (wrong []string) {
	expect := func(what string, got, want any) {
		if fmt.Sprint(got) != fmt.Sprint(want) {
			wrong = append(wrong, fmt.Sprintf("%s: %v, want %v", what, got, want))
		}
	}
	const all = fleetSize + overlap
	taken := map[string]int{}
	for _, list := range s.partner.lists {
		for _, v := range list.Vehicles {
			taken[v.ID]++
		}
	}
	twice := 0
	for _, n := range taken {
		if n > 1 {
			twice++
		}
	}
	expect("vehicles with the partner", len(taken), all)
	expect("vehicles with the partner twice", twice, 0)
	active, duplicate := 0, 0
	for i, id := range batches {
		b := s.batch(id)
		expect(fmt.Sprint("batch ", i, " is done"), b.Done, true)
		expect(fmt.Sprint("batch ", i, " total"), b.Total, []int{fleetSize, 2 * overlap}[i])
		active, duplicate = active+b.Active, duplicate+b.Duplicates
	}
	expect("active in batches", active, all)
	expect("duplicates in batches", duplicate, overlap)
	sum := s.summary(ann)
	expect("summary", fmt.Sprint(sum.TotalCustomers, sum.CapturedCustomers, sum.DistinctCustomers, sum.ByStatus["active"], sum.ByStatus["new_sighting"], sum.ByStatus["errored"]),
		fmt.Sprint(all, forSale, all, all-forSale, forSale, 0))
	told := map[string]int{}
	for next, first := "", true; first || next != ""; first = false {
		page := want[pageView[noticeView]](s.world, 200, ann, "GET", "/v1/notifications?limit=200&cursor="+next, "")
		for _, n := range page.Items {
			told[n.About.ID]++
		}
		next = page.Next
	}
	expect("vehicles told of", len(told), forSale)
	seen := map[string]bool{}
	for next, first := "", true; first || next != ""; first = false {
		page := want[pageView[recaptureView]](s.world, 200, ann, "GET", "/v1/recaptures?limit=200&cursor="+next, "")
		for _, r := range page.Items {
			if seen[r.ID] {
				wrong = append(wrong, r.ID+" is listed twice")
			}
			seen[r.ID] = true
		}
		next = page.Next
	}
	expect("vehicles on the dashboard", len(seen), all)
	for _, id := range sold {
		expect("notices about "+id, told[id], 1)
	}
	mails := map[string]bool{} // each promise has an id, however often it is delivered
	for _, m := range s.queue.messages {
		if m.Topic == notify.Send.Name {
			mails[m.ID] = true
		}
	}
	expect("mails promised", len(mails), forSale)
	expect("dead letters", len(s.queue.dead), 0)
	return wrong
}

// T001, T021, T030, T038, T040: production handlers in a bad world.
func TestInABadWorldNothingIsLostAndNothingHappensTwice(t *testing.T) {
	for seed := range uint64(seeds) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			for _, wrong := range simulate(t, seed, mutant{}) {
				t.Error(wrong)
			}
		})
	}
}

// Wrong ways to work show that the simulation would notice.
func TestTheSimulationNoticesWrongWaysToWork(t *testing.T) {
	for name, m := range map[string]mutant{
		"lists are not looked up after a lost answer": {forgets: true},
		"a lost answer counts as a refusal":           {refused: true},
		"messages are sent without a promise":         {driver: func(d table.Driver) table.Driver { return unpromising{d} }},
		"pushes are answered before they are durable": {once: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(3) {
				if wrong := simulate(t, seed, m); len(wrong) > 0 {
					return
				}
			}
			t.Error("nothing was noticed")
		})
	}
}

// unpromising is a table without an outbox: what is to be sent at once is sent after the write, or never.
type unpromising struct{ table.Driver }

func (u unpromising) Write(ctx context.Context, ops []table.Op) error {
	ops = slices.Clone(ops)
	for i := range ops {
		item := &ops[i].Item
		item.Pending = slices.DeleteFunc(slices.Clone(item.Pending), func(m table.Message) bool { return m.At.IsZero() })
		if len(item.Pending) == 0 {
			item.Due = table.IndexKey{}
		}
	}
	return u.Driver.Write(ctx, ops)
}
