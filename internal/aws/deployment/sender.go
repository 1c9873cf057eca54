package deployment

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/sesv2"

	"github.com/winback-auto/winback/internal/aws/awserr"
)

// mailStack makes the sender; its outputs Record1, Record2, … are what the domain's DNS has to say about it.
const (
	mailStack    = "mail"
	RecordOutput = "Record%d"
)

// Sender is what SES knows of a domain that mails come from.
type Sender struct {
	Verified bool
	Sandbox  bool     // the account mails to verified addresses only
	Records  []string // of the DNS, as the mail stack has them
}

// UnknownSenderError says that SES has never heard of a domain.
type UnknownSenderError struct{ Domain, Region string }

func (e *UnknownSenderError) Error() string {
	return fmt.Sprintf("SES in %s does not know %s", e.Region, e.Domain)
}

// Sender looks a domain up. One that SES does not know is an *UnknownSenderError.
func (d *Deployment) Sender(ctx context.Context, domain string) (Sender, error) {
	client := sesv2.NewFromConfig(d.cfg, func(o *sesv2.Options) { o.Retryer = awserr.Bounded() })
	identity, err := client.GetEmailIdentity(ctx, &sesv2.GetEmailIdentityInput{EmailIdentity: &domain})
	if awserr.Code(err) == "NotFoundException" {
		return Sender{}, &UnknownSenderError{domain, d.cfg.Region}
	}
	if err != nil {
		return Sender{}, explain("SES about the sender (ses:GetEmailIdentity, ses:GetAccount)", err)
	}
	account, err := client.GetAccount(ctx, &sesv2.GetAccountInput{})
	if err != nil {
		return Sender{}, explain("SES about the sender (ses:GetEmailIdentity, ses:GetAccount)", err)
	}
	s := Sender{Verified: identity.VerifiedForSendingStatus, Sandbox: !account.ProductionAccessEnabled}
	for i := 1; ; i++ {
		record, err := d.value(ctx, mailStack, fmt.Sprintf(RecordOutput, i))
		if err != nil {
			return s, nil //nolint:nilerr // the last one was the one before; an identity that no stack has made has none
		}
		s.Records = append(s.Records, record)
	}
}

// explain says what an operator can do about an error of a service: SES about the sender.
func explain(whatAboutWhat string, err error) error {
	service, _, _ := strings.Cut(whatAboutWhat, " ")
	switch code := awserr.Code(err); {
	case strings.HasPrefix(code, "AccessDenied"):
		return fmt.Errorf("these credentials may not ask %s", whatAboutWhat)
	case code == "ExpiredTokenException" || code == "ExpiredToken":
		return errors.New("the AWS credentials have expired: sign in again")
	case code == "UnrecognizedClientException" || code == "InvalidClientTokenId" || code == "InvalidSignatureException" || code == "SignatureDoesNotMatch":
		return errors.New("AWS does not know these credentials: check AWS_PROFILE, or the access key")
	}
	return awserr.Classify(service, err)
}
