package main

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"

	"github.com/winback-auto/winback/infra/stack"
	"github.com/winback-auto/winback/internal/aws/deployment"
	"github.com/winback-auto/winback/internal/testkit/awssim"
)

// dns answers for the domain of answers.
func dns(t *testing.T, err error, hosts ...string) {
	t.Helper()
	before := lookup
	t.Cleanup(func() { lookup = before })
	lookup = func(_ context.Context, domain string) ([]*net.MX, error) {
		if domain != "replies.harbour.test" {
			t.Errorf("asked about %s", domain)
		}
		var found []*net.MX
		for _, host := range hosts {
			found = append(found, &net.MX{Host: host, Pref: 10})
		}
		return found, err
	}
}

func TestNothingIsCreatedWhereAnswersWouldNotComeIn(t *testing.T) {
	own(t, nil)
	const record = "replies.harbour.test MX 10 inbound-smtp.ap-southeast-2.amazonaws.com"
	for name, test := range map[string]struct {
		err   error
		hosts []string
		want  string // in the message; empty: it is right
	}{
		"right":            {nil, []string{"inbound-smtp.ap-southeast-2.amazonaws.com."}, ""},
		"in capitals":      {nil, []string{"Inbound-SMTP.ap-southeast-2.amazonaws.com"}, ""},
		"one of two":       {nil, []string{"mx.harbour.test.", "inbound-smtp.ap-southeast-2.amazonaws.com."}, ""},
		"elsewhere":        {nil, []string{"mx.harbour.test."}, record},
		"another region":   {nil, []string{"inbound-smtp.us-east-1.amazonaws.com."}, record},
		"nothing":          {nil, nil, record},
		"no such name":     {&net.DNSError{Err: "no such host", Name: "replies.harbour.test", IsNotFound: true}, nil, record},
		"the DNS is away":  {&net.DNSError{Err: "server misbehaving", Name: "replies.harbour.test", IsTemporary: true}, nil, "server misbehaving"},
		"something breaks": {errors.New("no network"), nil, "no network"},
	} {
		t.Run(name, func(t *testing.T) {
			dns(t, test.err, test.hosts...)
			err := exchanger(t.Context(), stack.Environments[0])
			if (err == nil) != (test.want == "") || err != nil && (!strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), "nothing was created")) {
				t.Errorf("error %v, want %q", err, test.want)
			}
		})
	}
}

// What follows a deployment goes where that went, whatever region the operator's configuration names.
func TestTheRegionOfAnEnvironmentIsSaidWithoutAskingAWS(t *testing.T) {
	own(t, nil)
	credentials(t, "", "")
	if out, err := check(t, "-env", "prod", "-region"); err != nil || out != "ap-southeast-2\n" {
		t.Errorf("%q, %v", out, err)
	}
}

func TestNothingIsCreatedWhereSomebodyElsesMailsComeIn(t *testing.T) {
	own(t, nil)
	ses := accountOf(t, awssim.Lambda{}, awssim.SESOptions{}, nil)
	env := stack.Environments[0]
	at, err := deployment.Open(t.Context(), deployment.Where{Environment: env.Key, Region: env.Region})
	if err != nil {
		t.Fatal(err)
	}
	if err := rules(t.Context(), env, at, ""); err != nil {
		t.Errorf("nothing is active: %v", err)
	}
	ses.AddRuleSet("support")
	if err := ses.Activate("support"); err != nil {
		t.Fatal(err)
	}
	err = rules(t.Context(), env, at, "")
	for _, want := range []string{"the rule set support is active in ap-southeast-2 and takes mails in for all of its domains", "REPLACE=support", "nothing was created"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v lacks %q", err, want)
		}
	}
	if err := rules(t.Context(), env, at, "support"); err != nil {
		t.Errorf("it may be replaced: %v", err)
	}
	env.RuleSet = "support"
	if err := rules(t.Context(), env, at, ""); err != nil {
		t.Errorf("our rule is added to it: %v", err)
	}
}
