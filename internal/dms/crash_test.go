package dms_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/dms"
	"github.com/winback-auto/winback/internal/lead"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/table/tabletest"
	"github.com/winback-auto/winback/internal/platform/webhook"
	"github.com/winback-auto/winback/internal/prospect"
	"github.com/winback-auto/winback/internal/testkit/dealership"
)

// Whichever write the process dies at, whether it was carried out or not: each change is in the feed once, and reaches the
// endpoint, under one id.
func TestAfterACrashAtAnyWriteNothingIsLostAndNothingIsDouble(t *testing.T) {
	for crash := range tabletest.Crashes(t, 24) {
		x := connected(t)
		id := hand(t, x.World, row("F1", 1, nil)).Items[0].Prospect
		path := "/v1/prospects/" + string(id)
		failing := 2
		x.system.answer = func(webhook.Message) (webhook.Answer, error) {
			if failing > 0 {
				failing--
				return webhook.Answer{Status: 503}, nil
			}
			return webhook.Answer{Status: 200}, nil
		}
		x.Crash = crash
		act := func(want int, target, body, key string) {
			answer := x.Call(t, dealership.Sydney, "POST", target, body, "Idempotency-Key: "+key)
			if crash.Dead() {
				x.Time = x.Time.Add(time.Minute) // the lease of the attempt ends
				answer = x.Call(t, dealership.Sydney, "POST", target, body, "Idempotency-Key: "+key)
			}
			if answer.Status != want && answer.Status != 409 {
				t.Fatalf("%s: %+v", target, answer)
			}
		}
		act(201, path+"/attempts", `{"notes": "no answer"}`, "k1")
		act(201, path+"/messages", `{"channel": "email", "subject": "Your car", "body": "Shall we talk?"}`, "k3")
		act(200, path+"/complete", `{"notes": "bought elsewhere"}`, "k2")
		for range 3 {
			for _, f := range []app.Function{dms.Publisher, dms.Deliverer(x.system)} {
				for _, body := range x.Sent.Take(f.Consumes.Topic) {
					for range 3 { // it comes again, and twice
						crash.Restart()
						_ = f.Consumes.Handle(t.Context(), app.Grant(x.Deps, f), body)
					}
				}
			}
			x.Time = x.Time.Add(10 * time.Minute)
			crash.Restart()
			_, _ = x.Outbox().Sweep(t.Context())
		}
		crash.Over()
		x.pass(t, time.Hour)
		entries, _ := feed(t, x.World, "")
		if got := types(entries); got != "1 prospect.attempted 2 prospect.contacted 3 prospect.completed " {
			t.Fatalf("the feed has %s", got)
		}
		ids := x.system.ids()
		slices.Sort(ids)
		if ids = slices.Compact(ids); len(ids) != 3 {
			t.Errorf("sent %v", ids)
		}
		for _, d := range x.log(t) {
			if d.State != dms.Delivered {
				t.Errorf("%+v", d)
			}
		}
	}
}

// Many people work at once, and messages come twice and out of order: each change is in the feed once, those of a prospect
// in their order, and numbers have no gaps.
func TestTheFeedOfManyAtOnceHasNeitherGapsNorDoubles(t *testing.T) {
	x := connected(t)
	const prospects, tries = 12, 5
	var ids []prospect.ID
	for range prospects {
		ids = append(ids, hand(t, x.World, row(fmt.Sprintf("F%s", x.NewID()), 1, nil)).Items[0].Prospect)
	}
	var group sync.WaitGroup
	for n, id := range ids {
		group.Go(func() {
			for i := range tries {
				x.Call(t, dealership.Sydney, "PATCH", "/v1/prospects/"+string(id), fmt.Sprintf(`{"notes": "%d %d"}`, n, i))
			}
			x.Call(t, dealership.Sydney, "POST", "/v1/prospects/"+string(id)+"/complete", `{}`)
		})
	}
	group.Wait()
	bodies := x.Sent.Take("dms-publish")
	slices.Reverse(bodies)
	for _, body := range append(bodies, bodies...) {
		group.Go(func() {
			for range 50 {
				if dms.Publisher.Consumes.Handle(t.Context(), app.Grant(x.Deps, dms.Publisher), body) == nil {
					return
				}
			}
			t.Error("a message never gets through")
		})
	}
	group.Wait()
	entries, _ := feed(t, x.World, "")
	if len(entries) != prospects*(tries+1) {
		t.Errorf("%d entries", len(entries))
	}
	latest := map[prospect.ID]string{}
	for i, e := range entries {
		if e.Number != int64(i+1) {
			t.Fatalf("entry %d has the number %d", i, e.Number)
		}
		said := "z"
		if e.Type == prospect.WasChanged {
			said = e.Plan.Notes
		}
		if said <= latest[e.Prospect] {
			t.Errorf("%s is told %q behind %q", e.Prospect, said, latest[e.Prospect])
		}
		latest[e.Prospect] = said
	}
}

// The lead that a prospect becomes, the completed prospect and what the DMS is told are one write (P34–P36).
func TestAProspectBecomesALeadTogetherWithWhatTheDMSIsTold(t *testing.T) {
	for crash := range tabletest.Crashes(t, 4) {
		x := connected(t)
		x.Serve(lead.API(nil))
		id := hand(t, x.World, row("F1", 1, map[string]any{"vehicle": map[string]any{"vin": "6T153BK360X070769"}})).Items[0].Prospect
		x.Crash = crash
		x.Call(t, dealership.Sydney, "POST", "/v1/prospects/"+string(id)+"/convert", `{}`)
		crash.Over()
		x.pass(t, 2*time.Minute) // the sweeper finds what was promised
		p := read(t, x.World, dealership.Sydney, id)
		leads, _ := x.Want(t, 200, dealership.Sydney, "GET", "/v1/leads", "").List(t)
		entries, _ := feed(t, x.World, "")
		if done := len(leads) == 1; p.Completed != done || (len(entries) == 1) != done || len(x.system.ids()) != len(entries) {
			t.Errorf("completed %v, leads %v, told %s, sent %v", p.Completed, leads, types(entries), x.system.ids())
		}
		if len(entries) == 1 && (entries[0].Type != prospect.WasConverted || entries[0].Lead != leads[0]) {
			t.Errorf("told %+v", entries)
		}
	}
}
