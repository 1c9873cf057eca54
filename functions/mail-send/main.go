// Command mail-send hands planned mails to the provider.
package main

import (
	"github.com/winback-auto/winback/internal/aws/lambdahost"
	"github.com/winback-auto/winback/internal/aws/sesmail"
	"github.com/winback-auto/winback/internal/aws/sqsqueue"
	"github.com/winback-auto/winback/internal/notify"
)

func main() {
	lambdahost.Start(notify.MailSend, lambdahost.Drivers{Queue: sqsqueue.Open, Mail: sesmail.Open})
}
