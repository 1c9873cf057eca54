package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/aws/deployment"
	"github.com/winback-auto/winback/internal/platform/dispatch"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/mail"
)

// row is the line of a queue in the table of counts.
func row(t *testing.T, name string) string {
	t.Helper()
	out, err := operate(t, "queues", "-env", "prod")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(out) {
		if fields := strings.Fields(line); len(fields) > 4 && fields[4] == name {
			return strings.Join(fields[:4], " ")
		}
	}
	t.Fatalf("%s is not in\n%s", name, out)
	return ""
}

func TestEveryQueueIsCounted(t *testing.T) {
	a := newAccount(t)
	a.call(t, "AmazonSQS.SendMessage", map[string]any{"QueueUrl": a.outputs[deployment.QueueOutput("recapture-submit")], "MessageBody": "{}"})
	a.bury(t, "recapture-submit", "{}", "{}")
	a.bury(t, "outbox-sweep", "{}")
	for name, want := range map[string]string{"recapture-submit": "1 0 0 2", "outbox-sweep": "0 0 0 1", "mail-event": "0 0 0 0"} {
		if got := row(t, name); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	says(t, "3 failed for good", "queues", "-env", "prod")
	out, err := operate(t, "queues", "-env", "prod")
	if err != nil || strings.Count(out, "\n") != len(drains())+2 {
		t.Errorf("%v\n%s", err, out)
	}
}

// T015: all of them are tried again, each once, and the counts say so.
func TestDeadMessagesGoBackIntoTheirQueue(t *testing.T) {
	a := newAccount(t)
	var bodies []string
	for n := range 120 {
		bodies = append(bodies, fmt.Sprintf(`{"company":"harbour-motors","data":{"chunk":%d}}`, n))
	}
	a.bury(t, "recapture-submit", bodies...)
	a.bury(t, "mail-send", "{}")
	out, err := operate(t, "redrive", "-env", "prod", "-queue", "recapture-submit")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"recapture-submit: 50 of about 120 sent again", "recapture-submit: 100 of about 120", "recapture-submit: 120 of about 120"} {
		if !strings.Contains(out, want) {
			t.Errorf("lacks %q:\n%s", want, out)
		}
	}
	if got := row(t, "recapture-submit"); got != "120 0 0 0" {
		t.Errorf("recapture-submit: %s", got)
	}
	if got := row(t, "mail-send"); got != "0 0 0 1" {
		t.Errorf("mail-send, which nobody named: %s", got)
	}
	says(t, "", "redrive", "-env", "prod", "-queue", "recapture-submit")
	if got := row(t, "recapture-submit"); got != "120 0 0 0" {
		t.Errorf("recapture-submit, redriven twice: %s", got)
	}
}

func TestAllQueuesAreRedrivenAtOnce(t *testing.T) {
	a := newAccount(t)
	a.bury(t, "recapture-poll", "{}")
	a.bury(t, "mail-send", "{}", "{}")
	a.bury(t, "sighting-reconcile", `{"detail-type":"Scheduled Event"}`)
	out, err := operate(t, "redrive", "-env", "prod", "-queue", "all")
	if err != nil || !strings.Contains(out, "sighting-reconcile: 1 of about 1 missed ticks struck out") || strings.Contains(out, "failed for good") {
		t.Errorf("%v\n%s", err, out)
	}
	for name, want := range map[string]string{"recapture-poll": "1 0 0 0", "mail-send": "2 0 0 0", "sighting-reconcile": "0 0 0 0"} {
		if got := row(t, name); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}

// What the provider reported and nobody could record is recorded here, in the form of the bus and in that of Lambda.
func TestDeadEventsAreHandledByTheirFunction(t *testing.T) {
	a := newAccount(t)
	says(t, "was created", harbour...)
	d := deps(t)
	co := ident.Trusted("harbour-motors")
	for _, id := range []string{"send1", "send2"} {
		op, err := mail.Plan(t.Context(), d.Table, co, mail.Letter{SendID: id, Class: mail.Park, Kind: "notice", To: "ada@harbour.example", Subject: "Hello", Text: "Hello"}, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Table.Write(t.Context(), op); err != nil {
			t.Fatal(err)
		}
	}
	sent := func(id string) string {
		return fmt.Sprintf(`{"version":"0","id":"e-%[1]s","source":"aws.ses","detail-type":"Email Sent","time":"2026-11-22T12:00:00Z","resources":[],"detail":{
			"eventType":"Send","mail":{"timestamp":"2026-11-22T12:00:00Z","messageId":"ses-%[1]s","tags":{"send_id":[%[1]q],"company":["harbour-motors"]}}}}`, id)
	}
	record, err := json.Marshal(map[string]any{
		"version": "1.0", "requestContext": map[string]any{"condition": "RetriesExhausted", "approximateInvokeCount": 3},
		"requestPayload": json.RawMessage(sent("send2")), "responseContext": map[string]any{"functionError": "Unhandled"},
	})
	if err != nil {
		t.Fatal(err)
	}
	a.bury(t, "mail-event", sent("send1"), string(record))
	says(t, "mail-event: 2 of about 2 handled", "redrive", "-env", "prod", "-queue", "mail-event")
	for _, id := range []string{"send1", "send2"} {
		found, err := mail.Find(t.Context(), d.Table, co, id)
		if err != nil || found.State != dispatch.Sent || len(found.Accepted) != 1 {
			t.Errorf("%s: %+v, %v", id, found, err)
		}
	}
	if got := row(t, "mail-event"); got != "0 0 0 0" {
		t.Errorf("mail-event: %s", got)
	}
}

func TestADeadEventThatFailsAgainStays(t *testing.T) {
	a := newAccount(t)
	a.bury(t, "mail-event", `{"what":"no event"}`)
	fails(t, "mail-event: ", "redrive", "-env", "prod", "-queue", "mail-event")
	if got := row(t, "mail-event"); got != "0 0 0 1" {
		t.Errorf("mail-event: %s", got)
	}
}

func TestAQueueThatDoesNotExistIsAnsweredWithThoseThatDo(t *testing.T) {
	newAccount(t)
	fails(t, `there is no queue "recaptures": it is one of all, `, "redrive", "-env", "prod", "-queue", "recaptures")
	fails(t, "missing: QUEUE (-queue)", "redrive", "-env", "prod")
	fails(t, "there is no stack winback-dev-app", "redrive", "-env", "dev", "-queue", "all")
}
