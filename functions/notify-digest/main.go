// Command notify-digest plans the digests of sightings.
package main

import (
	"github.com/winback-auto/winback/internal/aws/lambdahost"
	"github.com/winback-auto/winback/internal/aws/sqsqueue"
	"github.com/winback-auto/winback/internal/notify"
)

func main() {
	lambdahost.Start(notify.Digester, lambdahost.Drivers{Queue: sqsqueue.Open})
}
