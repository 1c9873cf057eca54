package awssim_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/testkit/awssim"
)

// The SDK's view of the services is tested beside the adapters; here is what no SDK would send.

func fixed() time.Time { return time.Date(2026, 11, 22, 5, 0, 0, 0, time.UTC) }

// call sends an AWS JSON request and returns the status and body of the answer.
func call(t *testing.T, client *http.Client, endpoint, target, body string) (int, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, endpoint, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("X-Amz-Target", target)
	response, err := client.Do(request)
	if err != nil {
		return 0, err.Error()
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return 0, err.Error()
	}
	return response.StatusCode, string(text)
}

func TestAnswersAreTheSameOverTheNetworkAndWithoutIt(t *testing.T) {
	ask := func(client *http.Client, endpoint string) string {
		status, text := call(t, client, endpoint, "AmazonSQS.GetQueueUrl", `{"QueueName":"none"}`)
		if status != http.StatusBadRequest || !strings.Contains(text, "QueueDoesNotExist") {
			t.Errorf("%d %s", status, text)
		}
		return text
	}
	server := awssim.New(awssim.Options{Now: fixed}, awssim.NewSQS(awssim.SQSOptions{}))
	listening := httptest.NewServer(server)
	defer listening.Close()
	if near, far := ask(server.Client(), awssim.Endpoint), ask(listening.Client(), listening.URL); near != far {
		t.Errorf("%s and %s", near, far)
	}
}

func TestWhatNoServiceKnowsIsRefused(t *testing.T) {
	server := awssim.New(awssim.Options{Now: fixed}, awssim.NewSQS(awssim.SQSOptions{}))
	for target, want := range map[string]int{
		"DynamoDB_20120810.Scan": http.StatusNotFound,
		"":                       http.StatusNotFound,
		"AmazonSQS.FlyToTheMoon": http.StatusBadRequest,
	} {
		if status, text := call(t, server.Client(), awssim.Endpoint, target, "{}"); status != want {
			t.Errorf("%s: %d %s", target, status, text)
		}
	}
	if status, text := call(t, server.Client(), awssim.Endpoint, "AmazonSQS.GetQueueUrl", "{"); status != http.StatusBadRequest || !strings.Contains(text, "Serialization") {
		t.Errorf("%d %s", status, text)
	}
}

func TestFaultsHappenBeforeOrAfterTheEffectAndAreLogged(t *testing.T) {
	var fault awssim.Fault
	server := awssim.New(awssim.Options{Now: fixed, Fault: func(service, action string) awssim.Fault {
		if service == "sqs" && action == "CreateQueue" {
			return fault
		}
		return awssim.Fault{}
	}}, awssim.NewSQS(awssim.SQSOptions{}))
	exists := func(name string) bool {
		status, _ := call(t, server.Client(), awssim.Endpoint, "AmazonSQS.GetQueueUrl", `{"QueueName":"`+name+`"}`)
		return status == http.StatusOK
	}
	for _, test := range []struct {
		name   string
		fault  awssim.Fault
		status int
		exists bool
	}{
		{"none", awssim.Fault{}, 200, true},
		{"refused", awssim.Fault{Status: 503}, 503, false},
		{"applied", awssim.Fault{Status: 503, ApplyFirst: true}, 503, true},
		{"dropped", awssim.Fault{Drop: true}, 0, false},
		{"lost", awssim.Fault{Drop: true, ApplyFirst: true}, 0, true},
	} {
		fault = test.fault
		status, text := call(t, server.Client(), awssim.Endpoint, "AmazonSQS.CreateQueue", `{"QueueName":"`+test.name+`"}`)
		if status != test.status {
			t.Errorf("%s: %d %s", test.name, status, text)
		}
		calls := server.Calls()
		if last := calls[len(calls)-1]; last.Action != "CreateQueue" || last.Service != "sqs" || last.Status != test.status || !last.At.Equal(fixed()) {
			t.Errorf("%s: logged %+v", test.name, last)
		}
		if got := exists(test.name); got != test.exists {
			t.Errorf("%s: exists %v, want %v", test.name, got, test.exists)
		}
	}
}
