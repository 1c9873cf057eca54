// Command mail-event takes what the mail provider reports.
package main

import (
	"github.com/winback-auto/winback/internal/aws/lambdahost"
	"github.com/winback-auto/winback/internal/notify"
)

func main() {
	lambdahost.Start(notify.MailEvent, lambdahost.Drivers{})
}
