package rehearse

import (
	"flag"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// What make rehearse says.
var (
	environment = flag.String("env", "dev", "environment whose templates are played: dev or prod")
	cars        = flag.Int("cars", 300, "how many vehicles the main job has")
	tell        = flag.Bool("report", false, "say what happens and print the report")
	whole       = flag.Bool("whole", false, "list every kind of call and every grant in it")
	far         = flag.Bool("far", false, "play the main job with ten times the vehicles on DynamoDB Local, too, which make conformance installs")
)

// rounds is how often every program is started to see how long that takes.
const rounds = 9

// TestTheRehearsal plays what is deployed on this machine, without AWS: the synthesized templates are stood up, the real
// programs run in them, and every call is judged by the role that the templates give. It plays the main job, the scripts
// of local mode, a bad world, and operations that end badly, and prints what each function did, what it was denied and
// granted in vain, and what that would have cost. Times are to be read and do not gate.
func TestTheRehearsal(t *testing.T) {
	if *environment != "dev" && *environment != "prod" {
		t.Fatalf("there is no environment %q: it is dev or prod", *environment)
	}
	if *cars < 40 || *cars > 10_000 {
		t.Fatalf("%d vehicles: it is 40 to 10,000", *cars)
	}
	r := &rehearsal{begun: time.Now()}
	r.say("the templates are synthesized and the programs built: minutes, the first time")
	prepare(t)
	t.Run("TheMainJobEndsAsInLocalMode", r.mainJob)
	t.Run("Beside", func(t *testing.T) {
		t.Run("ABadWorld", r.badWorld)
		t.Run("WhatFailsForGoodIsKeptAndRedriven", r.redrive)
		t.Run("AListThatThePartnerForgets", r.forget)
		t.Run("Script", r.scripts)
		if *far {
			t.Run("TheMainJobOnDynamoDBLocal", r.dynamoDBLocal)
		}
	})
	r.say("done")
	r.report(t)
}

// rehearsal is one under way.
type rehearsal struct {
	begun  time.Time
	starts []Start
	cost   Cost

	mu     sync.Mutex
	stands []*Stand
}

// say tells whoever watches what happens next.
func (r *rehearsal) say(what string) {
	if *tell {
		fmt.Printf("%6.1f s  %s\n", time.Since(r.begun).Seconds(), what)
	}
}

// stand opens a stand that counts for the rehearsal.
func (r *rehearsal) stand(t testing.TB, options Options) *Stand {
	t.Helper()
	s := stand(t, options)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stands = append(r.stands, s)
	return s
}

// mainJob has nothing beside it, so that its times are those of the programs.
func (r *rehearsal) mainJob(t *testing.T) {
	s := r.stand(t, prepare(t))
	r.say("programs start and are measured")
	starts, err := s.Starts(t.Context(), rounds)
	if err != nil {
		t.Fatal(err)
	}
	out, cost, err := s.Priced(t.Context(), *cars, r.say)
	if err != nil {
		t.Fatal(err)
	}
	r.starts, r.cost = starts, cost
	r.say(out.String())
	r.say("local mode plays the same")
	alike(t, out, *cars)
}

// localOutcomes are local mode's of main jobs, each of which is played once.
var localOutcomes sync.Map

// alike compares the outcome of a main job with local mode's on the same lists.
func alike(t *testing.T, got Outcome, cars int) {
	t.Helper()
	played, _ := localOutcomes.LoadOrStore(cars, sync.OnceValues(func() (Outcome, error) { return Play(t.Context(), localMode(t), cars) }))
	want, err := played.(func() (Outcome, error))()
	if err != nil {
		t.Fatal(err)
	}
	if lost, doubled := got.Missing(want), want.Missing(got); lost+doubled > 0 {
		t.Errorf("%d lost, %d doubled", lost, doubled)
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(Outcome{})); diff != "" {
		t.Errorf("the outcome differs (- local mode, + rehearsal):\n%s", diff)
	}
}

// report fails where something was refused, granted in vain or never invoked.
func (r *rehearsal) report(t *testing.T) {
	report, err := NewReport(r.stands...)
	if err != nil {
		t.Fatal(err)
	}
	report.Starts, report.Cost = r.starts, r.cost
	if *tell {
		fmt.Println()
		if err := report.Write(os.Stdout, *whole); err != nil {
			t.Error(err)
		}
	}
	if t.Failed() {
		return // what was not played to its end says nothing about grants
	}
	for _, wrong := range report.Wrong() {
		t.Error(wrong)
	}
}
