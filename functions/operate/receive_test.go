package main

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/aws/deployment"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/blob"
	bus "github.com/winback-auto/winback/internal/platform/event"
	"github.com/winback-auto/winback/internal/testkit/awssim"
)

// open is the installation of an account that mails come in to.
func (a *account) open(t *testing.T) *deployment.Deployment {
	t.Helper()
	a.data[deployment.RuleSetOutput], a.data[deployment.InboxOutput], a.data[deployment.RepliesOutput] = "winback-prod-mail", "winback-prod-inbox", "replies.winback.example"
	at, err := deployment.Open(t.Context(), deployment.Where{Environment: "prod"})
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// foreign is a rule set of somebody else that takes mails in.
func (a *account) foreign(t *testing.T) {
	t.Helper()
	a.ses.StoreWith(func(context.Context, string, string, string, []byte) error { return nil })
	a.ses.AddRuleSet("support")
	for _, domain := range []string{"support.example", "office.example"} {
		if err := a.ses.AddRule(t.Context(), awssim.ReceiptRule{Set: "support", Name: domain, Recipients: []string{domain}, Bucket: "mails"}); err != nil {
			t.Fatal(err)
		}
	}
	if err := a.ses.Activate("support"); err != nil {
		t.Fatal(err)
	}
}

// activated is what activate says.
func activated(t *testing.T, at *deployment.Deployment, replace string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	err := activate(t.Context(), &out, at, replace)
	return out.String(), err
}

func TestMailsComeInByOurRuleSetFromThenOn(t *testing.T) {
	a := newAccount(t)
	at := a.open(t)
	if _, err := activated(t, at, ""); err == nil || !strings.Contains(err.Error(), "SES in ap-southeast-2 has no rule set winback-prod-mail: deploy again") {
		t.Errorf("before it is deployed: %v", err)
	}
	a.ses.AddRuleSet("winback-prod-mail")
	for _, want := range []string{"by the rule set winback-prod-mail from now on.\n", "by the rule set winback-prod-mail already.\n"} {
		if out, err := activated(t, at, ""); err != nil || out != "Mails come in "+want {
			t.Errorf("%q, %v, want %q", out, err, want)
		}
		if got := a.ses.ActiveSet(); got != "winback-prod-mail" {
			t.Errorf("%q is active", got)
		}
	}
}

// One active rule set is all that an account has in a region: whoever's it is stays, unless it is named.
func TestSomebodyElsesRuleSetIsReplacedOnlyByItsName(t *testing.T) {
	a := newAccount(t)
	at := a.open(t)
	a.ses.AddRuleSet("winback-prod-mail")
	a.foreign(t)
	for _, replace := range []string{"", "other", "winback-prod-mail"} {
		_, err := activated(t, at, replace)
		for _, want := range []string{"the rule set support is active in ap-southeast-2 and takes mails in for support.example, office.example", "RuleSet in infra/stack/environment.go", "REPLACE=support"} {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("replacing %q: %v lacks %q", replace, err, want)
			}
		}
		if got := a.ses.ActiveSet(); got != "support" {
			t.Errorf("replacing %q: %q is active", replace, got)
		}
	}
	out, err := activated(t, at, "support")
	if err != nil || !strings.Contains(out, "It replaces support with its 2 rules; aws ses set-active-receipt-rule-set --rule-set-name support puts that back.") || a.ses.ActiveSet() != "winback-prod-mail" {
		t.Errorf("%q, %v, and %q is active", out, err, a.ses.ActiveSet())
	}
}

func TestTheCommandSaysWhatItNeeds(t *testing.T) {
	newAccount(t)
	fails(t, "missing: ENV (-env)", "receive")
	fails(t, "flag provided but not defined", "receive", "-env", "prod", "-yes")
}

// A mail that was announced in vain is read by the command itself, where its file lies.
func TestADeadAnnouncementOfAMailIsHandledByItsFunction(t *testing.T) {
	a := newAccount(t)
	at := a.open(t)
	if err := a.objects.Make(awssim.Bucket{Name: "winback-prod-inbox"}); err != nil {
		t.Fatal(err)
	}
	if err := awssim.NewAccount(awssim.AccountOptions{Now: time.Now}, a.objects).Deployer().Put(t.Context(), "winback-prod-inbox", "mails/1", []byte("Yes, please.")); err != nil {
		t.Fatal(err)
	}
	var read string
	d := drain{"mail-event", app.Function{
		Name: "mail-event", Uses: app.Uses{Table: app.Get | app.Put, Inbox: true},
		On: &app.Subscription{Source: blob.Source, DetailTypes: []string{blob.Created}, Handle: func(ctx context.Context, d app.Deps, b bus.Bridge) error {
			n, err := blob.Noticed(b)
			if err != nil {
				return err
			}
			content, err := d.Inbox.Read(ctx, n.Object.Key, 100)
			if read = string(content) + " at " + d.Site.Replies; d.Queue == nil {
				return errors.New("nobody can be told")
			}
			return err
		}},
	}}
	a.bury(t, "mail-event", `{"version":"0","id":"e1","source":"aws.s3","detail-type":"Object Created","time":"2026-11-22T12:00:00Z","resources":[],"detail":{"bucket":{"name":"winback-prod-inbox"},"object":{"key":"mails/1","size":12}}}`)
	var out bytes.Buffer
	if err := d.redrive(t.Context(), &out, at, at.Queue(t.Context()), 1); err != nil || read != "Yes, please. at replies.winback.example" {
		t.Errorf("%v, %q, says %q", err, read, out.String())
	}
}
