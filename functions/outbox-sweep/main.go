// Command outbox-sweep publishes messages that were left behind or whose instant has come.
package main

import (
	"github.com/winback-auto/winback/internal/aws/lambdahost"
	"github.com/winback-auto/winback/internal/aws/sqsqueue"
	"github.com/winback-auto/winback/internal/platform/app"
)

func main() {
	lambdahost.Start(app.Sweep, lambdahost.Drivers{Queue: sqsqueue.Open})
}
