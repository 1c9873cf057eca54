package stack_test

import (
	"strings"
	"testing"

	"github.com/winback-auto/winback/infra/stack"
	"github.com/winback-auto/winback/internal/testkit/guardrail"
)

// own is an environment that somebody could deploy.
func own() stack.Environment {
	e := stack.Environments[1]
	e.Sender, e.AppURL, e.Alarms = "Winback <no-reply@harbour.test>", "https://app.harbour.test", "ops@harbour.test"
	e.TextPool = "pool-4d9e0c2b7a6f41538c1de2f0a9b3c857"
	return e
}

func TestEveryFaultOfAnEnvironmentIsNamed(t *testing.T) {
	if err := own().Deployable(); err != nil {
		t.Fatalf("the example itself: %v", err)
	}
	for name, test := range map[string]struct {
		spoil func(*stack.Environment)
		want  string
	}{
		"no region":          {func(e *stack.Environment) { e.Region = "" }, "Region: is missing: name the AWS region"},
		"no account":         {func(e *stack.Environment) { e.Account = "harbour" }, `Account: "harbour" is no account: it has 12 digits`},
		"no sender":          {func(e *stack.Environment) { e.Sender = "" }, "Sender: is missing: name the address that mails come from"},
		"no address":         {func(e *stack.Environment) { e.Sender = "harbour.test" }, `Sender: "harbour.test" is no address`},
		"no pool":            {func(e *stack.Environment) { e.TextPool = "+61491570006" }, `TextPool: "+61491570006" is no pool`},
		"answers as address": {func(e *stack.Environment) { e.Replies = "a@replies.harbour.test" }, `Replies: "a@replies.harbour.test" is no bare domain name`},
		"answers elsewhere":  {func(e *stack.Environment) { e.Replies = "replies.other.test" }, "Replies: replies.other.test is not below the sender's harbour.test"},
		"answers to people":  {func(e *stack.Environment) { e.Replies = "harbour.test" }, "Replies: harbour.test is not below the sender's harbour.test"},
		"answers to bounces": {func(e *stack.Environment) { e.Replies = "bounce.harbour.test" }, "Replies: bounce.harbour.test is where mails go that come back"},
		"no rule set":        {func(e *stack.Environment) { e.RuleSet = "my rules" }, `RuleSet: "my rules" is no name of a rule set`},
		"no front end":       {func(e *stack.Environment) { e.AppURL = "" }, "AppURL: is missing"},
		"plain http":         {func(e *stack.Environment) { e.AppURL = "http://app.harbour.test" }, "is no https origin"},
		"a path":             {func(e *stack.Environment) { e.AppURL = "https://app.harbour.test/" }, "is no https origin"},
		"every origin":       {func(e *stack.Environment) { e.AppURL = "*" }, "is no https origin"},
		"domain alone":       {func(e *stack.Environment) { e.Domain = "api.harbour.test" }, "Domain: and Certificate belong together"},
		"certificate alone":  {func(e *stack.Environment) { e.Certificate = "arn:aws:acm:ap-southeast-2:123456789012:certificate/x" }, "Domain: and Certificate belong together"},
		"certificate abroad": {func(e *stack.Environment) {
			e.Domain, e.Certificate = "api.harbour.test", "arn:aws:acm:us-east-1:123456789012:certificate/x"
		}, "is not the ARN of a certificate in ap-southeast-2"},
		"domain as address":  {func(e *stack.Environment) { e.Domain = "https://api.harbour.test" }, `Domain: "https://api.harbour.test" is no bare domain name`},
		"no alarms":          {func(e *stack.Environment) { e.Alarms = "" }, "Alarms: is missing: name the address that hears"},
		"alarms to nobody":   {func(e *stack.Environment) { e.Alarms = "ops" }, `Alarms: "ops" is no address`},
		"no owner":           {func(e *stack.Environment) { e.Owner = "" }, "Owner: is missing"},
		"logs for ever":      {func(e *stack.Environment) { e.LogDays = 0 }, "LogDays: 0 days are not possible: choose one of [30 60 90]"},
		"boundless table":    {func(e *stack.Environment) { e.Table.Writes = 0 }, "Table: has no bounds"},
		"boundless requests": {func(e *stack.Environment) { e.Requests.Burst = 0 }, "Requests: has no bounds"},
		"boundless hooks":    {func(e *stack.Environment) { e.Hooks.PerSecond = 0 }, "Hooks: has no bounds"},
	} {
		t.Run(name, func(t *testing.T) {
			e := own()
			test.spoil(&e)
			err := e.Check()
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want %q", err, test.want)
			}
			if _, err := synth(t, e, catalogue()); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("a synth says %v", err)
			}
		})
	}
}

