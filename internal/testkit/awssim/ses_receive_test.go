package awssim_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/mail"
	"net/url"
	"strings"
	"testing"

	"github.com/winback-auto/winback/internal/testkit/awssim"
)

const (
	mails    = "winback-prod-inbox"
	ruleARN  = "arn:aws:ses:ap-southeast-2:123456789012:receipt-rule-set/prod:receipt-rule/replies"
	letterIn = "From: Mia <mia@customer.example>\r\nTo: lead-x@replies.harbour.example\r\nSubject: Re: your Camry\r\n\r\nYes.\r\n"
)

// post is an account whose SES puts mails for a domain into a bucket.
type post struct {
	account *awssim.Account
	ses     *awssim.SES
	s3      *awssim.S3
}

func bucketPolicy(source string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ses.amazonaws.com"},"Action":"s3:PutObject","Resource":"arn:aws:s3:::winback-prod-inbox/mails/*",
		"Condition":{"StringEquals":{"aws:SourceAccount":"123456789012"},"ArnEquals":{"aws:SourceArn":"` + source + `"}}}]}`
}

func newPost(t *testing.T, policy string) *post {
	t.Helper()
	p := &post{ses: awssim.NewSES(awssim.SESOptions{Identities: []string{"harbour.example"}}), s3: awssim.NewS3(awssim.S3Options{})}
	p.account = awssim.NewAccount(awssim.AccountOptions{Place: sydney, Now: fixed}, p.ses, p.s3)
	p.ses.StoreWith(func(ctx context.Context, rule, bucket, key string, content []byte) error {
		return p.account.AsService("ses.amazonaws.com", rule).Put(ctx, bucket, key, content)
	})
	p.ses.AddRuleSet("prod")
	if err := p.s3.Make(awssim.Bucket{Name: mails, Policy: policy, Events: true}); err != nil {
		t.Fatal(err)
	}
	return p
}

var replies = awssim.ReceiptRule{Set: "prod", Name: "replies", Recipients: []string{"replies.harbour.example"}, Scan: true, Bucket: mails, Prefix: "mails/"}

func (p *post) open(t *testing.T, rule awssim.ReceiptRule) {
	t.Helper()
	if err := p.ses.AddRule(t.Context(), rule); err != nil {
		t.Fatal(err)
	}
	if err := p.ses.Activate("prod"); err != nil {
		t.Fatal(err)
	}
	p.s3.TakeEvents()
}

func (p *post) receive(t *testing.T, content string, to ...string) ([]string, error) {
	t.Helper()
	return p.ses.Receive(t.Context(), fixed(), "mia@customer.example", to, []byte(content))
}

func TestAMailThatComesInIsStampedStoredAndAnnounced(t *testing.T) {
	p := newPost(t, bucketPolicy(ruleARN))
	p.open(t, replies)
	keys, err := p.receive(t, letterIn, "Lead-X@Replies.Harbour.example")
	if err != nil || len(keys) != 1 || !strings.HasPrefix(keys[0], "mails/") || len(keys[0]) != len("mails/")+40 {
		t.Fatalf("%q, %v", keys, err)
	}
	content, ok := p.s3.Object(mails, keys[0])
	if !ok || !bytes.HasSuffix(content, []byte(letterIn)) {
		t.Fatalf("stored %q", content)
	}
	m, err := mail.ReadMessage(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"Return-Path": "<mia@customer.example>", "X-Ses-Spam-Verdict": "PASS", "X-Ses-Virus-Verdict": "PASS", "Subject": "Re: your Camry",
	} {
		if got := m.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if got := m.Header.Get("Received"); !strings.Contains(got, "by inbound-smtp.ap-southeast-2.amazonaws.com with SMTP id "+strings.TrimPrefix(keys[0], "mails/")+" for Lead-X@Replies.Harbour.example;") {
		t.Errorf("Received: %s", got)
	}
	if got := m.Header.Get("Authentication-Results"); !strings.Contains(got, "dkim=pass header.i=@customer.example;") {
		t.Errorf("Authentication-Results: %s", got)
	}
	events := p.s3.TakeEvents()
	if len(events) != 1 || len(p.s3.TakeEvents()) != 0 {
		t.Fatalf("%d events", len(events))
	}
	var event struct {
		Source     string
		DetailType string `json:"detail-type"`
		Detail     struct {
			Bucket struct{ Name string }
			Object struct {
				Key  string
				Size int
			}
			Reason, Requester string
		}
	}
	if err := json.Unmarshal(events[0], &event); err != nil {
		t.Fatal(err)
	}
	if d := event.Detail; event.Source != "aws.s3" || event.DetailType != "Object Created" || d.Bucket.Name != mails || d.Object.Key != keys[0] || d.Object.Size != len(content) ||
		d.Reason != "PutObject" || d.Requester != "ses.amazonaws.com" {
		t.Errorf("%s", events[0])
	}
	if n, chunks := p.ses.Received(); n != 1 || chunks != 0 {
		t.Errorf("%d received, %d chunks", n, chunks)
	}
}

func TestSpamAndVirusesAreMarkedAndNotHeldBack(t *testing.T) {
	p := newPost(t, bucketPolicy(ruleARN))
	p.open(t, replies)
	for text, want := range map[string]string{
		"XJS*C4JDBQADN1.NSBN3*2IDNEN*" + "GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X": "FAIL PASS",
		"EICAR-STANDARD-" + "ANTIVIRUS-TEST-FILE":                                   "PASS FAIL",
	} {
		keys, err := p.receive(t, letterIn+text, "a@replies.harbour.example")
		if err != nil {
			t.Fatal(err)
		}
		content, _ := p.s3.Object(mails, keys[0])
		m, err := mail.ReadMessage(bytes.NewReader(content))
		if err != nil {
			t.Fatal(err)
		}
		if got := m.Header.Get("X-SES-Spam-Verdict") + " " + m.Header.Get("X-SES-Virus-Verdict"); got != want {
			t.Errorf("verdicts %s, want %s", got, want)
		}
	}
	unscanned := newPost(t, bucketPolicy(ruleARN))
	rule := replies
	rule.Scan = false
	unscanned.open(t, rule)
	keys, err := unscanned.receive(t, letterIn, "a@replies.harbour.example")
	if err != nil {
		t.Fatal(err)
	}
	if content, _ := unscanned.s3.Object(mails, keys[0]); bytes.Contains(content, []byte("Verdict")) {
		t.Errorf("nobody has looked, and %s", content)
	}
}

func TestOnlyTheActiveRulesTakeMailsAndOnlyForTheirDomain(t *testing.T) {
	p := newPost(t, bucketPolicy(ruleARN))
	if err := p.ses.AddRule(t.Context(), replies); err != nil {
		t.Fatal(err)
	}
	refused := func(why string, to ...string) {
		t.Helper()
		if keys, err := p.receive(t, letterIn, to...); err == nil || !strings.Contains(err.Error(), "550 5.1.1") {
			t.Errorf("%s: %q, %v", why, keys, err)
		}
	}
	refused("no set is active", "a@replies.harbour.example")
	if err := p.ses.Activate("prod"); err != nil {
		t.Fatal(err)
	}
	refused("another domain", "a@harbour.example")
	refused("below the domain", "a@x.replies.harbour.example")
	refused("nobody's domain", "a@elsewhere.example")
	if _, err := p.receive(t, letterIn, "a@replies.harbour.example", "b@elsewhere.example"); err == nil {
		t.Error("one of two recipients is nobody's, and nobody says so")
	}
	if err := p.ses.Activate("other"); err == nil {
		t.Error("a set that is not there is active")
	}
	if err := p.ses.Activate(""); err != nil {
		t.Fatal(err)
	}
	refused("no set is active any more", "a@replies.harbour.example")
}

func TestARuleThatMayNotWriteIsRefused(t *testing.T) {
	for name, policy := range map[string]string{"no policy": "", "another rule's": bucketPolicy(ruleARN + "2")} {
		p := newPost(t, policy)
		if err := p.ses.AddRule(t.Context(), replies); err == nil || !strings.Contains(err.Error(), "Could not write to bucket") {
			t.Errorf("%s: %v", name, err)
		}
	}
	p := newPost(t, bucketPolicy(ruleARN))
	p.open(t, replies)
	if got := p.s3.Keys(mails); len(got) != 1 || got[0] != "mails/"+awssim.SetupNotification {
		t.Errorf("the bucket has %q", got)
	}
	elsewhere := replies
	elsewhere.Prefix = "other/"
	if err := p.ses.AddRule(t.Context(), elsewhere); err == nil {
		t.Error("a rule writes where it may not")
	}
	if err := p.s3.Make(awssim.Bucket{Name: mails}); err != nil {
		t.Fatal(err)
	}
	if _, err := p.receive(t, letterIn, "a@replies.harbour.example"); err == nil || !strings.Contains(err.Error(), "AccessDenied") {
		t.Errorf("the policy is gone: %v", err)
	}
}

func TestObjectsArePlainlyRefusedInTheWordsOfS3(t *testing.T) {
	p := newPost(t, "")
	status, text := get(t, p.account.Client(), "https://s3.ap-southeast-2.amazonaws.com/winback-prod-inbox/mails/1")
	if status != http.StatusForbidden || !strings.Contains(text, "<Code>AccessDenied</Code>") || !strings.Contains(text, "<RequestId>") {
		t.Errorf("%d %s", status, text)
	}
	open := awssim.New(awssim.Options{Now: fixed}, p.s3)
	for address, want := range map[string]string{
		"https://winback-prod-inbox.s3.ap-southeast-2.amazonaws.com/mails/1": "s3:ListBucket",
		"https://s3.ap-southeast-2.amazonaws.com/other/mails/1":              "<Code>NoSuchBucket</Code>",
		"https://s3.ap-southeast-2.amazonaws.com/winback-prod-inbox":         "<Code>NotImplemented</Code>",
	} {
		if _, text := get(t, open.Client(), address); !strings.Contains(text, want) {
			t.Errorf("%s: %s, want %s", address, text, want)
		}
	}
}

func get(t *testing.T, client *http.Client, address string) (int, string) {
	t.Helper()
	answer, err := client.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var text bytes.Buffer
	if _, err := text.ReadFrom(answer.Body); err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, text.String()
}

func TestTheActiveRuleSetIsToldAndChanged(t *testing.T) {
	p := newPost(t, bucketPolicy(ruleARN))
	p.open(t, replies)
	if err := p.ses.Activate(""); err != nil {
		t.Fatal(err)
	}
	ask := func(values url.Values) string {
		t.Helper()
		values.Set("Version", "2010-12-01")
		r, err := http.NewRequest(http.MethodPost, "http://aws.invalid/", strings.NewReader(values.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		sets := awssim.ReceiptRuleSets{SES: p.ses}
		if !sets.Recognises(r) {
			t.Fatal("it is not recognised")
		}
		w := httptest.NewRecorder()
		sets.ServeHTTP(w, r)
		return w.Body.String()
	}
	if got := ask(url.Values{"Action": {"DescribeActiveReceiptRuleSet"}}); strings.Contains(got, "<Name>") {
		t.Errorf("none is active: %s", got)
	}
	if got := ask(url.Values{"Action": {"SetActiveReceiptRuleSet"}, "RuleSetName": {"other"}}); !strings.Contains(got, "RuleSetDoesNotExist") {
		t.Errorf("a set that is not there: %s", got)
	}
	ask(url.Values{"Action": {"SetActiveReceiptRuleSet"}, "RuleSetName": {"prod"}})
	if got := ask(url.Values{"Action": {"DescribeActiveReceiptRuleSet"}}); !strings.Contains(got, "<Name>prod</Name>") || !strings.Contains(got, "<member>replies.harbour.example</member>") {
		t.Errorf("%s", got)
	}
}
