package alert_test

import (
	"sync"
	"testing"

	"github.com/winback-auto/winback/internal/lead"
	"github.com/winback-auto/winback/internal/lead/rule"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/testkit/dealership"
)

// 120 leads are routed by eight at once, each of them twice.
func TestLeadsAtOnceAreSharedOutFairlyAndNobodyGetsMoreThanTheirCapacity(t *testing.T) {
	const leads, capacity = 120, 35
	w := newWorld(t)
	w.rule(rule.Rule{Mode: rule.RoundRobin, Capacity: capacity, Recipients: []access.UserID{dealership.Sydney, dealership.Second, dealership.Manager}})
	var ids []lead.ID
	for n := range leads {
		done, err := lead.Capture(t.Context(), w.Deps, dealership.Harbour, ask(n), lead.Place{Yards: []string{"sydney"}})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, done.Lead.ID)
	}
	work := make(chan lead.ID)
	var workers sync.WaitGroup
	for range 8 {
		workers.Go(func() {
			for id := range work {
				for {
					_, err := lead.Route(t.Context(), w.Deps, dealership.Harbour, id)
					if err == nil {
						break
					}
					if !errs.Is(err, errs.Unavailable) {
						t.Error(err)
						break
					}
				}
			}
		})
	}
	for _, id := range ids {
		work <- id
		work <- id
	}
	close(work)
	workers.Wait()
	counts := map[access.UserID]int{}
	for _, id := range ids {
		l := w.load(dealership.Harbour, id)
		counts[l.User]++
		if l.Routing == nil || l.Routing.User != l.User || l.User != "" && l.Handovers != 1 {
			t.Errorf("%+v %+v", l, l.Routing)
		}
	}
	if counts[dealership.Sydney] != capacity || counts[dealership.Second] != capacity || counts[dealership.Manager] != capacity || counts[""] != leads-3*capacity {
		t.Errorf("%v", counts)
	}
}
