// Command text-send hands planned text messages to the provider.
package main

import (
	"github.com/winback-auto/winback/internal/aws/eumtext"
	"github.com/winback-auto/winback/internal/aws/lambdahost"
	"github.com/winback-auto/winback/internal/aws/sqsqueue"
	"github.com/winback-auto/winback/internal/notify"
)

func main() {
	lambdahost.Start(notify.TextSend, lambdahost.Drivers{Queue: sqsqueue.Open, Text: eumtext.Open})
}
