package rehearse

import (
	"bytes"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/winback-auto/winback/internal/local/fleet"
	"github.com/winback-auto/winback/internal/testkit/awssim"
	"github.com/winback-auto/winback/internal/testkit/dynamosim"
)

// fewCars are enough for a mail.
const fewCars = 40

// redrive plays what nobody gets done by itself: functions that hear of messages, and of mails that come in, find no table, and
// schedules find no Lambda. What was not done is kept, and the operator's commands tell of it and have it done.
func (r *rehearsal) redrive(t *testing.T) {
	t.Parallel()
	options := prepare(t)
	var down atomic.Bool
	options.Down = down.Load
	options.Fault = func(in awssim.Incoming) awssim.Fault {
		if down.Load() && in.Service == "dynamodb" && (strings.HasSuffix(in.Principal, "-event") || strings.HasSuffix(in.Principal, "mail-received")) {
			return dynamosim.Throttle(in)
		}
		return awssim.Fault{}
	}
	options.Expected = []string{"could not handle an invocation", "Lambda does not take"}
	s := r.stand(t, options)
	if err := s.Seed(t.Context()); err != nil {
		t.Fatal(err)
	}
	p := &play{World: s.world(), partner: client{base: s.partner.url}}
	if err := p.signIn(t.Context(), fewCars); err != nil {
		t.Fatal(err)
	}
	if err := p.upload(t.Context(), fewCars); err != nil {
		t.Fatal(err)
	}
	down.Store(true)
	var feed bytes.Buffer
	if err := fleet.WriteListings(&feed, fleet.Generate(jobSeed, fewCars), seenShare, jobSeed); err != nil {
		t.Fatal(err)
	}
	if err := p.partner.call(t.Context(), http.MethodPost, "/_sim/listings", "text/csv", feed.Bytes(), nil); err != nil {
		t.Fatal(err)
	}
	if err := p.pushed(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := p.answer(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	const customer = "ada.reply@mail.example" // whom answer writes to
	to, err := p.answersTo(t.Context(), customer)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := (client{base: p.Winback}).deliver(t.Context(), mailed(customer, to, "late", "MIME-Version: 1.0", "Here I am.")); err != nil {
		t.Fatal(err)
	}
	if err := s.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := map[string]int{}
	for _, g := range s.lambda.GivenUp() {
		want[program(g.Function)]++
	}
	for _, schedule := range s.Plan.Schedules {
		name := program(s.Plan.Function(schedule.Target.Function).Name)
		if want[name] = 1; s.bus.tick(schedule) != nil {
			t.Errorf("%s is invoked", name)
		}
	}
	dead, err := s.DeadLetters(t.Context())
	if err != nil || want["mail-event"] == 0 || want["text-event"] == 0 || want["mail-received"] != 1 || !maps.Equal(dead, want) {
		t.Fatalf("kept are %v, not %v: %v", dead, want, err)
	}

	down.Store(false)
	told, err := s.Operate(t.Context(), "queues", "-env", *environment)
	if err != nil || !strings.Contains(told, "mail-event") {
		t.Errorf("the operator is not told of mail-event: %v\n%s", err, told)
	}
	done, err := s.Operate(t.Context(), "redrive", "-env", *environment, "-queue", "all")
	if want := fmt.Sprintf("mail-event: %d of about %[1]d handled", want["mail-event"]); err != nil || !strings.Contains(done, want) {
		t.Errorf("the operator is not told %q: %v\n%s", want, err, done)
	}
	if err := s.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	if dead, err := s.DeadLetters(t.Context()); err != nil || len(dead) > 0 {
		t.Errorf("left are %v: %v", dead, err)
	}
	id, err := p.manager.first(t.Context(), "/v1/leads?unanswered=true&limit=1")
	if err != nil {
		t.Fatal(err)
	}
	var page struct{ Items []spoken }
	if err := p.manager.get(t.Context(), "/v1/leads/"+id+"/conversation", &page); err != nil || len(page.Items) == 0 || page.Items[0].Text != "Here I am." {
		t.Errorf("the mail has not landed: %+v, %v", page.Items, err)
	}
}
