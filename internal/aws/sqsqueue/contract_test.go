package sqsqueue_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/winback-auto/winback/internal/aws/sqsqueue"
	"github.com/winback-auto/winback/internal/platform/queue"
	"github.com/winback-auto/winback/internal/platform/queue/queuetest"
	"github.com/winback-auto/winback/internal/testkit/awssim"
)

// clock is the clock of a simulated SQS.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock { return &clock{at: time.Date(2026, 11, 22, 5, 0, 0, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// newClient makes an SDK client of an endpoint.
func newClient(endpoint string, options ...func(*sqs.Options)) *sqs.Client {
	return sqs.New(sqs.Options{
		Region: "us-east-1", BaseEndpoint: &endpoint, Credentials: credentials.NewStaticCredentialsProvider("key", "secret", ""),
	}, options...)
}

func simulated(server *awssim.Server) *sqs.Client {
	return newClient(awssim.Endpoint, func(o *sqs.Options) { o.HTTPClient = server.Client() })
}

// queues makes the queues of topics, each with its dead letters, and knows their addresses.
func queues(t testing.TB, client *sqs.Client, topics ...string) func(string) (string, error) {
	t.Helper()
	ctx := context.Background()
	urls := map[string]string{}
	create := func(name string, attributes map[string]string) string {
		out, err := client.CreateQueue(ctx, &sqs.CreateQueueInput{QueueName: &name, Attributes: attributes})
		if err != nil {
			t.Fatal(err)
		}
		return *out.QueueUrl
	}
	for _, topic := range topics {
		dead := create(topic+"-dead", nil)
		out, err := client.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{QueueUrl: &dead, AttributeNames: []types.QueueAttributeName{"QueueArn"}})
		if err != nil {
			t.Fatal(err)
		}
		urls[topic] = create(topic, map[string]string{
			"RedrivePolicy": fmt.Sprintf(`{"deadLetterTargetArn":%q,"maxReceiveCount":"%d"}`, out.Attributes["QueueArn"], queue.MaxReceives),
		})
	}
	return func(topic string) (string, error) {
		if url, ok := urls[topic]; ok {
			return url, nil
		}
		return "", fmt.Errorf("no queue for topic %q", topic)
	}
}

func TestTheContractOfQueues(t *testing.T) {
	queuetest.Run(t, func(t *testing.T) queuetest.Fixture {
		c := newClock()
		client := simulated(awssim.New(awssim.Options{Now: c.now}, awssim.NewSQS(awssim.SQSOptions{})))
		q := sqsqueue.New(client, queues(t, client, "recapture-submit", "notify-send"))
		return queuetest.Fixture{Sender: q, Source: q, Topic: "recapture-submit", Other: "notify-send", Advance: c.advance}
	})
}

// motoDiffers is what moto 5.2 does otherwise than SQS.
var motoDiffers = []queuetest.Difference{
	{Case: "a receipt may come twice in one delete", Reason: "moto takes two entries with one receipt for two with one id"},
	{Case: "a receipt is void once somebody else has the message", Reason: "moto deletes by any receipt that the message ever had"},
	{Case: "a void receipt delays nothing", Reason: "moto changes the visibility by any receipt that the message ever had"},
	{Case: "a small group is served beside a large one", Reason: "moto does not look at the groups of standard queues"},
}

// The same contract against whatever listens at WINBACK_SQS_ENDPOINT, on the wall clock: minutes, not seconds. The
// declared differences are those of moto.
func TestTheContractOfQueuesAtAnEndpoint(t *testing.T) {
	endpoint := os.Getenv("WINBACK_SQS_ENDPOINT")
	if endpoint == "" {
		t.Skip("WINBACK_SQS_ENDPOINT is not set: nothing was compared with an independent SQS")
	}
	client := newClient(endpoint)
	queuetest.Run(t, func(t *testing.T) queuetest.Fixture {
		name := strings.ToLower(strings.TrimPrefix(t.Name(), "TestTheContractOfQueuesAtAnEndpoint/"))
		name = fmt.Sprintf("%.40s-%d", name, time.Now().UnixNano())
		q := sqsqueue.New(client, queues(t, client, name, name+"-other"))
		return queuetest.Fixture{Sender: q, Source: q, Topic: name, Other: name + "-other", Advance: time.Sleep, Unit: 2 * time.Second}
	}, motoDiffers...)
}
