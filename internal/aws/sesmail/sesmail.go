// Package sesmail hands mails to Amazon SES, API version 2.
//
// SES has no idempotency token: whatever is called twice is sent twice. So each Send makes exactly one HTTP request, with
// the SDK's retries off and a client that refuses a second one, and every outcome is sorted by whether SES may have taken
// the mail (failure.go). Each mail carries its send id, company and kind as tags and names a configuration set, whose
// events tell the ledger later what became of it.
//
// The content is raw, written by mail.MIME, so that local mode and AWS send the same bytes. It needs the actions
// ses:SendEmail and ses:SendRawEmail.
package sesmail

import (
	"context"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/aws-sdk-go-v2/service/sesv2/types"

	"github.com/winback-auto/winback/internal/platform/dispatch"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/mail"
)

// Sender sends through one account and region. It is safe for concurrent use.
type Sender struct {
	send             func(context.Context, *sesv2.SendEmailInput, ...func(*sesv2.Options)) (*sesv2.SendEmailOutput, error) // not the client, see package cognito
	configurationSet string
	now              func() time.Time
}

var _ mail.Sender = (*Sender)(nil)

// New makes a sender. The configuration set must publish its events to EventBridge: without them an unknown send is never
// settled. Mails are dated by now. Options change the client, but neither its single attempt nor its time limit.
func New(config aws.Config, configurationSet string, now func() time.Time, options ...func(*sesv2.Options)) *Sender {
	var base sesv2.HTTPClient = awshttp.NewBuildableClient()
	if config.HTTPClient != nil {
		base = config.HTTPClient
	}
	options = append(options, func(o *sesv2.Options) {
		o.Retryer = aws.NopRetryer{}
		o.RetryMaxAttempts = 1
		o.HTTPClient = once{base}
	})
	return &Sender{sesv2.NewFromConfig(config, options...).SendEmail, configurationSet, now}
}

// Open makes a sender as a function in Lambda has it, see New.
func Open(config aws.Config, configurationSet string, now func() time.Time) mail.Sender {
	return New(config, configurationSet, now)
}

// Send hands over one mail, in one attempt; see mail.Sender.
func (s *Sender) Send(ctx context.Context, m mail.Message) (string, error) {
	raw, err := mail.MIME(m, m.SendID+"@"+mail.Domain(m.From), s.now())
	if err != nil {
		return "", err
	}
	if err := ctx.Err(); err != nil {
		return "", errs.E(errs.Unavailable, "there is no time left to send: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, dispatch.SendTimeout)
	defer cancel()
	a := new(attempt)
	output, err := s.send(context.WithValue(ctx, attemptKey{}, a), &sesv2.SendEmailInput{
		FromEmailAddress:     aws.String(mail.Encoded(m.From)),
		Destination:          &types.Destination{ToAddresses: []string{mail.Encoded(m.To)}},
		Content:              &types.EmailContent{Raw: &types.RawMessage{Data: raw}},
		ConfigurationSetName: aws.String(s.configurationSet),
		EmailTags: []types.MessageTag{
			{Name: aws.String(mail.TagSendID), Value: aws.String(m.SendID)},
			{Name: aws.String(mail.TagCompany), Value: aws.String(m.Company)},
			{Name: aws.String(mail.TagKind), Value: aws.String(m.Kind)},
		},
	})
	if err != nil {
		return "", classify(err, a.made)
	}
	return aws.ToString(output.MessageId), nil
}

// attempt is the one request of a Send.
type attempt struct{ made bool }

type attemptKey struct{}

// once is an HTTP client for one request per Send. A second one is refused before it leaves, whatever makes it.
type once struct{ next sesv2.HTTPClient }

func (o once) Do(r *http.Request) (*http.Response, error) {
	a, ok := r.Context().Value(attemptKey{}).(*attempt)
	if !ok || a.made {
		return nil, errSecond
	}
	a.made = true
	return o.next.Do(r)
}
