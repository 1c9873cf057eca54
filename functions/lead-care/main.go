// Command lead-care looks after leads that nobody works on.
package main

import (
	"github.com/winback-auto/winback/internal/aws/lambdahost"
	"github.com/winback-auto/winback/internal/aws/sqsqueue"
	"github.com/winback-auto/winback/internal/lead"
)

func main() {
	lambdahost.Start(lead.Care, lambdahost.Drivers{Queue: sqsqueue.Open})
}
