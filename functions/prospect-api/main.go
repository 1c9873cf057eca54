// Command prospect-api serves prospects.
package main

import (
	"github.com/winback-auto/winback/internal/aws/lambdahost"
	"github.com/winback-auto/winback/internal/aws/linkkeys"
	"github.com/winback-auto/winback/internal/aws/sqsqueue"
	"github.com/winback-auto/winback/internal/lead"
	"github.com/winback-auto/winback/internal/prospect"
)

func main() {
	lambdahost.Start(prospect.API(lead.OfProspect, lead.CareTopic), lambdahost.Drivers{Queue: sqsqueue.Open, Links: linkkeys.Open})
}
