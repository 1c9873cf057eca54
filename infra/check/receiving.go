package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"

	"github.com/winback-auto/winback/infra/stack"
	"github.com/winback-auto/winback/internal/aws/deployment"
)

// lookup asks the DNS who takes the mails of a domain.
var lookup = net.DefaultResolver.LookupMX

// receiving asks whether answers would come in: mails name an address for them from the first deployment on. Nothing is asked
// where no function reads mails.
func receiving(ctx context.Context, env stack.Environment, d *deployment.Deployment, replace string) error {
	if !stack.Receives(all()) {
		return nil
	}
	return errors.Join(rules(ctx, env, d, replace), exchanger(ctx, env))
}

// rules asks whether our rule set may hold.
func rules(ctx context.Context, env stack.Environment, d *deployment.Deployment, replace string) error {
	_, err := d.MayReceive(ctx, env.ReceiptRules(), replace)
	var foreign *deployment.ForeignRulesError
	if errors.As(err, &foreign) {
		return fmt.Errorf("%w; name it as RuleSet of %s in infra/stack/environment.go, and our rule is added to it, or say REPLACE=%s, and its mails do not come in any more; nothing was created",
			err, env.Key, foreign.Set.Name)
	}
	return err
}

// exchanger asks whether the DNS leads mails to SES.
func exchanger(ctx context.Context, env stack.Environment) error {
	domain, want := env.ReplyDomain(), "inbound-smtp."+env.Region+".amazonaws.com"
	found, err := lookup(ctx, domain)
	if slices.ContainsFunc(found, func(mx *net.MX) bool { return strings.EqualFold(strings.TrimSuffix(mx.Host, "."), want) }) {
		return nil
	}
	var missing *net.DNSError
	if err != nil && !(errors.As(err, &missing) && missing.IsNotFound) {
		return fmt.Errorf("the DNS does not say who takes the mails of %s: %w; nothing was created", domain, err)
	}
	return fmt.Errorf("answers to mails would not come in: the DNS does not lead %s to SES\n\t%[1]s MX 10 %s\nset that, wait some minutes, and say make deploy ENV=%s again; nothing was created",
		domain, want, env.Key)
}
