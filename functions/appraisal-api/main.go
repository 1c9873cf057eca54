// Command appraisal-api serves appraisals.
package main

import (
	"github.com/winback-auto/winback/internal/appraisal"
	"github.com/winback-auto/winback/internal/aws/lambdahost"
	"github.com/winback-auto/winback/internal/aws/linkkeys"
	"github.com/winback-auto/winback/internal/aws/sqsqueue"
	"github.com/winback-auto/winback/internal/recapture"
)

func main() {
	lambdahost.Start(appraisal.API(recapture.WatchingInRole), lambdahost.Drivers{Queue: sqsqueue.Open, Links: linkkeys.Open})
}
