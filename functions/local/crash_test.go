package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/winback-auto/winback/internal/local/fleet"
	"github.com/winback-auto/winback/internal/platform/table"
)

// The size of a crash run.
const (
	crashCars   = 450 // three chunks
	crashShare  = 0.2
	crashSeen   = 90  // of them are listed
	crashWrites = 120 // write units of an upload and of what begins right after it
	crashDigest = 12  // write units of a digest and its mail
	crashSeeds  = 20
)

// crashSeed moves on to other points: go test ./functions/local -run Killed -crash.seed 1000.
var crashSeed = flag.Int("crash.seed", 0, "first of the seeds that choose where the process is killed")

// totals are what a run ends with, all read from outside.
type totals struct {
	Recaptures, Captured, Customers int
	ByStatus                        map[string]int
	BatchDone                       bool
	Active, Errored, Duplicates     int
	PartnerCustomers, PartnerTwice  int
	Mailed, MailsTwice, Notices     int // sightings that mails tell of, mails sent twice, notices
}

// TestKilledAtAnyPointNothingIsLostAndNothingHappensTwice really kills the process at seeded points of the upload, the
// submission, the pushes, the notices and the digest, starts it again, and compares with a run that nobody disturbed.
func TestKilledAtAnyPointNothingIsLostAndNothingHappensTwice(t *testing.T) {
	want := crashRun(t, nil)
	if want.Recaptures != crashCars || want.Active != crashCars || want.Captured != crashSeen || want.Mailed != want.Captured || want.Notices != want.Captured {
		t.Fatalf("the undisturbed run: %+v", want)
	}
	phases := []string{"upload", "submission", "push", "notice", "digest"}
	var survived, lost, doubled int
	for point := range crashSeeds {
		seed, phase := *crashSeed+point, phases[point%len(phases)]
		if t.Run(fmt.Sprintf("%s %d", phase, seed), func(t *testing.T) {
			k := &killer{phase: phase, random: rand.New(rand.NewPCG(uint64(seed), 7))}
			got := crashRun(t, k)
			t.Log("killed", k.when)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("the outcome differs (- undisturbed, + killed %s):\n%s", k.when, diff)
			}
			lost, doubled = lost+got.missing(want), doubled+want.missing(got)
			if !k.fired {
				t.Error("the process was not killed")
			}
		}) {
			survived++
		}
	}
	t.Attr("survived", strconv.Itoa(survived))
	t.Attr("lost", strconv.Itoa(lost))
	t.Attr("doubled", strconv.Itoa(doubled))
}

// missing counts what the other totals have and these have not.
func (t totals) missing(other totals) (n int) {
	for _, pair := range [][2]int{
		{t.Recaptures, other.Recaptures},
		{t.Captured, other.Captured},
		{t.Customers, other.Customers},
		{t.Active, other.Active},
		{t.PartnerCustomers, other.PartnerCustomers},
		{t.PartnerTwice, other.PartnerTwice},
		{t.Mailed, other.Mailed},
		{t.MailsTwice, other.MailsTwice},
		{t.Notices, other.Notices},
	} {
		n += max(0, pair[1]-pair[0])
	}
	return n
}

// killer kills the process once, somewhere in its phase.
type killer struct {
	phase  string
	random *rand.Rand
	fired  bool
	when   string
}

// watch kills as soon as progress reaches a seeded part of all, while do is under way in the background or done.
func (k *killer) watch(i *installation, phase string, all int, progress func(context.Context) (int, error)) {
	if k == nil || k.phase != phase {
		return
	}
	at := k.random.IntN(all)
	k.when = fmt.Sprintf("in %s at %d of %d", phase, at, all)
	deadline := time.Now().Add(30 * time.Second)
	for time.Now().Before(deadline) {
		now, err := progress(i.Context())
		if err == nil && now >= at {
			k.fire(i)
			return
		}
	}
}

func (k *killer) fire(i *installation) {
	i.winback.kill()
	k.fired = true
	i.start()
}

func crashRun(t *testing.T, k *killer) totals {
	i := install(t)
	cars := fleet.Generate(99, crashCars)
	var list, feed bytes.Buffer
	i.must(fleet.WriteList(&list, cars))
	i.must(fleet.WriteListings(&feed, cars, crashShare, 99))

	batch := i.uploadThrough(k, list.Bytes())
	k.watch(i, "submission", crashCars, func(ctx context.Context) (int, error) {
		var now counts
		err := i.manager.get(ctx, "/v1/recapture-batches/"+batch, &now)
		return now.Submitted/2 + now.Active, err
	})
	i.drain()
	i.must(i.partner.call(i.Context(), http.MethodPost, "/_sim/listings", "text/csv", bytes.NewReader(feed.Bytes()), nil))
	k.watch(i, "push", crashSeen, func(ctx context.Context) (int, error) { return i.pushes(ctx) })
	k.watch(i, "notice", crashSeen, i.noticed)
	i.digestThrough(k)
	return i.totals(batch)
}

