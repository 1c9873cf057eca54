// Command hello is what the starts of our functions are measured against: the least that a Lambda in Go does which uses the
// SDK. It loads the configuration and makes a client of DynamoDB, as everybody does, and says hello.
package main

import (
	"context"
	"os"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

func main() {
	cfg, err := config.LoadDefaultConfig(context.Background())
	if err != nil {
		os.Exit(1)
	}
	client := dynamodb.NewFromConfig(cfg)
	lambda.Start(func(context.Context) (string, error) { return "hello from " + client.Options().Region, nil })
}
