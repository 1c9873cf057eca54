// Command sighting-webhook takes the partner's pushes.
package main

import (
	"github.com/winback-auto/winback/internal/aws/lambdahost"
	"github.com/winback-auto/winback/internal/aws/sqsqueue"
	"github.com/winback-auto/winback/internal/partner/autograb"
	"github.com/winback-auto/winback/internal/recapture"
)

func main() {
	lambdahost.Start(recapture.Webhook(autograb.ParsePush), lambdahost.Drivers{Queue: sqsqueue.Open})
}
