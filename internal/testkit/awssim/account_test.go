package awssim_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/winback-auto/winback/internal/testkit/awssim"
	"github.com/winback-auto/winback/internal/testkit/iam"
)

var sydney = awssim.Place{Region: "ap-southeast-2", Account: "123456789012"}

// allowing is a policy that allows actions on a resource.
func allowing(t *testing.T, resource string, actions ...string) iam.Policy {
	t.Helper()
	p, err := iam.ParseJSON(`{"Version":"2012-10-17","Statement":[{"Sid":"It","Effect":"Allow","Action":["` + strings.Join(actions, `","`) + `"],"Resource":"` + resource + `"}]}`)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestAnUnsignedCallIsRefused(t *testing.T) {
	account := awssim.NewAccount(awssim.AccountOptions{Place: sydney, Now: fixed}, awssim.NewKMS("k"))
	status, text := call(t, account.Client(), awssim.Endpoint, "TrentService.Encrypt", "{}")
	if status != http.StatusBadRequest || !strings.Contains(text, "MissingAuthenticationTokenException") {
		t.Errorf("%d %s", status, text)
	}
	if got := account.Ledger().Strangers(); len(got) != 1 || len(account.Ledger().Principals()) != 0 {
		t.Errorf("strangers %v", got)
	}
}

func TestAWSItselfCallsOnBehalfOfARole(t *testing.T) {
	account := awssim.NewAccount(awssim.AccountOptions{Place: sydney, Now: fixed}, awssim.NewSQS(awssim.SQSOptions{}))
	ctx := t.Context()
	if err := account.Deployer().Call(ctx, "sqs", "CreateQueue", map[string]any{"QueueName": "jobs"}, nil); err != nil {
		t.Fatal(err)
	}
	const queue, url = "arn:aws:sqs:ap-southeast-2:123456789012:jobs", "https://sqs.ap-southeast-2.amazonaws.com/123456789012/jobs"
	role := account.RoleARN("worker")
	account.SetRole(role, allowing(t, queue, "sqs:ReceiveMessage"))
	lambda := account.As(role, "worker")
	if err := lambda.Call(ctx, "sqs", "ReceiveMessage", map[string]any{"QueueUrl": url}, nil); err != nil {
		t.Error(err)
	}
	err := lambda.Call(ctx, "sqs", "SendMessage", map[string]any{"QueueUrl": url, "MessageBody": "x"}, nil)
	want := "AccessDeniedException: User: arn:aws:sts::123456789012:assumed-role/worker/worker is not authorized to perform: sqs:sendmessage on resource: " +
		queue + " because no identity-based policy allows the sqs:sendmessage action"
	if err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
	if err := lambda.Call(ctx, "sqs", "SendMessageBatch", map[string]any{"QueueUrl": url}, nil); err == nil || err.Error() != want {
		t.Errorf("a batch: error %v, want %s", err, want)
	}
	tally := account.Ledger().Tally(role)
	if tally.Calls["sqs:ReceiveMessage"] != 1 || tally.Calls["sqs:SendMessage"] != 1 || tally.Failed["sqs:SendMessage"] != 1 || tally.Failed["sqs:ReceiveMessage"] != 0 {
		t.Errorf("tally %+v", tally)
	}
	denials := account.Ledger().Denials()
	if len(denials) != 1 || denials[0].Times != 2 || denials[0].Action != "sqs:SendMessage" || denials[0].Resource != queue {
		t.Errorf("denials %+v", denials)
	}
}

func TestGrantsThatWereNeverNeededAreTold(t *testing.T) {
	account := awssim.NewAccount(awssim.AccountOptions{Place: sydney, Now: fixed}, awssim.NewKMS("k"))
	role := account.RoleARN("sealer")
	policy := allowing(t, "arn:aws:kms:ap-southeast-2:123456789012:key/k", "kms:Encrypt", "kms:Decrypt")
	account.SetRole(role, policy)
	for _, purpose := range []string{"a", "b"} {
		in := map[string]any{"KeyId": "k", "Plaintext": []byte("x"), "EncryptionContext": map[string]string{"purpose": purpose}}
		if err := account.As(role, "s").Call(t.Context(), "kms", "Encrypt", in, nil); err != nil {
			t.Fatal(err)
		}
	}
	asked := account.Ledger().Allowed(role)
	if len(asked) != 1 {
		t.Errorf("%d requests that the policy can tell apart, want 1: it does not ask for the context", len(asked))
	}
	unneeded, err := policy.Unneeded(asked)
	if err != nil || len(unneeded) != 1 || unneeded[0].Action != "kms:Decrypt" {
		t.Errorf("unneeded %v, %v", unneeded, err)
	}
	account.Ledger().Reset()
	if l := account.Ledger(); len(l.Principals()) != 0 || len(l.Allowed(role)) != 0 {
		t.Error("something is left after a reset")
	}
}

func TestAnAWSServiceIsHeldToThePolicyOfTheResource(t *testing.T) {
	account := awssim.NewAccount(awssim.AccountOptions{Place: sydney, Now: fixed}, awssim.NewSQS(awssim.SQSOptions{}))
	const rule = "arn:aws:events:ap-southeast-2:123456789012:rule/mail"
	policy := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sqs:SendMessage","Resource":"*","Principal":{"Service":"events.amazonaws.com"},
		"Condition":{"ArnEquals":{"aws:SourceArn":"` + rule + `"},"StringEquals":{"aws:SourceAccount":"123456789012"}}},
		{"Sid":"TLS","Effect":"Deny","Action":"sqs:*","Resource":"*","Principal":"*","Condition":{"Bool":{"aws:SecureTransport":"false"}}}]}`
	in := map[string]any{"QueueName": "dead", "Attributes": map[string]string{"Policy": policy}}
	if err := account.Deployer().Call(t.Context(), "sqs", "CreateQueue", in, nil); err != nil {
		t.Fatal(err)
	}
	send := map[string]any{"QueueUrl": "x/dead", "MessageBody": "lost"}
	if err := account.AsService("events.amazonaws.com", rule).Call(t.Context(), "sqs", "SendMessage", send, nil); err != nil {
		t.Error(err)
	}
	if err := account.AsService("events.amazonaws.com", rule+"2").Call(t.Context(), "sqs", "SendMessage", send, nil); err == nil {
		t.Error("another rule may send")
	}
	in["QueueName"], in["Attributes"] = "other", map[string]string{"Policy": `{"Version":"2012-10-17","Statement":[{"Effect":"Allow"}]}`}
	if err := account.Deployer().Call(t.Context(), "sqs", "CreateQueue", in, nil); err == nil || !strings.Contains(err.Error(), "Policy") {
		t.Errorf("half a policy: %v", err)
	}
}

func TestAPolicyThatCannotBeEvaluatedIsTroubleAndNoPass(t *testing.T) {
	account := awssim.NewAccount(awssim.AccountOptions{Place: sydney, Now: fixed}, awssim.NewKMS("k"))
	role := account.RoleARN("sealer")
	p, err := iam.ParseJSON(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"kms:Encrypt","Resource":"*","Condition":{"StringEquals":{"kms:EncryptionContextKeys":"a"}}}]}`)
	if err != nil {
		t.Fatal(err)
	}
	account.SetRole(role, p)
	in := map[string]any{"KeyId": "k", "Plaintext": []byte("x"), "EncryptionContext": map[string]string{"a": "1", "b": "2"}}
	if err := account.As(role, "s").Call(t.Context(), "kms", "Encrypt", in, nil); err == nil {
		t.Error("passed")
	}
	if got := account.Ledger().Troubles(); len(got) != 1 {
		t.Errorf("troubles %v", got)
	}
}

