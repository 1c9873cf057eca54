package rehearse

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/testkit/awssim"
	"github.com/winback-auto/winback/internal/testkit/template"
)

// inboxTemplate is what the stacks write where mails come in, in short.
const inboxTemplate = `{"Resources": {
	"Inbox": {"Type": "AWS::S3::Bucket", "Properties": {"NotificationConfiguration": {"EventBridgeConfiguration": {"EventBridgeEnabled": true}}, "VersioningConfiguration": {"Status": "Enabled"}}},
	"InboxPolicy": {"Type": "AWS::S3::BucketPolicy", "Properties": {"Bucket": {"Ref": "Inbox"}, "PolicyDocument": {"Version": "2012-10-17", "Statement": [
		{"Sid": "OnlyEncrypted", "Effect": "Deny", "Principal": {"AWS": "*"}, "Action": "s3:*", "Resource": [{"Fn::GetAtt": ["Inbox", "Arn"]}, {"Fn::Sub": "${Inbox.Arn}/*"}], "Condition": {"Bool": {"aws:SecureTransport": "false"}}},
		{"Sid": "MailsThatComeIn", "Effect": "Allow", "Principal": {"Service": "ses.amazonaws.com"}, "Action": "s3:PutObject", "Resource": {"Fn::Sub": "${Inbox.Arn}/mails/*"}, "Condition": {
			"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}},
			"ArnEquals": {"aws:SourceArn": {"Fn::Sub": "arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:receipt-rule-set/winback-dev-mail:receipt-rule/replies"}}}}]}}},
	"Rules": {"Type": "AWS::SES::ReceiptRuleSet", "Properties": {"RuleSetName": "winback-dev-mail"}},
	"Replies": {"Type": "AWS::SES::ReceiptRule", "Properties": {"RuleSetName": {"Ref": "Rules"}, "Rule": {"Name": "replies", "Enabled": true, "ScanEnabled": true, "TlsPolicy": "Require",
		"Recipients": ["replies.winback.example"], "Actions": [{"S3Action": {"BucketName": {"Ref": "Inbox"}, "ObjectKeyPrefix": "mails/"}}]}}}
}}`

// inboxCloud makes what a template says in an account of its own.
func inboxCloud(t *testing.T, text string) (*cloud, error) {
	t.Helper()
	app, err := template.Parse("winback-dev-data", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	c := &cloud{s3: awssim.NewS3(awssim.S3Options{}), ses: awssim.NewSES(awssim.SESOptions{Identities: []string{"winback.example"}}), roles: map[string]role{}}
	c.account = awssim.NewAccount(awssim.AccountOptions{Place: awssim.Place{Region: Region, Account: Account}, Now: time.Now}, c.s3, c.ses)
	c.ses.StoreWith(c.keepMail)
	return c, c.provision(t.Context(), app.For(Account, Region))
}

func TestAMailComesInAsTheTemplateSays(t *testing.T) {
	c, err := inboxCloud(t, inboxTemplate)
	if err != nil {
		t.Fatal(err)
	}
	if len(c.buckets) != 1 || !strings.HasPrefix(c.buckets[0], "winback-dev-data-inbox-") || !c.receiving {
		t.Fatalf("buckets %q, receiving %v", c.buckets, c.receiving)
	}
	if err := c.ses.Activate("winback-dev-mail"); err != nil {
		t.Fatal(err)
	}
	keys, err := c.ses.Receive(t.Context(), time.Now(), "mia@customer.example", []string{"lead-x@replies.winback.example"}, []byte("Subject: Yes\r\n\r\n"))
	if err != nil || len(keys) != 1 {
		t.Fatalf("%q, %v", keys, err)
	}
	// What the stacks' rule selects is the mail, and not the message by which SES found out that it may write.
	pattern := map[string]any{"source": []any{"aws.s3"}, "detail-type": []any{"Object Created"}, "detail": map[string]any{
		"bucket": map[string]any{"name": []any{c.buckets[0]}}, "object": map[string]any{"key": []any{map[string]any{"anything-but": "mails/" + awssim.SetupNotification}}},
	}}
	var selected []string
	events := c.s3.TakeEvents()
	for _, raw := range events {
		var event map[string]any
		if err := json.Unmarshal(raw, &event); err != nil {
			t.Fatal(err)
		}
		ok, err := matches(pattern, event)
		if err != nil {
			t.Fatal(err)
		}
		if ok {
			selected = append(selected, template.Text(event, "detail", "object", "key"))
		}
	}
	if len(events) != 2 || !slices.Equal(selected, keys) {
		t.Errorf("%d events, selected %q, want %q", len(events), selected, keys)
	}
}

// A step of a play hands mails over at the same address in both worlds.
func TestAMailIsHandedOverAtTheInbox(t *testing.T) {
	c, err := inboxCloud(t, inboxTemplate)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.ses.Activate("winback-dev-mail"); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc((&Stand{cloud: c}).postInbox))
	defer server.Close()
	anybody := client{base: server.URL}
	key, err := anybody.deliver(t.Context(), []byte("From: mia@customer.example\r\nTo: boss@customer.example, lead-x@replies.winback.example\r\n\r\nYes"))
	if content, ok := c.s3.Object(c.buckets[0], key); err != nil || !ok || !strings.Contains(string(content), " for lead-x@replies.winback.example;") {
		t.Errorf("%q, %v: %s", key, err, content)
	}
	var refused *refusal
	if _, err := anybody.deliver(t.Context(), []byte("From: mia@customer.example\r\nTo: boss@customer.example\r\n\r\nYes")); !errors.As(err, &refused) || refused.status != http.StatusUnprocessableEntity {
		t.Errorf("a mail for nobody here: %v", err)
	}
}

