package iam_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/winback-auto/winback/internal/testkit/iam"
)

const (
	role  = "arn:aws:iam::123456789012:role/winback-prod-lead-api"
	store = "arn:aws:dynamodb:ap-southeast-2:123456789012:table/winback-prod"
	jobs  = "arn:aws:sqs:ap-southeast-2:123456789012:winback-prod-jobs"
	key   = "arn:aws:kms:ap-southeast-2:123456789012:key/1234"
)

// document is a policy of statements, each given as the members of a JSON object.
func document(statements ...string) any {
	var value any
	text := `{"Version":"2012-10-17","Statement":[{` + strings.Join(statements, "},{") + `}]}`
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		panic(text + ": " + err.Error())
	}
	return value
}

func policy(t *testing.T, statements ...string) iam.Policy {
	t.Helper()
	p, err := iam.Parse(document(statements...))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func guard(t *testing.T, sole bool, statements ...string) *iam.Guard {
	t.Helper()
	p, err := iam.ParseResource(document(statements...))
	if err != nil {
		t.Fatal(err)
	}
	return &iam.Guard{Policy: p, Sole: sole}
}

func decide(t *testing.T, r iam.Request, p iam.Policy, g *iam.Guard) iam.Decision {
	t.Helper()
	if r.Principal == "" {
		r.Principal = role
	}
	d, err := iam.Decide(r, p, g)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestActionsAndResourcesAreMatchedAsAWSDoes(t *testing.T) {
	for _, test := range []struct {
		name, statement, action, resource string
		want                              bool
	}{
		{"as written", `"Effect":"Allow","Action":"dynamodb:GetItem","Resource":"` + store + `"`, "dynamodb:GetItem", store, true},
		{"one of a list", `"Effect":"Allow","Action":["dynamodb:Query","dynamodb:GetItem"],"Resource":["` + jobs + `","` + store + `"]`, "dynamodb:GetItem", store, true},
		{"actions ignore case", `"Effect":"Allow","Action":"DynamoDB:getitem","Resource":"*"`, "dynamodb:GetItem", store, true},
		{"resources do not", `"Effect":"Allow","Action":"dynamodb:GetItem","Resource":"arn:aws:dynamodb:ap-southeast-2:123456789012:table/Winback-Prod"`, "dynamodb:GetItem", store, false},
		{"another action", `"Effect":"Allow","Action":"dynamodb:GetItem","Resource":"*"`, "dynamodb:PutItem", store, false},
		{"a longer action", `"Effect":"Allow","Action":"ses:SendEmail","Resource":"*"`, "ses:SendEmailWithTemplate", store, false},
		{"wild action", `"Effect":"Allow","Action":"dynamodb:Batch*Item","Resource":"*"`, "dynamodb:BatchWriteItem", store, true},
		{"wild action of one letter", `"Effect":"Allow","Action":"dynamodb:?etItem","Resource":"*"`, "dynamodb:GetItem", store, true},
		{"all of a service", `"Effect":"Allow","Action":"dynamodb:*","Resource":"*"`, "dynamodb:Scan", store, true},
		{"all of another service", `"Effect":"Allow","Action":"sqs:*","Resource":"*"`, "dynamodb:Scan", store, false},
		{"the table does not cover its index", `"Effect":"Allow","Action":"dynamodb:Query","Resource":"` + store + `"`, "dynamodb:Query", store + "/index/due", false},
		{"a wild index", `"Effect":"Allow","Action":"dynamodb:Query","Resource":"` + store + `/index/*"`, "dynamodb:Query", store + "/index/due", true},
		{"a wild region", `"Effect":"Allow","Action":"*","Resource":"arn:aws:dynamodb:*:123456789012:table/winback-prod"`, "a:B", store, true},
		{"a region of many letters", `"Effect":"Allow","Action":"*","Resource":"arn:aws:dynamodb:ap-*-2:123456789012:table/winback-prod"`, "a:B", store, true},
		{"a star at the end of a segment goes on beyond the colon", `"Effect":"Allow","Action":"*","Resource":"arn:aws:dynamodb:ap-*:1:2:*"`, "a:B", "arn:aws:dynamodb:ap-x:y:1:2:z", true},
		{"one within a segment does not", `"Effect":"Allow","Action":"*","Resource":"arn:aws:dynamodb:ap-*x:1:*:*"`, "a:B", "arn:aws:dynamodb:ap-a:b-x:1:2:3", false},
		{"the resource's own colons", `"Effect":"Allow","Action":"logs:PutLogEvents","Resource":"arn:aws:logs:r:1:log-group:/aws/lambda/f:*"`, "logs:PutLogEvents", "arn:aws:logs:r:1:log-group:/aws/lambda/f:log-stream:2026", true},
		{"all but one action", `"Effect":"Allow","NotAction":"dynamodb:Scan","Resource":"*"`, "dynamodb:GetItem", store, true},
		{"that one action", `"Effect":"Allow","NotAction":"dynamodb:Scan","Resource":"*"`, "dynamodb:Scan", store, false},
		{"all but one resource", `"Effect":"Allow","Action":"*","NotResource":"` + jobs + `"`, "a:B", store, true},
		{"that one resource", `"Effect":"Allow","Action":"*","NotResource":"` + jobs + `"`, "a:B", jobs, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := decide(t, iam.Request{Action: test.action, Resources: []string{test.resource}}, policy(t, test.statement), nil)
			if d.Allowed != test.want {
				t.Errorf("allowed %v, want %v", d.Allowed, test.want)
			}
		})
	}
}

func TestADenialWinsWhereverItStandsAndSilenceDenies(t *testing.T) {
	allow := `"Sid":"Yes","Effect":"Allow","Action":"sqs:*","Resource":"*"`
	deny := `"Sid":"No","Effect":"Deny","Action":"sqs:DeleteQueue","Resource":"*"`
	for _, statements := range [][]string{{allow, deny}, {deny, allow}} {
		p := policy(t, statements...)
		if d := decide(t, iam.Request{Action: "sqs:DeleteQueue", Resources: []string{jobs}}, p, nil); d.Allowed || !d.Explicit || d.Statement.ID != "No" || d.Resource != jobs {
			t.Errorf("%v: %+v", statements, d)
		}
		if d := decide(t, iam.Request{Action: "sqs:SendMessage", Resources: []string{jobs}}, p, nil); !d.Allowed || d.Statement.ID != "Yes" {
			t.Errorf("%v: %+v", statements, d)
		}
	}
	if d := decide(t, iam.Request{Action: "sqs:SendMessage", Resources: []string{jobs}}, iam.Policy{}, nil); d.Allowed || d.Explicit || d.Statement != nil {
		t.Errorf("without a policy: %+v", d)
	}
}

func TestEveryResourceOfARequestHasToBeAllowed(t *testing.T) {
	r := iam.Request{Action: "ses:SendEmail", Resources: []string{"arn:aws:ses:r:1:identity/x.example", "arn:aws:ses:r:1:configuration-set/w"}}
	p := policy(t, `"Effect":"Allow","Action":"ses:SendEmail","Resource":"arn:aws:ses:r:1:identity/x.example"`)
	if d := decide(t, r, p, nil); d.Allowed || d.Resource != "arn:aws:ses:r:1:configuration-set/w" {
		t.Errorf("%+v", d)
	}
	both := iam.Join(p, policy(t, `"Effect":"Allow","Action":"ses:SendEmail","Resource":"arn:aws:ses:r:1:configuration-set/w"`))
	if d := decide(t, r, both, nil); !d.Allowed {
		t.Errorf("%+v", d)
	}
	if _, err := iam.Decide(iam.Request{Action: "ses:SendEmail"}, both, nil); err == nil {
		t.Error("a request without a resource was decided")
	}
}

func TestAKeyPolicyDelegatesToTheAccountOrNobodyGetsIn(t *testing.T) {
	r := iam.Request{Principal: role, Action: "kms:Decrypt", Resources: []string{key}}
	own := policy(t, `"Effect":"Allow","Action":"kms:Decrypt","Resource":"`+key+`"`)
	const all = `"Effect":"Allow","Action":"kms:*","Resource":"*",`
	for _, test := range []struct {
		name string
		own  iam.Policy
		key  []string
		want bool
	}{
		{"delegated by the root", own, []string{all + `"Principal":{"AWS":"arn:aws:iam::123456789012:root"}`}, true},
		{"delegated by the account's number", own, []string{all + `"Principal":{"AWS":"123456789012"}`}, true},
		{"delegation alone grants nothing", iam.Policy{}, []string{all + `"Principal":{"AWS":"arn:aws:iam::123456789012:root"}`}, false},
		{"delegated to another account", own, []string{all + `"Principal":{"AWS":"arn:aws:iam::999999999999:root"}`}, false},
		{"delegated for other actions", own, []string{`"Effect":"Allow","Action":"kms:Encrypt","Resource":"*","Principal":{"AWS":"123456789012"}`}, false},
		{"named in the key's policy", iam.Policy{}, []string{all + `"Principal":{"AWS":"` + role + `"}`}, true},
		{"another role is named", own, []string{all + `"Principal":{"AWS":"` + role + `-other"}`}, false},
		{"denied to the whole account", own, []string{
			all + `"Principal":{"AWS":"123456789012"}`,
			`"Effect":"Deny","Action":"kms:Decrypt","Resource":"*","Principal":{"AWS":"123456789012"}`,
		}, false},
	} {
		if d := decide(t, r, test.own, guard(t, true, test.key...)); d.Allowed != test.want {
			t.Errorf("%s: %+v", test.name, d)
		}
	}
}

func TestAQueuePolicyAddsToWhatTheCallerMayAndDeniesWithoutTLS(t *testing.T) {
	tlsOnly := `"Sid":"TLS","Effect":"Deny","Action":"sqs:*","Resource":"` + jobs + `","Principal":{"AWS":"*"},"Condition":{"Bool":{"aws:SecureTransport":"false"}}`
	rule := `"Sid":"Rule","Effect":"Allow","Action":"sqs:SendMessage","Resource":"` + jobs + `","Principal":{"Service":"events.amazonaws.com"},"Condition":{"ArnEquals":{"aws:SourceArn":"arn:aws:events:r:123456789012:rule/mail"}}`
	g := guard(t, false, tlsOnly, rule)
	own := policy(t, `"Effect":"Allow","Action":"sqs:ReceiveMessage","Resource":"`+jobs+`"`)
	ask := func(principal, action string, secure bool, source string) iam.Decision {
		context := iam.NewContext(principal, secure)
		if source != "" {
			context["aws:SourceArn"] = []string{source}
		}
		return decide(t, iam.Request{Principal: principal, Action: action, Resources: []string{jobs}, Context: context}, own, g)
	}
	if d := ask(role, "sqs:ReceiveMessage", true, ""); !d.Allowed {
		t.Errorf("over TLS: %+v", d)
	}
	if d := ask(role, "sqs:ReceiveMessage", false, ""); d.Allowed || !d.Explicit || !d.Guard || d.Statement.ID != "TLS" {
		t.Errorf("in the clear: %+v", d)
	}
	if d := ask(role, "sqs:SendMessage", true, ""); d.Allowed {
		t.Errorf("what only the rule may: %+v", d)
	}
	const events = "events.amazonaws.com"
	if d := ask(events, "sqs:SendMessage", true, "arn:aws:events:r:123456789012:rule/mail"); !d.Allowed || !d.Guard {
		t.Errorf("the rule: %+v", d)
	}
	if d := ask(events, "sqs:SendMessage", true, "arn:aws:events:r:123456789012:rule/other"); d.Allowed {
		t.Errorf("another rule: %+v", d)
	}
	if d := ask("scheduler.amazonaws.com", "sqs:SendMessage", true, "arn:aws:events:r:123456789012:rule/mail"); d.Allowed {
		t.Errorf("another service: %+v", d)
	}
}

func TestTheContextSaysWhoAsksAndHow(t *testing.T) {
	got := iam.NewContext(role, true)
	if got["aws:PrincipalArn"][0] != role || got["aws:PrincipalAccount"][0] != "123456789012" || got["aws:SecureTransport"][0] != "true" {
		t.Errorf("%v", got)
	}
	if got := iam.NewContext("events.amazonaws.com", false); len(got) != 1 || got["aws:SecureTransport"][0] != "false" {
		t.Errorf("%v", got)
	}
}

func TestARequestReadsTheSameInWhateverOrderItsContextIs(t *testing.T) {
	a := iam.Request{Principal: "p", Action: "kms:Decrypt", Resources: []string{key}, Context: map[string][]string{"a": {"1"}, "b": {"2", "3"}}}
	if got := a.String(); got != "p kms:Decrypt on "+key+" (a=1 b=2,3)" {
		t.Error(got)
	}
}
