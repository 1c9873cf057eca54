package price_test

import (
	"math"
	"strings"
	"testing"

	"github.com/winback-auto/winback/internal/testkit/awssim"
	"github.com/winback-auto/winback/internal/testkit/price"
)

func TestAThousandIsTheSameHoweverManyWereDone(t *testing.T) {
	for _, done := range []int{10, 300} {
		per, err := current(t).Thousand(price.Work{
			Name: "mails", Done: done,
			Usage:   price.Usage{awssim.Mails: float64(done), awssim.WriteUnits: float64(8 * done)},
			Outcome: price.Outcome{WriteUnits: float64(2 * done), Mails: done},
		})
		if err != nil || math.Abs(per.Cost.Total-(0.10+0.005)) > 1e-9 || math.Abs(per.Least.Total-(0.10+0.00125)) > 1e-9 {
			t.Errorf("%d: %+v, %v", done, per, err)
		}
	}
	if _, err := current(t).Thousand(price.Work{Name: "mails"}); err == nil {
		t.Error("a thousand of nothing has a price")
	}
	if _, err := current(t).Thousand(price.Work{Name: "mails", Done: 1, Usage: price.Usage{"x": 1}}); err == nil {
		t.Error("what is unknown has a price")
	}
}

func TestTheTableNamesWhatIsDearest(t *testing.T) {
	list := current(t)
	per, err := list.Thousand(price.Work{
		Name: "vehicles watched", Done: 1000, Outcome: price.Outcome{WriteUnits: 1000},
		Usage: price.Usage{awssim.TextParts: 2, awssim.WriteUnits: 10_000, awssim.SQSRequests: 100, price.KMSRequests: 1},
	})
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := price.Print(&out, list, per); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"list prices of " + list.Dated, "vehicles watched (of 1000)", "0.0063", "0.0006", "10.1", "dynamodb:WriteRequestUnits 0.0063, sqs:Requests 0.0000", "and 2 segments of text messages to Australia of unknown price"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the table lacks %q:\n%s", want, &out)
		}
	}
}
