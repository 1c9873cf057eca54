// Command dms-publish takes changes over into the feed of the dealer's management system.
package main

import (
	"github.com/winback-auto/winback/internal/aws/lambdahost"
	"github.com/winback-auto/winback/internal/aws/sqsqueue"
	"github.com/winback-auto/winback/internal/dms"
)

func main() {
	lambdahost.Start(dms.Publisher, lambdahost.Drivers{Queue: sqsqueue.Open})
}
