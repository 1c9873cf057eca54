// Command dms-deliver sends changes to endpoints of dealers' management systems.
package main

import (
	"github.com/winback-auto/winback/internal/aws/kmssecret"
	"github.com/winback-auto/winback/internal/aws/lambdahost"
	"github.com/winback-auto/winback/internal/aws/sqsqueue"
	"github.com/winback-auto/winback/internal/dms"
	"github.com/winback-auto/winback/internal/platform/webhook"
)

func main() {
	lambdahost.Start(dms.Deliverer(webhook.New(webhook.Options{})), lambdahost.Drivers{Queue: sqsqueue.Open, Secrets: kmssecret.Open})
}
