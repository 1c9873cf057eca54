// Command lead-link serves the pages behind the links of alert mails.
package main

import (
	"github.com/winback-auto/winback/internal/aws/lambdahost"
	"github.com/winback-auto/winback/internal/aws/linkkeys"
	"github.com/winback-auto/winback/internal/aws/sqsqueue"
	"github.com/winback-auto/winback/internal/lead/alert"
)

func main() {
	lambdahost.Start(alert.Pages, lambdahost.Drivers{Queue: sqsqueue.Open, Links: linkkeys.Open})
}
