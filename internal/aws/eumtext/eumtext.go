// Package eumtext hands text messages to AWS End User Messaging SMS (pinpoint-sms-voice-v2).
//
// SendTextMessage has no idempotency token: whatever is called twice is sent twice. So each Send makes exactly one HTTP
// request, with the SDK's retries off and a client that refuses a second one, and every outcome is sorted by whether AWS may
// have taken the message (failure.go). Each message carries its send id, company and kind as context, which comes back with
// the events that AWS publishes on the account's event bus; they tell the ledger later what became of it.
//
// Whom a message comes from is the pool or sender id of the environment. AWS keeps the list of numbers that have answered
// STOP and refuses them. It needs the action sms-voice:SendTextMessage.
package eumtext

import (
	"context"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/pinpointsmsvoicev2"
	"github.com/aws/aws-sdk-go-v2/service/pinpointsmsvoicev2/types"

	"github.com/winback-auto/winback/internal/platform/dispatch"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/text"
)

// Sender sends through one account and region. It is safe for concurrent use.
type Sender struct {
	send        func(context.Context, *pinpointsmsvoicev2.SendTextMessageInput, ...func(*pinpointsmsvoicev2.Options)) (*pinpointsmsvoicev2.SendTextMessageOutput, error) // not the client, see package cognito
	origination string
}

var _ text.Sender = (*Sender)(nil)

// New makes a sender of messages that come from a pool, number or sender id of the account. Options change the client, but
// neither its single attempt nor its time limit.
func New(config aws.Config, origination string, options ...func(*pinpointsmsvoicev2.Options)) *Sender {
	var base pinpointsmsvoicev2.HTTPClient = awshttp.NewBuildableClient()
	if config.HTTPClient != nil {
		base = config.HTTPClient
	}
	options = append(options, func(o *pinpointsmsvoicev2.Options) {
		o.Retryer = aws.NopRetryer{}
		o.RetryMaxAttempts = 1
		o.HTTPClient = once{base}
	})
	return &Sender{pinpointsmsvoicev2.NewFromConfig(config, options...).SendTextMessage, origination}
}

// Open makes a sender as a function in Lambda has it, see New.
func Open(config aws.Config, origination string) text.Sender { return New(config, origination) }

// AWS gives up a message between 5 seconds and 3 days after it took it.
const (
	shortestTTL = 5 * time.Second
	longestTTL  = 72 * time.Hour
)

// Send hands over one message, in one attempt; see text.Sender.
func (s *Sender) Send(ctx context.Context, m text.Message) (string, error) {
	if err := m.Check(); err != nil {
		return "", err
	}
	if err := ctx.Err(); err != nil {
		return "", errs.E(errs.Unavailable, "there is no time left to send: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, dispatch.SendTimeout)
	defer cancel()
	a := new(attempt)
	input := &pinpointsmsvoicev2.SendTextMessageInput{
		DestinationPhoneNumber: aws.String(m.To),
		OriginationIdentity:    aws.String(s.origination),
		MessageBody:            aws.String(m.Body),
		MessageType:            types.MessageTypeTransactional,
		Context:                map[string]string{text.ContextSendID: m.SendID, text.ContextCompany: m.Company, text.ContextKind: m.Kind},
	}
	if m.TTL > 0 {
		input.TimeToLive = aws.Int32(int32(min(max(m.TTL, shortestTTL), longestTTL) / time.Second))
	}
	output, err := s.send(context.WithValue(ctx, attemptKey{}, a), input)
	if err != nil {
		return "", classify(err, a.made)
	}
	return aws.ToString(output.MessageId), nil
}

// attempt is the one request of a Send.
type attempt struct{ made bool }

type attemptKey struct{}

// once is an HTTP client for one request per Send. A second one is refused before it leaves, whatever makes it.
type once struct{ next pinpointsmsvoicev2.HTTPClient }

func (o once) Do(r *http.Request) (*http.Response, error) {
	a, ok := r.Context().Value(attemptKey{}).(*attempt)
	if !ok || a.made {
		return nil, errSecond
	}
	a.made = true
	return o.next.Do(r)
}
