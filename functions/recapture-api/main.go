// Command recapture-api serves customer recapture.
package main

import (
	"github.com/winback-auto/winback/internal/aws/lambdahost"
	"github.com/winback-auto/winback/internal/aws/linkkeys"
	"github.com/winback-auto/winback/internal/aws/sqsqueue"
	"github.com/winback-auto/winback/internal/recapture"
)

func main() {
	lambdahost.Start(recapture.API, lambdahost.Drivers{Queue: sqsqueue.Open, Links: linkkeys.Open})
}