func TestAllFaultsAreNamedAtOnce(t *testing.T) {
	err := stack.Environment{Key: "new"}.Check()
	for _, field := range []string{"Region", "Sender", "TextPool", "AppURL", "Alarms", "Owner", "LogDays", "Table", "Requests", "Hooks"} {
		if err == nil || !strings.Contains(err.Error(), "environment new: "+field+": ") {
			t.Errorf("%v does not name %s", err, field)
		}
	}
}

func TestAddressesOfTheRepositoryAreNobodys(t *testing.T) {
	for _, e := range stack.Environments {
		if err := e.Check(); err != nil {
			t.Errorf("%s could not even be looked at: %v", e.Key, err)
		}
		if err := e.Deployable(); err == nil {
			t.Errorf("%s would be deployed with examples", e.Key)
		}
	}
	for field, spoil := range map[string]func(*stack.Environment){
		"Sender":   func(e *stack.Environment) { e.Sender = "no-reply@mail.winback.example" },
		"AppURL":   func(e *stack.Environment) { e.AppURL = "https://app.winback.example" },
		"Alarms":   func(e *stack.Environment) { e.Alarms = "ops@winback.example" },
		"TextPool": func(e *stack.Environment) { e.TextPool = stack.Environments[0].TextPool },
		"Domain": func(e *stack.Environment) {
			e.Domain, e.Certificate = "api.winback.example", "arn:aws:acm:ap-southeast-2:123456789012:certificate/x"
		},
	} {
		e := own()
		spoil(&e)
		if err := e.Deployable(); err == nil || !strings.Contains(err.Error(), "environment prod: "+field+": ") || !strings.Contains(err.Error(), "belongs to nobody") {
			t.Errorf("%s: error %v", field, err)
		}
	}
}

func TestADomainOfOnesOwnIsTheOnlyAddress(t *testing.T) {
	e := own()
	e.Domain, e.Certificate = "api.harbour.test", "arn:aws:acm:ap-southeast-2:123456789012:certificate/0b5f"
	out, err := synth(t, e, catalogue())
	if err != nil {
		t.Fatal(err)
	}
	w := world(t, e, out, catalogue())
	for _, rule := range guardrail.Rules {
		if _, findings := rule.Check(w); len(findings) > 0 {
			t.Errorf("%s: %v", rule.Number, findings)
		}
	}
	resolver := w.App.For(account, e.Region)
	for kind, want := range map[string]map[string]any{
		"AWS::ApiGatewayV2::Api":        {"DisableExecuteApiEndpoint": true},
		"AWS::ApiGatewayV2::DomainName": {"DomainName": e.Domain},
		"AWS::ApiGatewayV2::ApiMapping": {"Stage": "$default"},
	} {
		found := w.App.Of(kind)
		if len(found) != 1 {
			t.Errorf("%d of %s", len(found), kind)
			continue
		}
		for property, value := range want {
			if got, err := resolver.Property(found[0], property); err != nil || got != value {
				t.Errorf("%s of %s is %v, want %v: %v", property, found[0], got, value, err)
			}
		}
	}
	lead, _ := w.App.Stacks[2].Resource("LeadApiFunction")
	if got, err := resolver.Property(lead, "Environment", "Variables", "WINBACK_BASE_URL"); err != nil || got != "https://api.harbour.test" {
		t.Errorf("links lead to %v: %v", got, err)
	}
}
