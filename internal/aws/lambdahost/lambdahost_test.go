package lambdahost_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/winback-auto/winback/internal/aws/cognito"
	"github.com/winback-auto/winback/internal/aws/eumtext"
	"github.com/winback-auto/winback/internal/aws/kmssecret"
	"github.com/winback-auto/winback/internal/aws/lambdahost"
	"github.com/winback-auto/winback/internal/aws/linkkeys"
	"github.com/winback-auto/winback/internal/aws/s3inbox"
	"github.com/winback-auto/winback/internal/aws/sesmail"
	"github.com/winback-auto/winback/internal/aws/sqsqueue"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/event"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/metric/metrictest"
	"github.com/winback-auto/winback/internal/platform/queue"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/platform/web"
)

var chores = queue.Topic[string]{Name: "chores-do"}

// hello has no needs; chore hands its messages back.
var (
	hello = app.Function{Name: "hello-api", HTTP: func(api huma.API, _ app.Deps) {
		web.Get(api, "/hello", web.Public("a test"), web.Route{ID: "hello"}, func(context.Context, *struct{}) (*web.Reply[string], error) {
			return web.OK("hello"), nil
		})
	}}
	chore = app.Function{Name: "chores-worker", Consumes: app.Consume(chores, func(context.Context, app.Deps, ident.Company, string) error {
		return errs.Later(errs.Unavailable, 40*time.Second, "the partner rests")
	}, 10)}
	everything = app.Function{Name: "everything", Every: app.Every("rate(1 minute)", nil), Uses: app.Uses{
		Table: app.ReadWrite, Sends: app.Topics(chores), Mail: true, Text: true, Inbox: true, Secrets: app.Seal | app.Open, Links: true, Identity: true, Partner: true,
	}}
)

// The drivers of everything, and those of who only has a queue.
var (
	all = lambdahost.Drivers{
		Queue: sqsqueue.Open, Mail: sesmail.Open, Text: eumtext.Open, Inbox: s3inbox.Open, Secrets: kmssecret.Open, Links: linkkeys.Open, Identity: cognito.Open,
	}
	jobs = lambdahost.Drivers{Queue: sqsqueue.Open}
)

// asLambda is set in the child process of TestStartServesLambdasRuntime.
const asLambda = "WINBACK_TEST_AS_LAMBDA"

func TestMain(m *testing.M) {
	if os.Getenv(asLambda) != "" {
		lambdahost.Start(hello, lambdahost.Drivers{})
		return
	}
	os.Exit(m.Run())
}

func TestWhatAFunctionDeclaresIsWhatItNeeds(t *testing.T) {
	for _, test := range []struct {
		f    app.Function
		want string
	}{
		{hello, ""},
		{chore, "WINBACK_QUEUES"},
		{app.Sweep, "WINBACK_BASE_URL WINBACK_MAIL_FROM WINBACK_QUEUES WINBACK_TABLE"},
		{everything, "WINBACK_BASE_URL WINBACK_INBOX WINBACK_KMS_KEY WINBACK_LINK_KEYS WINBACK_MAIL_CONFIGURATION_SET WINBACK_MAIL_FROM WINBACK_QUEUES WINBACK_TABLE WINBACK_TEXT_FROM WINBACK_USER_POOL"},
	} {
		if got := strings.Join(lambdahost.Variables(test.f), " "); got != test.want {
			t.Errorf("%s needs %q, want %q", test.f.Name, got, test.want)
		}
	}
	if got := lambdahost.Queues(chore); !slices.Equal(got, []string{"chores-do"}) {
		t.Errorf("a consumer addresses %v, want its own queue", got)
	}
}

// cloud answers every call of the SDK and remembers it.
type cloud struct {
	mu    sync.Mutex
	calls []string // target and body
}

func (c *cloud) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls = append(c.calls, r.Header.Get("X-Amz-Target")+" "+string(body))
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	_, _ = w.Write([]byte("{}"))
}

// aws points the SDK at a server of this test.
func aws(t *testing.T) *cloud {
	t.Helper()
	c := new(cloud)
	server := httptest.NewServer(c)
	t.Cleanup(server.Close)
	for name, value := range map[string]string{
		"AWS_REGION": "ap-southeast-2", "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "x", "AWS_ENDPOINT_URL": server.URL,
		"AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull, "AWS_EC2_METADATA_DISABLED": "true",
	} {
		t.Setenv(name, value)
	}
	return c
}

func complete(name string) string {
	if name == lambdahost.QueuesVariable {
		return `{"chores-do":"https://sqs.example/1/winback-chores-do"}`
	}
	return "x"
}

