package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/winback-auto/winback/infra/stack"
	"github.com/winback-auto/winback/internal/testkit/awssim"
)

// own makes an environment one that could be deployed: with a domain of one's own.
func own(t *testing.T, change func(*stack.Environment)) {
	t.Helper()
	before := slices.Clone(stack.Environments)
	t.Cleanup(func() { stack.Environments = before })
	stack.Environments = []stack.Environment{before[1]}
	e := &stack.Environments[0]
	e.Sender, e.AppURL, e.Alarms = "Winback <no-reply@harbour.test>", "https://app.harbour.test", "ops@harbour.test"
	e.TextPool = "pool-4d9e0c2b7a6f41538c1de2f0a9b3c857"
	if change != nil {
		change(e)
	}
}

// account is one of AWS in which a mail stack may have been deployed.
func account(t *testing.T, ses awssim.SESOptions, records map[string]string) {
	t.Helper()
	accountOf(t, awssim.Lambda{}, ses, records)
}

func accountOf(t *testing.T, lambda awssim.Lambda, ses awssim.SESOptions, records map[string]string) *awssim.SES {
	t.Helper()
	mails := awssim.NewSES(ses)
	sim := awssim.New(awssim.Options{Now: time.Now}, mails, lambda)
	sets := awssim.ReceiptRuleSets{SES: mails}
	stacks := awssim.CloudFormation{}
	if records != nil {
		stacks["winback-prod-mail"] = records
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if stacks.Recognises(r) {
			stacks.ServeHTTP(w, r)
			return
		}
		if sets.Recognises(r) {
			sets.ServeHTTP(w, r)
			return
		}
		sim.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	credentials(t, "AKIDEXAMPLE", server.URL)
	dns(t, nil, "inbound-smtp.ap-southeast-2.amazonaws.com.")
	return mails
}

func credentials(t *testing.T, id, url string) {
	t.Helper()
	for name, value := range map[string]string{
		"AWS_REGION": "", "AWS_ACCESS_KEY_ID": id, "AWS_SECRET_ACCESS_KEY": strings.Repeat("x", len(id)), "AWS_SESSION_TOKEN": "", "AWS_PROFILE": "",
		"AWS_ENDPOINT_URL": url, "AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull, "AWS_EC2_METADATA_DISABLED": "true",
	} {
		t.Setenv(name, value)
	}
}

func check(t *testing.T, args ...string) (string, error) {
	t.Helper()
	var out strings.Builder
	err := run(t.Context(), &out, args)
	return out.String(), err
}

func TestWhatIsCompleteMayBeDeployed(t *testing.T) {
	own(t, nil)
	account(t, awssim.SESOptions{Identities: []string{"harbour.test"}}, nil)
	out, err := check(t, "-env", "prod")
	if err != nil || out != "prod is complete, and mails may come from harbour.test\n" {
		t.Errorf("%v, said %q", err, out)
	}
}

func TestASandboxIsNoObstacleAndIsSaid(t *testing.T) {
	own(t, nil)
	account(t, awssim.SESOptions{Identities: []string{"harbour.test"}, Sandbox: true}, nil)
	out, err := check(t, "-env", "prod")
	if err != nil || !strings.Contains(out, "verified addresses only") {
		t.Errorf("%v, said %q", err, out)
	}
}

func TestANewAccountIsTooSmall(t *testing.T) {
	own(t, nil)
	accountOf(t, awssim.Lambda{Concurrent: 10}, awssim.SESOptions{Unverified: []string{"harbour.test"}}, nil)
	_, err := check(t, "-env", "prod")
	for _, want := range []string{"the account may run 10 Lambda invocations at once in ap-southeast-2 and needs 1", "Service Quotas", "harbour.test is not verified"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v lacks %q", err, want)
		}
	}
}

func TestNothingIsCreatedWithoutAVerifiedSender(t *testing.T) {
	records := map[string]string{"Record1": "t1._domainkey.harbour.test CNAME t1.dkim.amazonses.com", "Record2": "bounce.harbour.test MX 10 feedback-smtp.ap-southeast-2.amazonses.com"}
	for name, test := range map[string]struct {
		ses     awssim.SESOptions
		records map[string]string
		args    string
		want    []string // in the message
	}{
		"unknown":    {awssim.SESOptions{Identities: []string{"other.test"}}, nil, "-env prod", []string{"SES in ap-southeast-2 does not know harbour.test", "make sender ENV=prod"}},
		"unverified": {awssim.SESOptions{Unverified: []string{"harbour.test"}}, records, "-env prod", []string{"harbour.test is not verified", records["Record1"], records["Record2"], "make deploy ENV=prod again"}},
		"elsewhere":  {awssim.SESOptions{Unverified: []string{"harbour.test"}}, nil, "-env prod", []string{"harbour.test is not verified"}},
		"to come":    {awssim.SESOptions{Identities: []string{"other.test"}}, nil, "-env prod -sender-to-come", nil},
	} {
		t.Run(name, func(t *testing.T) {
			own(t, nil)
			account(t, test.ses, test.records)
			_, err := check(t, strings.Fields(test.args)...)
			if (err == nil) != (test.want == nil) {
				t.Fatalf("error %v", err)
			}
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%v lacks %q", err, want)
				}
			}
		})
	}
}

func TestBadInputIsRefusedBeforeAWSIsAsked(t *testing.T) {
	for name, test := range map[string]struct {
		args   string
		change func(*stack.Environment)
		want   string
	}{
		"no environment":      {"", nil, "no environment is named: say -env with one of prod"},
		"unknown environment": {"-env staging", nil, `there is no environment "staging": it is one of prod`},
		"no sender":           {"-env prod", func(e *stack.Environment) { e.Sender = "" }, "environment prod: Sender: is missing"},
		"an example":          {"-env prod", func(e *stack.Environment) { e.Sender = "a@winback.example" }, "environment prod: Sender: winback.example is an example and belongs to nobody"},
		"unknown flag":        {"-evn prod", nil, "flag provided but not defined"},
	} {
		t.Run(name, func(t *testing.T) {
			own(t, test.change)
			asked := false
			server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked = true }))
			defer server.Close()
			credentials(t, "AKIDEXAMPLE", server.URL)
			if _, err := check(t, strings.Fields(test.args)...); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want %q", err, test.want)
			}
			if asked {
				t.Error("AWS was asked")
			}
		})
	}
}

func TestWithoutCredentialsItIsSaidWhatToSet(t *testing.T) {
	own(t, nil)
	credentials(t, "", "")
	if _, err := check(t, "-env", "prod"); err == nil || !strings.Contains(err.Error(), "set AWS_PROFILE") {
		t.Errorf("error %v", err)
	}
}