func TestFaultsOfAnAccountKnowWhoCalls(t *testing.T) {
	var calls []awssim.AccountCall
	account := awssim.NewAccount(awssim.AccountOptions{
		Place: sydney, Now: fixed,
		Fault: func(in awssim.Incoming) awssim.Fault {
			if strings.HasSuffix(in.Principal, "/unlucky") {
				return awssim.Fault{Status: 400, Code: "ThrottlingException", More: map[string]any{"ThrottlingReasons": []string{}}}
			}
			return awssim.Fault{}
		},
		Taken: func(c awssim.AccountCall) { calls = append(calls, c) },
	}, awssim.NewKMS("k"))
	in := map[string]any{"KeyId": "k", "Plaintext": []byte("x")}
	var outcomes []string
	for _, name := range []string{"lucky", "unlucky"} {
		role := account.RoleARN(name)
		account.SetRole(role, allowing(t, "*", "kms:Encrypt"))
		if err := account.As(role, name).Call(t.Context(), "kms", "Encrypt", in, nil); err != nil {
			outcomes = append(outcomes, name+": "+err.Error())
		}
	}
	if want := []string{"unlucky: ThrottlingException: injected"}; !slices.Equal(outcomes, want) {
		t.Errorf("%q, want %q", outcomes, want)
	}
	if len(calls) != 2 || calls[1].Status != 400 || calls[1].Service != "kms" || !strings.Contains(string(calls[0].Body), "KeyId") {
		t.Errorf("calls %+v", calls)
	}
}

