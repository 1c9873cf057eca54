// Command dms-api serves the dealer's management system.
package main

import (
	"github.com/winback-auto/winback/internal/aws/kmssecret"
	"github.com/winback-auto/winback/internal/aws/lambdahost"
	"github.com/winback-auto/winback/internal/aws/linkkeys"
	"github.com/winback-auto/winback/internal/aws/sqsqueue"
	"github.com/winback-auto/winback/internal/dms"
	"github.com/winback-auto/winback/internal/platform/webhook"
)

func main() {
	lambdahost.Start(dms.API(webhook.New(webhook.Options{})), lambdahost.Drivers{Queue: sqsqueue.Open, Secrets: kmssecret.Open, Links: linkkeys.Open})
}
