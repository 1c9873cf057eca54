// Command mail-received puts mails that come in on the leads that they answer.
package main

import (
	"github.com/winback-auto/winback/internal/aws/lambdahost"
	"github.com/winback-auto/winback/internal/aws/s3inbox"
	"github.com/winback-auto/winback/internal/aws/sqsqueue"
	"github.com/winback-auto/winback/internal/lead/letter"
)

func main() {
	lambdahost.Start(letter.Receiver, lambdahost.Drivers{Queue: sqsqueue.Open, Inbox: s3inbox.Open})
}
