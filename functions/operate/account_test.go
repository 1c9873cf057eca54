package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	minidyn "github.com/truora/minidyn/server"

	"github.com/winback-auto/winback/internal/aws/deployment"
	"github.com/winback-auto/winback/internal/aws/dynamotable"
	"github.com/winback-auto/winback/internal/platform/queue"
	"github.com/winback-auto/winback/internal/testkit/awssim"
)

// account is an account of AWS with the environment prod in it, for the real clients.
type account struct {
	server  *httptest.Server
	people  *awssim.Cognito
	ses     *awssim.SES
	objects *awssim.S3
	outputs map[string]string // of the app stack
	data    map[string]string // of the data stack
	refuse  string            // target of calls that are refused
}

const (
	tableName = "winback-prod-table"
	pool      = "ap-southeast-2_abcdefghi"
)

// newAccount deploys prod: a table, a user pool, and every queue with its dead letters. The machine's AWS configuration
// leads there and nowhere else.
func newAccount(t *testing.T) *account {
	t.Helper()
	a := &account{
		people:  awssim.NewCognito(pool),
		ses:     awssim.NewSES(awssim.SESOptions{}),
		objects: awssim.NewS3(awssim.S3Options{}),
		outputs: map[string]string{"BaseURL": "https://api.winback.example"},
		data:    map[string]string{"TableName": tableName, "UserPoolId": pool, "SignInURL": "https://sign-in.winback.example"},
	}
	dynamo := minidyn.NewServer()
	sim := awssim.New(awssim.Options{Now: time.Now}, awssim.NewSQS(awssim.SQSOptions{}), a.people, a.objects)
	sets := awssim.ReceiptRuleSets{SES: a.ses}
	stacks := awssim.CloudFormation{"winback-prod-data": a.data, "winback-prod-app": a.outputs}
	a.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case a.refuse != "" && a.refuse == r.Header.Get("X-Amz-Target"):
			w.WriteHeader(http.StatusBadRequest)
			_, _ = w.Write([]byte(`{"__type":"com.amazon.coral.service#AccessDeniedException","Message":"not authorized"}`))
		case strings.HasPrefix(r.Header.Get("X-Amz-Target"), "DynamoDB_"):
			dynamo.ServeHTTP(w, r)
		case stacks.Recognises(r):
			stacks.ServeHTTP(w, r)
		case sets.Recognises(r):
			sets.ServeHTTP(w, r)
		default:
			sim.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(a.server.Close)
	for name, value := range map[string]string{
		"AWS_REGION": "ap-southeast-2", "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "x", "AWS_SESSION_TOKEN": "", "AWS_PROFILE": "",
		"AWS_ENDPOINT_URL": a.server.URL, "AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull, "AWS_EC2_METADATA_DISABLED": "true",
	} {
		t.Setenv(name, value)
	}
	a.call(t, "DynamoDB_20120810.CreateTable", dynamotable.Schema(tableName))
	for _, d := range drains() {
		dead := a.queue(t, d.name+"-dead", nil)
		if d.f.Consumes == nil {
			a.outputs[deployment.DeadOutput(d.name)] = dead
			continue
		}
		var of struct{ Attributes struct{ QueueArn string } }
		a.into(t, &of, "AmazonSQS.GetQueueAttributes", map[string]any{"QueueUrl": dead, "AttributeNames": []string{"QueueArn"}})
		policy := fmt.Sprintf(`{"deadLetterTargetArn":%q,"maxReceiveCount":%d}`, of.Attributes.QueueArn, queue.MaxReceives)
		a.outputs[deployment.QueueOutput(d.name)] = a.queue(t, d.name, map[string]string{"RedrivePolicy": policy})
	}
	return a
}

// queue makes a queue and returns its address.
func (a *account) queue(t *testing.T, name string, attributes map[string]string) string {
	t.Helper()
	var made struct{ QueueUrl string }
	a.into(t, &made, "AmazonSQS.CreateQueue", map[string]any{"QueueName": "winback-prod-" + name, "Attributes": attributes})
	return made.QueueUrl
}

// bury puts messages among the dead letters of a queue.
func (a *account) bury(t *testing.T, name string, bodies ...string) {
	t.Helper()
	url := strings.Replace(a.anyQueue(), "any", "winback-prod-"+name+"-dead", 1)
	for _, body := range bodies {
		a.call(t, "AmazonSQS.SendMessage", map[string]any{"QueueUrl": url, "MessageBody": body, "MessageGroupId": "harbour-motors"})
	}
}

func (a *account) anyQueue() string {
	url := a.outputs[deployment.QueueOutput("mail-send")]
	return url[:strings.LastIndexByte(url, '/')+1] + "any"
}

// call makes a call of AWS JSON.
func (a *account) call(t *testing.T, target string, in any) []byte {
	t.Helper()
	body, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, a.server.URL, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Amz-Target", target)
	r.Header.Set("Content-Type", "application/x-amz-json-1.0")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s %s, %v", target, answer.Status, text, err)
	}
	return text
}

func (a *account) into(t *testing.T, out any, target string, in any) {
	t.Helper()
	if err := json.Unmarshal(a.call(t, target, in), out); err != nil {
		t.Fatal(err)
	}
}

// operate runs a command and returns what it says.
func operate(t *testing.T, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	err := run(t.Context(), &out, args)
	return out.String(), err
}

// says runs a command that must succeed and say something.
func says(t *testing.T, want string, args ...string) {
	t.Helper()
	out, err := operate(t, args...)
	if err != nil || !strings.Contains(out, want) {
		t.Errorf("%q: %v, says %q, want %q", args, err, out, want)
	}
}

// fails runs a command that must fail and say why.
func fails(t *testing.T, want string, args ...string) {
	t.Helper()
	out, err := operate(t, args...)
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("%q: %v, want %q; says %q", args, err, want, out)
	}
}
