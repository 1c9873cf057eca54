// Command lead-api serves leads.
package main

import (
	"github.com/winback-auto/winback/internal/aws/lambdahost"
	"github.com/winback-auto/winback/internal/aws/linkkeys"
	"github.com/winback-auto/winback/internal/aws/s3inbox"
	"github.com/winback-auto/winback/internal/aws/sqsqueue"
	"github.com/winback-auto/winback/internal/lead"
	"github.com/winback-auto/winback/internal/recapture"
)

func main() {
	lambdahost.Start(lead.API(recapture.Watching), lambdahost.Drivers{Queue: sqsqueue.Open, Inbox: s3inbox.Open, Links: linkkeys.Open})
}
