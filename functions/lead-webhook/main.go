// Command lead-webhook takes electronic leads.
package main

import (
	"github.com/winback-auto/winback/internal/aws/lambdahost"
	"github.com/winback-auto/winback/internal/aws/sqsqueue"
	"github.com/winback-auto/winback/internal/lead"
)

func main() {
	lambdahost.Start(lead.Webhook, lambdahost.Drivers{Queue: sqsqueue.Open})
}
