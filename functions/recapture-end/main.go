// Command recapture-end ends watches whose time has come.
package main

import (
	"github.com/winback-auto/winback/internal/aws/lambdahost"
	"github.com/winback-auto/winback/internal/aws/sqsqueue"
	"github.com/winback-auto/winback/internal/recapture"
)

func main() {
	lambdahost.Start(recapture.End, lambdahost.Drivers{Queue: sqsqueue.Open})
}
