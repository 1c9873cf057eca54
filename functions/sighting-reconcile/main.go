// Command sighting-reconcile begins the daily comparison with the partner.
package main

import (
	"github.com/winback-auto/winback/internal/aws/lambdahost"
	"github.com/winback-auto/winback/internal/aws/sqsqueue"
	"github.com/winback-auto/winback/internal/recapture"
)

func main() {
	lambdahost.Start(recapture.Reconcile, lambdahost.Drivers{Queue: sqsqueue.Open})
}
