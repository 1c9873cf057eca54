package price_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/testkit/awssim"
	"github.com/winback-auto/winback/internal/testkit/price"
)

func current(t *testing.T) price.List {
	t.Helper()
	list, err := price.Current()
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestTheListIsDatedAndNamesTheSourceOfEachPrice(t *testing.T) {
	list := current(t)
	if _, err := time.Parse(time.DateOnly, list.Dated); err != nil || list.Currency != "USD" || list.Note == "" {
		t.Errorf("%s %s %q, %v", list.Dated, list.Currency, list.Note, err)
	}
	seen := map[string]bool{}
	for _, p := range list.Prices {
		if p.Per <= 0 || p.USD < 0 || p.Unknown && p.USD != 0 || p.Unit == "" || p.Region == "" || !strings.HasPrefix(p.Source, "https://") {
			t.Errorf("%+v", p)
		}
		if seen[p.Name] {
			t.Errorf("%s has two prices", p.Name)
		}
		seen[p.Name] = true
	}
	for _, name := range []string{
		awssim.ReadUnits, awssim.WriteUnits, awssim.SQSRequests, awssim.FairRequests, awssim.Mails, awssim.MailBytes, awssim.LogBytes, awssim.Traces, awssim.TextParts, awssim.ObjectGets, awssim.ObjectPuts,
		price.LambdaRequests, price.LambdaGBSeconds, price.HTTPRequests, price.Schedules, price.Events, price.KMSRequests, price.SecretRequests, price.SignInCalls,
		price.MailsIn, price.MailChunksIn, price.MonthInbox,
	} {
		if !seen[name] {
			t.Errorf("%s has no price", name)
		}
	}
}

func TestABillAddsUpWhatWasUsed(t *testing.T) {
	usage, err := price.Of(awssim.Tally{
		Calls: map[string]int{"kms:Encrypt": 4_000, "kms:Decrypt": 6_000, "secretsmanager:GetSecretValue": 10_000, "sqs:SendMessage": 7, "cognito:AdminGetUser": 1},
		Spent: map[string]float64{awssim.WriteUnits: 2e6, awssim.SQSRequests: 1e6, awssim.Mails: 1000},
	})
	if err != nil {
		t.Fatal(err)
	}
	usage.Add(price.LambdaGBSeconds, 1e6)
	bill, err := current(t).Bill(usage)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]float64{
		price.LambdaGBSeconds: 13.3334, awssim.WriteUnits: 1.25, awssim.SQSRequests: 0.40, awssim.Mails: 0.10,
		price.SecretRequests: 0.05, price.KMSRequests: 0.03, price.SignInCalls: 0,
	}
	total := 0.0
	for i, line := range bill.Lines {
		if math.Abs(line.Cost-want[line.Name]) > 1e-9 || i > 0 && line.Cost > bill.Lines[i-1].Cost {
			t.Errorf("%d: %+v, want %v", i, line, want[line.Name])
		}
		total += want[line.Name]
	}
	if len(bill.Lines) != len(want) || math.Abs(bill.Total-total) > 1e-9 {
		t.Errorf("%d lines, %v; want %d, %v", len(bill.Lines), bill.Total, len(want), total)
	}
}

func TestWhatHasNoKnownPriceIsListedBesideTheBill(t *testing.T) {
	bill, err := current(t).Bill(price.Usage{awssim.TextParts: 3, awssim.Mails: 1000})
	if err != nil || len(bill.Unpriced) != 1 || bill.Unpriced[0].Amount != 3 || len(bill.Lines) != 1 || math.Abs(bill.Total-0.10) > 1e-9 {
		t.Errorf("%+v, %v", bill, err)
	}
}

func TestNothingIsFreeByAccident(t *testing.T) {
	if _, err := price.Of(awssim.Tally{Calls: map[string]int{"sns:Publish": 1}}); err == nil || !strings.Contains(err.Error(), "sns:Publish") {
		t.Errorf("%v", err)
	}
	if _, err := current(t).Bill(price.Usage{"dynamodb:Teleports": 1}); err == nil || !strings.Contains(err.Error(), "Teleports") {
		t.Errorf("%v", err)
	}
}

func TestTheLeastIsWhatTheOutcomeItselfCosts(t *testing.T) {
	bill, err := current(t).Bill(price.Outcome{WriteUnits: 1e6, Mails: 1000, Requests: 1e6}.Least())
	if want := 0.625 + 0.10 + 1.00 + 0.20; err != nil || math.Abs(bill.Total-want) > 1e-9 {
		t.Errorf("%v, %v; want %v", bill.Total, err, want)
	}
}
