// Command text-event records what the provider reports about text messages.
package main

import (
	"github.com/winback-auto/winback/internal/aws/lambdahost"
	"github.com/winback-auto/winback/internal/notify"
)

func main() {
	lambdahost.Start(notify.TextEvent, lambdahost.Drivers{})
}