// digestThrough lets the minute pass after which the digest is sent.
func (i *installation) digestThrough(k *killer) {
	if k == nil || k.phase != "digest" {
		return
	}
	i.drain()
	done := make(chan struct{})
	go func() {
		// The process may die meanwhile; the rest of the way is settle's.
		_ = i.local.post(i.Context(), "/_local/clock", map[string]string{"advance": "90s"}, nil)
		close(done)
	}()
	before := i.usage().WriteUnits
	k.watch(i, "digest", crashDigest, func(ctx context.Context) (int, error) {
		var u table.Usage
		err := i.local.get(ctx, "/_local/usage", &u)
		return int(u.WriteUnits - before), err
	})
	<-done
}

// uploadThrough uploads as a careful client does: the same request again until it is answered.
func (i *installation) uploadThrough(k *killer, list []byte) string {
	i.Helper()
	if k != nil && k.phase == "upload" {
		before := i.usage().WriteUnits
		ctx, cancel := context.WithCancel(i.Context())
		lost := make(chan struct{})
		go func() {
			i.upload(ctx, list, "the list")
			close(lost)
		}()
		k.watch(i, "upload", crashWrites, func(ctx context.Context) (int, error) {
			var u table.Usage
			err := i.local.get(ctx, "/_local/usage", &u)
			return int(u.WriteUnits - before), err
		})
		cancel()
		<-lost
	}
	batch, err := i.upload(i.Context(), list, "the list")
	if k != nil && k.phase == "upload" && err != nil {
		// The attempt that died holds the key until its time is over.
		i.advance("1m")
		batch, err = i.upload(i.Context(), list, "the list")
	}
	i.must(err)
	return batch
}

// advance moves the application clock forward, which runs everything on the way.
func (i *installation) advance(by string) {
	i.Helper()
	i.must(i.local.post(i.Context(), "/_local/clock", map[string]string{"advance": by}, nil))
}

// pushes is how many pushes the partner got rid of.
func (i *installation) pushes(ctx context.Context) (int, error) {
	var calls struct{ Sent int }
	err := i.partner.get(ctx, "/_sim/calls", &calls)
	return calls.Sent, err
}

type outgoing struct {
	Subject string
	Headers map[string]string
}

// sightings is how many sightings the mail tells of.
func (m outgoing) sightings() int {
	var n int
	if read, err := fmt.Sscanf(m.Subject, "Seen online: %d sightings", &n); read == 1 && err == nil {
		return n
	}
	return 1
}

func (i *installation) mails(ctx context.Context) ([]outgoing, error) {
	var page struct{ Items []outgoing }
	err := i.local.get(ctx, "/_local/outbox?limit=100000", &page)
	return page.Items, err
}

// settle waits until the partner has pushed everything and everything that this caused is done; then the clock moves on
// past every lease and every question that was left open, until nothing changes any more.
func (i *installation) settle() {
	i.Helper()
	i.must(until(i.Context(), func() (bool, int, error) {
		var calls struct{ Pending int }
		err := i.partner.get(i.Context(), "/_sim/calls", &calls)
		return calls.Pending == 0, -calls.Pending, err
	}))
	i.drain()
	for range 3 {
		i.advance("1h")
		i.drain()
	}
}

func (i *installation) totals(batch string) totals {
	i.Helper()
	i.settle()
	// Tokens live on the wall clock, so the one at hand is still good.
	var sum struct {
		TotalCustomers, CapturedCustomers, DistinctCustomers int
		ByStatus                                             map[string]int
	}
	i.must(i.manager.get(i.Context(), "/v1/recaptures/summary", &sum))
	var now counts
	i.must(i.manager.get(i.Context(), "/v1/recapture-batches/"+batch, &now))
	var calls struct{ Customers, Duplicates int }
	i.must(i.partner.get(i.Context(), "/_sim/calls", &calls))
	mails, err := i.mails(i.Context())
	i.must(err)
	sends, mailed := map[string]bool{}, 0
	for _, m := range mails {
		sends[m.Headers["X-Winback-Send-Id"]] = true
		mailed += m.sightings()
	}
	return totals{
		Recaptures: sum.TotalCustomers, Captured: sum.CapturedCustomers, Customers: sum.DistinctCustomers, ByStatus: sum.ByStatus,
		BatchDone: now.Done, Active: now.Active, Errored: now.Errored, Duplicates: now.Duplicates,
		PartnerCustomers: calls.Customers, PartnerTwice: calls.Duplicates,
		Mailed: mailed, MailsTwice: len(mails) - len(sends), Notices: i.notices(),
	}
}

// notices counts all notifications of the manager.
func (i *installation) notices() int {
	i.Helper()
	n, err := i.noticed(i.Context())
	i.must(err)
	return n
}

// noticed counts the notifications that the manager has by now.
func (i *installation) noticed(ctx context.Context) (n int, err error) {
	path := "/v1/notifications?limit=200"
	for cursor := ""; ; {
		var page struct {
			Items []struct{ ID string }
			Next  string
		}
		if err := i.manager.get(ctx, path+cursor, &page); err != nil {
			return n, err
		}
		n += len(page.Items)
		if page.Next == "" {
			return n, nil
		}
		cursor = "&cursor=" + page.Next
	}
}