func TestASessionIsOfARoleThatExists(t *testing.T) {
	account := awssim.NewAccount(awssim.AccountOptions{Place: sydney, Now: fixed})
	if _, err := account.Open(account.RoleARN("nobody"), "n"); err == nil {
		t.Error("a session of nobody")
	}
	account.SetRole(account.RoleARN("a"), iam.Policy{})
	first, err := account.Open(account.RoleARN("a"), "n")
	if err != nil {
		t.Fatal(err)
	}
	second, _ := account.Open(account.RoleARN("a"), "n")
	env := first.Environment()
	if first.AccessKeyID == second.AccessKeyID || env["AWS_SESSION_TOKEN"] != first.SessionToken || len(env) != 3 || !strings.HasPrefix(env["AWS_ACCESS_KEY_ID"], "ASIA") {
		t.Errorf("%+v %+v", first, second)
	}
	if err := account.Deployer().Call(t.Context(), "ses", "SendEmail", nil, nil); err == nil {
		t.Error("SES has no calls in AWS JSON")
	}
}

func TestTalliesAreComparedAcrossTime(t *testing.T) {
	account := awssim.NewAccount(awssim.AccountOptions{Place: sydney, Now: fixed}, awssim.NewSQS(awssim.SQSOptions{}))
	ctx := t.Context()
	if err := account.Deployer().Call(ctx, "sqs", "CreateQueue", map[string]any{"QueueName": "jobs"}, nil); err != nil {
		t.Fatal(err)
	}
	role := account.RoleARN("sender")
	account.SetRole(role, allowing(t, "*", "sqs:SendMessage"))
	send := func(body, group string) {
		t.Helper()
		in := map[string]any{"QueueUrl": "x/jobs", "MessageBody": body}
		if group != "" {
			in["MessageGroupId"] = group
		}
		if err := account.As(role, "s").Call(ctx, "sqs", "SendMessage", in, nil); err != nil {
			t.Fatal(err)
		}
	}
	send("a", "harbour")
	before := account.Ledger().Total()
	send("b", "")
	send(strings.Repeat("x", 100<<10), "harbour")
	since := account.Ledger().Total().Sub(before)
	if since.Calls["sqs:SendMessage"] != 2 || since.Spent[awssim.SQSRequests] != 3 || since.Spent[awssim.FairRequests] != 2 || len(since.Failed) != 0 {
		t.Errorf("since %+v", since)
	}
	if none := before.Sub(before); len(none.Calls) != 0 || len(none.Spent) != 0 {
		t.Errorf("nothing is %+v", none)
	}
}
