package dynamotable

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// Bounds of one call. DynamoDB answers within milliseconds; a call that has not answered in seconds never will.
const (
	Tries   = 3
	Timeout = 2 * time.Second // of each try
)

// Client makes a client that gives up in time for its caller to answer: after Tries tries of at most Timeout each, with less
// than a second of pauses between them. Every write of the driver may be repeated, so that is safe.
func Client(cfg aws.Config, options ...func(*dynamodb.Options)) *dynamodb.Client {
	bounded := func(o *dynamodb.Options) {
		o.HTTPClient = awshttp.NewBuildableClient().WithTimeout(Timeout)
		o.Retryer = retry.NewStandard(func(so *retry.StandardOptions) {
			so.MaxAttempts = Tries
			so.MaxBackoff = 400 * time.Millisecond
		})
	}
	return dynamodb.NewFromConfig(cfg, append([]func(*dynamodb.Options){bounded}, options...)...)
}
