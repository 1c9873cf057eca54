package dynamotable_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/winback-auto/winback/internal/aws/dynamotable"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/testkit/awssim"
	"github.com/winback-auto/winback/internal/testkit/dynamosim"
)

// The faults that the rehearsal injects are those that the driver knows how to meet.
func TestAThrottledStoreIsTriedAgainAndInTheEndTooMuch(t *testing.T) {
	var throttled int
	server := awssim.New(awssim.Options{Now: time.Now, Fault: func(_, action string) awssim.Fault {
		if throttled == 0 || action == "CreateTable" {
			return awssim.Fault{}
		}
		throttled--
		return dynamosim.Throttle(awssim.Incoming{Action: action, Body: []byte(`{"TransactItems":[{},{}]}`)})
	}}, dynamosim.New(dynamosim.Options{Unprocessed: func(string, int) bool { return throttled > 0 }}))
	client := dynamotable.Client(config(), func(o *dynamodb.Options) {
		o.BaseEndpoint = aws.String(awssim.Endpoint)
		o.HTTPClient = server.Client()
		o.Retryer = aws.NopRetryer{}
	})
	create(t, client, tableName)
	driver := dynamotable.New(client, tableName, time.Now)
	driver.Pause(func(ctx context.Context, _ time.Duration) error { return ctx.Err() })
	two := []table.Op{fresh("a", "mine"), fresh("b", "mine")}
	for name, call := range map[string]func() error{
		"a transaction": func() error { return driver.Write(t.Context(), two) },
		"a put":         func() error { return driver.Write(t.Context(), two[:1]) },
		"a load":        func() error { return driver.Load(t.Context(), slices.Clone(two)) },
	} {
		throttled = 1000
		if err := call(); !errs.Is(err, errs.TooMany) {
			t.Errorf("%s of a throttled store: %v", name, err)
		}
		throttled = 0
		if err := call(); err != nil {
			t.Errorf("%s afterwards: %v", name, err)
		}
	}
	throttled = 3
	if err := driver.Write(t.Context(), []table.Op{fresh("c", "mine"), fresh("d", "mine")}); err != nil || throttled != 0 {
		t.Errorf("a transaction that is throttled for a while: %v", err)
	}
}
