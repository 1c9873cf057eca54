package main

import (
	"context"
	"fmt"
	"io"

	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/mail"
)

// parked ends the doubt about a mail of which nobody could tell whether it went out.
func parked(ctx context.Context, out io.Writer, args []string) error {
	c := newCommand("parked")
	c.tables()
	co := c.String("company", "", "`id` of the company, from the line in the log of mail-send")
	send := c.String("send", "", "`id` of the mail, from the same line")
	went := c.String("went", "", "`yes` if the mail went out, no if it is to be sent now")
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
	ledger := mail.Ledger{Table: d.Table, NewID: d.NewID, Log: d.Log}
	dispatch, err := ledger.Decide(ctx, ident.Trusted(*co), *send, *went == "yes")
	if errs.Is(err, errs.NotFound) {
		return fmt.Errorf("the company %s has no mail %s", *co, *send)
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "The mail is %s now.\n", dispatch.State)
	return nil
}
