package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/winback-auto/winback/functions"
	"github.com/winback-auto/winback/internal/aws/deployment"
	"github.com/winback-auto/winback/internal/partner/autograb"
	"github.com/winback-auto/winback/internal/platform/app"
)

// receive lets mails come in: CloudFormation makes the rule set, and does not make it the active one.
func receive(ctx context.Context, out io.Writer, args []string) error {
	c := newCommand("receive")
	replace := c.String("replace", "", "`name` of the rule set of SES that is active and that ours replaces")
	if err := c.parse(out, args); err != nil {
		return err
	}
	all := functions.All(autograb.Dial(autograb.Options{}), autograb.DialValuer(autograb.Options{}), autograb.ParsePush)
	if !slices.ContainsFunc(all, func(f app.Function) bool { return f.Uses.Inbox }) {
		fmt.Fprintln(out, "No function reads mails that come in, so none do.")
		return nil
	}
	at, err := c.open(ctx)
	if err != nil {
		return err
	}
	return activate(ctx, out, at, *replace)
}

// activate makes the rule set of an installation the active one of its account, and says what it replaces.
func activate(ctx context.Context, out io.Writer, at *deployment.Deployment, replace string) error {
	ours, err := at.RuleSet(ctx)
	if err != nil {
		return err
	}
	before, err := at.MayReceive(ctx, ours, replace)
	var foreign *deployment.ForeignRulesError
	switch {
	case errors.As(err, &foreign):
		return fmt.Errorf("%w. Name it as RuleSet in infra/stack/environment.go, and our rule is added to it; or say REPLACE=%s (-replace), and its mails do not come in any more",
			err, foreign.Set.Name)
	case err != nil:
		return err
	case before.Name == ours:
		fmt.Fprintf(out, "Mails come in by the rule set %s already.\n", ours)
		return nil
	}
	if err := at.Receive(ctx, ours); err != nil {
		return err
	}
	fmt.Fprintf(out, "Mails come in by the rule set %s from now on.\n", ours)
	if before.Name != "" {
		fmt.Fprintf(out, "It replaces %s with its %d rules; aws ses set-active-receipt-rule-set --rule-set-name %s puts that back.\n", before.Name, before.Rules, before.Name)
	}
	return nil
}
