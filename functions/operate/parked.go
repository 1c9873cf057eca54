package main

import (
	"context"
	"fmt"
	"io"

	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/mail"
	"github.com/winback-auto/winback/internal/platform/text"
)

// parked ends the doubt about a mail or a text message of which nobody could tell whether it went out.
func parked(ctx context.Context, out io.Writer, args []string) error {
	c := newCommand("parked")
	c.tables()
	co := c.String("company", "", "`id` of the company, from the line in the log of mail-send or text-send")
	send := c.String("send", "", "`id` of the mail or text message, from the same line")
	went := c.String("went", "", "`yes` if it went out, no if it is to be sent now")
	if err := c.parse(out, args, "company", "send", "went"); err != nil {
		return err
	}
	if err := oneOf("answer", *went, []string{"yes", "no"}); err != nil {
		return err
	}
	at, err := c.open(ctx)
	if err != nil {
		return err
	}
	d, err := at.Deps(ctx, log())
	if err != nil {
		return err
	}
	mails, texts := mail.Ledger{Table: d.Table, NewID: d.NewID, Log: d.Log}, text.Ledger{Table: d.Table, NewID: d.NewID, Log: d.Log}
	company, wentOut := ident.Trusted(*co), *went == "yes"
	letter, err := mails.Decide(ctx, company, *send, wentOut)
	if err == nil {
		fmt.Fprintf(out, "The mail is %s now.\n", letter.State)
		return nil
	}
	if !errs.Is(err, errs.NotFound) {
		return err
	}
	note, err := texts.Decide(ctx, company, *send, wentOut)
	if errs.Is(err, errs.NotFound) {
		return fmt.Errorf("the company %s has no mail or text message %s", *co, *send)
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "The text message is %s now.\n", note.State)
	return nil
}
