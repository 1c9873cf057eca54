// Command notify-send plans the mails of notices.
package main

import (
	"github.com/winback-auto/winback/internal/aws/lambdahost"
	"github.com/winback-auto/winback/internal/aws/sqsqueue"
	"github.com/winback-auto/winback/internal/notify"
)

func main() {
	lambdahost.Start(notify.Sender, lambdahost.Drivers{Queue: sqsqueue.Open})
}
