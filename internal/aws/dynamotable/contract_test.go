package dynamotable_test

import (
	"context"
	"fmt"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/winback-auto/winback/internal/platform/table/tabletest"
)

func TestTheTableInDynamoDBKeepsTheContract(t *testing.T) {
	tabletest.Run(t, differences["minidyn"], func(t *testing.T) tabletest.Fixture { return fixture(inProcess(t), tableName) })
}

// The endpoint that the rehearsal runs on has no known differences.
func TestTheSimulatedDynamoDBKeepsTheContract(t *testing.T) {
	tabletest.Run(t, nil, func(t *testing.T) tabletest.Fixture { return fixture(simulated(t), tableName) })
}

// TestAnEndpointKeepsTheContract is for make conformance: WINBACK_DYNAMODB_ENDPOINT is the address of something that speaks
// DynamoDB, WINBACK_DYNAMODB_NAME the name under which its known differences are listed.
func TestAnEndpointKeepsTheContract(t *testing.T) {
	endpoint, name := os.Getenv("WINBACK_DYNAMODB_ENDPOINT"), os.Getenv("WINBACK_DYNAMODB_NAME")
	if endpoint == "" {
		t.Skip("not asked for: set WINBACK_DYNAMODB_ENDPOINT, or run make conformance")
	}
	client := connect(endpoint)
	run := time.Now().UnixNano() // an endpoint may outlive its tests
	var tables atomic.Int64
	tabletest.Run(t, differences[name], func(t *testing.T) tabletest.Fixture {
		table := fmt.Sprintf("winback-%d-%d", run, tables.Add(1))
		create(t, client, table)
		t.Cleanup(func() {
			_, err := client.DeleteTable(context.WithoutCancel(t.Context()), &dynamodb.DeleteTableInput{TableName: aws.String(table)})
			if err != nil {
				t.Errorf("drop: %v", err)
			}
		})
		return fixture(client, table)
	})
}
