package main

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/platform/dispatch"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/mail"
)

// lost is a provider whose answers never arrive.
type lost struct{}

func (lost) Send(context.Context, mail.Message) (string, error) {
	return "", fmt.Errorf("reset: %w", dispatch.ErrAmbiguous)
}

func TestAParkedMailIsSettledByHand(t *testing.T) {
	newAccount(t)
	d := deps(t)
	co := ident.Trusted("harbour-motors")
	op, err := mail.Plan(t.Context(), d.Table, co, mail.Letter{SendID: "send1", Kind: "notice", To: "ada@harbour.example", Subject: "Hello", Text: "Hello"}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Table.Write(t.Context(), op); err != nil {
		t.Fatal(err)
	}
	command := []string{"parked", "-env", "prod", "-company", "harbour-motors", "-send", "send1", "-went", "no"}
	fails(t, "this mail is not parked but pending", command...)

	now := time.Now()
	later := depsAt(t, func() time.Time { return now })
	ledger := mail.Ledger{Table: later.Table, Sender: lost{}, From: "no-reply@winback.example", NewID: d.NewID, Log: d.Log}
	for range 2 {
		if err := ledger.Deliver(t.Context(), co, dispatch.Delivery{SendID: "send1"}); err != nil {
			t.Fatal(err)
		}
		now = now.Add(dispatch.SettleAfter + time.Minute)
	}
	says(t, "The mail is released now.", command...)
	settled, err := mail.Find(t.Context(), d.Table, co, "send1")
	if err != nil || settled.State != dispatch.Released {
		t.Errorf("%+v, %v", settled, err)
	}

	fails(t, `there is no answer "maybe": it is one of yes, no`, with(command, "-went", "maybe")...)
	fails(t, "the company harbour-motors has no mail or text message send2", with(command, "-send", "send2")...)
	fails(t, "missing: COMPANY (-company), SEND (-send), WENT (-went)", "parked", "-env", "prod")
}
