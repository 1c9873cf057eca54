package sesmail_test

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/aws-sdk-go-v2/service/sesv2/types"

	"github.com/winback-auto/winback/internal/platform/event"
	"github.com/winback-auto/winback/internal/platform/mail"
	"github.com/winback-auto/winback/internal/platform/mail/mailtest"
	"github.com/winback-auto/winback/internal/testkit/awssim"
)

func TestTheEventsOfASendAreReadByTheLedger(t *testing.T) {
	for to, want := range map[string][]mail.Happening{
		"success@simulator.amazonses.com":   {mail.HasSent, mail.HasDelivered},
		"bounce@simulator.amazonses.com":    {mail.HasSent, mail.HasBounced},
		"complaint@simulator.amazonses.com": {mail.HasSent, mail.HasDelivered, mail.HasComplained},
	} {
		s, ses, _ := simulated(awssim.SESOptions{}, nil)
		m := mailtest.Message("a")
		m.To = to
		id, err := s.Send(t.Context(), m)
		if err != nil {
			t.Fatal(err)
		}
		var got []mail.Happening
		for _, body := range ses.TakeEvents() {
			var bridge event.Bridge
			if err := json.Unmarshal(body, &bridge); err != nil {
				t.Fatal(err)
			}
			e, err := mail.ReadEvent(bridge.Detail)
			if err != nil || e.SendID != "a" || e.Company.ID() != "harbour" || e.ProviderID != id {
				t.Errorf("%+v, %v", e, err)
			}
			got = append(got, e.Happening)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", to, got, want)
		}
		if again := ses.TakeEvents(); len(again) != 0 {
			t.Errorf("%d events twice", len(again))
		}
	}
}

// What operators and alarms ask SES for.
func TestTheSimulatorAnswersTheClientsOtherCalls(t *testing.T) {
	ses := awssim.NewSES(awssim.SESOptions{Max24Hours: 100, ConfigurationSets: []string{"winback"}})
	server := awssim.New(awssim.Options{Now: noonClock}, ses)
	client := sesv2.New(sesv2.Options{
		Region: "eu-central-1", Credentials: credentials.NewStaticCredentialsProvider("id", "secret", ""),
		HTTPClient: server.Client(), BaseEndpoint: aws.String(awssim.Endpoint), RetryMaxAttempts: 1,
	})
	simple := &sesv2.SendEmailInput{
		FromEmailAddress: aws.String("a@x.example"), Destination: &types.Destination{ToAddresses: []string{"gone@x.example"}},
		Content: &types.EmailContent{Simple: &types.Message{
			Subject: &types.Content{Data: aws.String("S")}, Body: &types.Body{Text: &types.Content{Data: aws.String("T")}},
		}},
		ConfigurationSetName: aws.String("winback"),
	}
	if _, err := client.PutSuppressedDestination(t.Context(), &sesv2.PutSuppressedDestinationInput{
		EmailAddress: aws.String("Gone@x.example"), Reason: types.SuppressionListReasonBounce,
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := client.SendEmail(t.Context(), simple); err != nil {
		t.Fatal(err)
	}
	if mails := ses.Mails(); len(mails) != 1 || mails[0].Subject != "S" || mails[0].Text != "T" || len(ses.TakeEvents()) != 2 {
		t.Errorf("%+v", mails)
	}
	account, err := client.GetAccount(t.Context(), &sesv2.GetAccountInput{})
	if err != nil || !account.SendingEnabled || account.SendQuota.Max24HourSend != 100 || account.SendQuota.SentLast24Hours != 1 {
		t.Errorf("%+v, %v", account, err)
	}
	entry, err := client.GetSuppressedDestination(t.Context(), &sesv2.GetSuppressedDestinationInput{EmailAddress: aws.String("gone@x.example")})
	if err != nil || entry.SuppressedDestination.Reason != types.SuppressionListReasonBounce || !entry.SuppressedDestination.LastUpdateTime.Equal(noon) {
		t.Errorf("%+v, %v", entry, err)
	}
	if _, err := client.DeleteSuppressedDestination(t.Context(), &sesv2.DeleteSuppressedDestinationInput{EmailAddress: aws.String("gone@x.example")}); err != nil {
		t.Error(err)
	}
	var missing *types.NotFoundException
	if _, err := client.GetSuppressedDestination(t.Context(), &sesv2.GetSuppressedDestinationInput{EmailAddress: aws.String("gone@x.example")}); !errors.As(err, &missing) {
		t.Errorf("got %v", err)
	}
	simple.Destination.ToAddresses = nil
	var bad *types.BadRequestException
	if _, err := client.SendEmail(t.Context(), simple); !errors.As(err, &bad) {
		t.Errorf("nobody to send to: %v", err)
	}
	simple.Destination.ToAddresses = []string{"a@x.example"}
	simple.ConfigurationSetName = aws.String("unknown")
	if _, err := client.SendEmail(t.Context(), simple); !errors.As(err, &missing) {
		t.Errorf("unknown configuration set: %v", err)
	}
}
