package dynamotable_test

import (
	"context"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	minidyn "github.com/truora/minidyn/server"

	"github.com/winback-auto/winback/internal/aws/dynamotable"
	"github.com/winback-auto/winback/internal/platform/table/tabletest"
	"github.com/winback-auto/winback/internal/testkit/awssim"
	"github.com/winback-auto/winback/internal/testkit/dynamosim"
)

const tableName = "winback"

// connect makes the production client for an endpoint that is not AWS. It tries as often, without the pauses.
func connect(url string) *dynamodb.Client {
	return dynamotable.Client(config(), func(o *dynamodb.Options) {
		o.BaseEndpoint = aws.String(url)
		o.Retryer = retry.AddWithMaxBackoffDelay(o.Retryer, time.Microsecond)
	})
}

func config() aws.Config {
	return aws.Config{Region: "eu-central-1", Credentials: credentials.NewStaticCredentialsProvider("local", "local", "")}
}

// inProcess is a client of an empty DynamoDB in this process, reached over the wire.
func inProcess(t *testing.T) *dynamodb.Client {
	t.Helper()
	server := httptest.NewServer(minidyn.NewServer())
	t.Cleanup(server.Close)
	client := connect(server.URL)
	create(t, client, tableName)
	return client
}

// simulated is a client of an empty DynamoDB of ours, without a network.
func simulated(t *testing.T) *dynamodb.Client {
	t.Helper()
	server := awssim.New(awssim.Options{Now: time.Now}, dynamosim.New(dynamosim.Options{}))
	client := dynamotable.Client(config(), func(o *dynamodb.Options) {
		o.BaseEndpoint = aws.String(awssim.Endpoint)
		o.HTTPClient = server.Client()
	})
	create(t, client, tableName)
	return client
}

func create(t *testing.T, client *dynamodb.Client, name string) {
	t.Helper()
	if _, err := client.CreateTable(t.Context(), dynamotable.Schema(name)); err != nil {
		t.Fatal(err)
	}
}

// fixture is a driver that does not wait.
func fixture(client *dynamodb.Client, name string) tabletest.Fixture {
	clock := tabletest.NewClock()
	driver := dynamotable.New(client, name, clock.Now)
	driver.Pause(func(ctx context.Context, _ time.Duration) error { return ctx.Err() })
	return tabletest.Fixture{Driver: driver, Clock: clock}
}