func TestAMissingVariableIsNamedBeforeAnythingRuns(t *testing.T) {
	aws(t)
	for _, test := range []struct {
		f       app.Function
		drivers lambdahost.Drivers
		get     func(string) string
		want    string
	}{
		{everything, all, func(string) string { return "" }, "everything needs WINBACK_BASE_URL, WINBACK_INBOX, WINBACK_KMS_KEY, WINBACK_LINK_KEYS"},
		{chore, jobs, func(string) string { return `{"other":"https://x"}` }, "needs the URL of chores-do in WINBACK_QUEUES"},
		{chore, jobs, func(string) string { return "[" }, "WINBACK_QUEUES is no JSON object"},
	} {
		if _, err := lambdahost.New(t.Context(), test.f, test.drivers, test.get, slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("error %v, want %q", err, test.want)
		}
	}
}

// A service that is linked and not used costs every start its time; one that is used and not linked is found before the
// function takes work.
func TestAFunctionHasTheDriversOfWhatItUsesAndNoOthers(t *testing.T) {
	aws(t)
	for want, drivers := range map[string]lambdahost.Drivers{
		"chores-worker uses Queue: name its driver in Drivers":                    {},
		"chores-worker does not use Mail: take its driver out of Drivers, or dec": {Queue: sqsqueue.Open, Mail: sesmail.Open},
	} {
		if _, err := lambdahost.New(t.Context(), chore, drivers, complete, slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	for _, test := range []struct {
		f    app.Function
		want string
	}{{hello, ""}, {chore, "Queue"}, {app.Sweep, "Queue"}, {everything, "Queue Mail Text Inbox Secrets Links Identity"}} {
		if got := strings.Join(lambdahost.Needs(test.f), " "); got != test.want {
			t.Errorf("%s needs %q, want %q", test.f.Name, got, test.want)
		}
	}
}

func TestBuildingAFunctionMakesNoCall(t *testing.T) {
	c := aws(t)
	if _, err := lambdahost.New(t.Context(), everything, all, complete, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	if len(c.calls) > 0 {
		t.Errorf("called %q", c.calls)
	}
}

func TestAMessageIsHandedBackToItsQueue(t *testing.T) {
	c := aws(t)
	host, err := lambdahost.New(t.Context(), chore, jobs, complete, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	message := chores.Message(ident.Trusted("harbour"), "sweep the yard")
	sent := []queue.Received{{ID: "m1", Topic: chores.Name, Body: message.Body, Receipt: "r1", Receives: 1, Sent: time.Unix(1, 0), FirstSeen: time.Unix(2, 0)}}
	payload, err := event.EncodeBatch(sent)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := host.Invoke(t.Context(), payload)
	if err != nil {
		t.Fatal(err)
	}
	if again := event.DecodeFailures(answer, sent); len(again) != 1 {
		t.Errorf("again %v", again)
	}
	if len(c.calls) != 1 || !strings.HasPrefix(c.calls[0], "AmazonSQS.ChangeMessageVisibility ") {
		t.Fatalf("calls %q", c.calls)
	}
	var request struct {
		QueueUrl, ReceiptHandle string
		VisibilityTimeout       int
	}
	_, body, _ := strings.Cut(c.calls[0], " ")
	if err := json.Unmarshal([]byte(body), &request); err != nil {
		t.Fatal(err)
	}
	if request.ReceiptHandle != "r1" || request.VisibilityTimeout != 40 || request.QueueUrl != "https://sqs.example/1/winback-chores-do" {
		t.Errorf("request %+v", request)
	}
}

func TestStartServesLambdasRuntime(t *testing.T) {
	request := httptest.NewRequest(http.MethodGet, "/hello", nil)
	payload, err := event.EncodeRequest(request, event.Call{RequestID: "r1", RouteKey: "GET /hello"})
	if err != nil {
		t.Fatal(err)
	}
	answers := make(chan []byte, 1)
	invocations := make(chan []byte, 1)
	invocations <- payload
	runtime := http.NewServeMux()
	runtime.HandleFunc("GET /2018-06-01/runtime/invocation/next", func(w http.ResponseWriter, r *http.Request) {
		select {
		case next := <-invocations:
			w.Header().Set("Lambda-Runtime-Aws-Request-Id", "i1")
			w.Header().Set("Lambda-Runtime-Deadline-Ms", "32503680000000")
			_, _ = w.Write(next)
		case <-r.Context().Done():
		}
	})
	runtime.HandleFunc("POST /2018-06-01/runtime/invocation/i1/response", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		answers <- body
		w.WriteHeader(http.StatusAccepted)
	})
	server := httptest.NewServer(runtime)
	defer server.Close()

	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	lambda := exec.CommandContext(ctx, os.Args[0])
	lambda.Env = append(os.Environ(), asLambda+"=1", "AWS_LAMBDA_RUNTIME_API="+strings.TrimPrefix(server.URL, "http://"), "AWS_REGION=ap-southeast-2")
	out, err := lambda.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := lambda.Start(); err != nil {
		t.Fatal(err)
	}
	var answer []byte
	select {
	case answer = <-answers:
	case <-ctx.Done():
		t.Error("no answer came")
	}
	line, _ := bufio.NewReader(out).ReadString('\n')
	if err := lambda.Process.Kill(); err != nil {
		t.Error(err)
	}
	_ = lambda.Wait() // it was killed
	response, err := event.DecodeResponse(answer)
	if err != nil || response.Status() != http.StatusOK || !strings.Contains(string(response.Body()), "hello") {
		t.Errorf("answer %s, %v", answer, err)
	}
	var logged map[string]any
	if err := json.Unmarshal([]byte(line), &logged); err != nil || logged["function"] != "hello-api" || logged["route"] != "GET /hello" || logged["status"] != 200.0 {
		t.Errorf("log line %s, %v", line, err)
	}
}

// A function that works on its own is held to its pace on each partition key: what has no room before the invocation ends
// is refused, and the message comes again.
func TestAWorkerIsHeldToItsPace(t *testing.T) {
	c := aws(t)
	written := 0
	hurry := app.Function{
		Name: "chores-worker",
		Consumes: app.Consume(chores, func(ctx context.Context, d app.Deps, company ident.Company, _ string) error {
			for n := range 30 {
				if err := d.Table.Load(ctx, table.Posting(table.In(company, "chores").At(strconv.Itoa(n)))); err != nil {
					return err
				}
				written++
			}
			return nil
		}, 10),
		Uses: app.Uses{Table: app.ReadWrite},
	}
	host, err := lambdahost.New(t.Context(), hurry, jobs, complete, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	message := chores.Message(ident.Trusted("harbour"), "sweep the yard")
	sent := []queue.Received{{ID: "m1", Topic: chores.Name, Body: message.Body, Receipt: "r1", Receives: 1, Sent: time.Unix(1, 0), FirstSeen: time.Unix(2, 0)}}
	payload, err := event.EncodeBatch(sent)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 900*time.Millisecond)
	defer cancel()
	answer, err := host.Invoke(ctx, payload)
	if err != nil {
		t.Fatal(err)
	}
	if again := event.DecodeFailures(answer, sent); len(again) != 1 || written > app.DefaultPace {
		t.Errorf("%d written, again %v", written, again)
	}
	if loads := slices.IndexFunc(c.calls, func(call string) bool { return strings.Contains(call, "BatchWriteItem") }); loads < 0 {
		t.Errorf("nothing was written: %q", c.calls)
	}
}

// Two installations in one account count apart.
func TestCountsGoIntoTheNamespaceOfTheInstallation(t *testing.T) {
	aws(t)
	pointless := app.Function{Name: "chores-worker", Consumes: app.Consume(chores, func(context.Context, app.Deps, ident.Company, string) error {
		return errs.E(errs.NotFound, "there is no such yard")
	}, 10)}
	message := chores.Message(ident.Trusted("harbour"), "sweep the yard")
	payload, err := event.EncodeBatch([]queue.Received{{ID: "m1", Topic: chores.Name, Body: message.Body, Receipt: "r1", Receives: 1, Sent: time.Unix(1, 0), FirstSeen: time.Unix(2, 0)}})
	if err != nil {
		t.Fatal(err)
	}
	for variable, want := range map[string]string{"Winback/dev": "Winback/dev", "": "Winback"} {
		var log bytes.Buffer
		get := func(name string) string {
			if name == lambdahost.MetricsVariable {
				return variable
			}
			return complete(name)
		}
		host, err := lambdahost.New(t.Context(), pointless, jobs, get, slog.New(slog.NewJSONHandler(&log, nil)))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := host.Invoke(t.Context(), payload); err != nil {
			t.Fatal(err)
		}
		lines := bytes.Split(bytes.TrimSpace(log.Bytes()), []byte("\n"))
		values, err := metrictest.Read(lines[len(lines)-1])
		if err != nil || len(values) != 2 || values[0].Namespace != want || values[0].Name != "MessagesDropped" {
			t.Errorf("%q: %+v, %v, want the namespace %s", variable, values, err, want)
		}
	}
}