func TestATemplateByWhichNoMailCouldComeInIsRefused(t *testing.T) {
	for name, change := range map[string][2]string{
		"another rule":      {"receipt-rule/replies", "receipt-rule/others"},
		"another folder":    {`"ObjectKeyPrefix": "mails/"`, `"ObjectKeyPrefix": "other/"`},
		"another action":    {`"S3Action"`, `"WorkmailAction"`},
		"a new property":    {`"ScanEnabled": true`, `"ScanEnabled": true, "ReplyTo": "x"`},
		"another listener":  {`{"EventBridgeConfiguration"`, `{"LambdaConfigurations": [], "EventBridgeConfiguration"`},
		"a plain TLS":       {`"TlsPolicy": "Require"`, `"TlsPolicy": "Optional"`},
		"no such rule set":  {`{"Ref": "Rules"}`, `"winback-prod-mail"`},
		"a strange bucket":  {`"BucketName": {"Ref": "Inbox"}`, `"BucketName": "elsewhere"`},
		"half of a policy":  {`"Principal": {"Service": "ses.amazonaws.com"}, `, ""},
		"unknown condition": {"aws:SourceAccount", "aws:PrincipalOrgID"},
	} {
		if !strings.Contains(inboxTemplate, change[0]) {
			t.Fatalf("%s: nothing to change", name)
		}
		if _, err := inboxCloud(t, strings.Replace(inboxTemplate, change[0], change[1], 1)); err == nil {
			t.Errorf("%s: nobody minds", name)
		}
	}
}

func TestAnEnvelopeIsWhatTheMailSaysUnlessTheQueryDoes(t *testing.T) {
	mail := "From: Mia <mia@customer.example>\r\nTo: Sam <lead-x@replies.winback.example>, boss@customer.example\r\nCc: lead-y@replies.winback.example\r\n\r\nYes\r\n"
	for query, want := range map[string]string{
		"":                                  "mia@customer.example: boss@customer.example lead-x@replies.winback.example lead-y@replies.winback.example",
		"from=%3C%3E":                       ": boss@customer.example lead-x@replies.winback.example lead-y@replies.winback.example",
		"to=lead-z@replies.winback.example": "mia@customer.example: lead-z@replies.winback.example",
	} {
		values, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		from, to := envelope([]byte(mail), values)
		if got := from + ": " + strings.Join(to, " "); got != want {
			t.Errorf("%s: %s, want %s", query, got, want)
		}
	}
}
