// Command recapture-remove ends watches at the partner.
package main

import (
	"github.com/winback-auto/winback/internal/aws/kmssecret"
	"github.com/winback-auto/winback/internal/aws/lambdahost"
	"github.com/winback-auto/winback/internal/aws/sqsqueue"
	"github.com/winback-auto/winback/internal/partner/autograb"
	"github.com/winback-auto/winback/internal/recapture"
)

func main() {
	lambdahost.Start(recapture.Remove(autograb.Dial(autograb.Options{})), lambdahost.Drivers{Queue: sqsqueue.Open, Secrets: kmssecret.Open})
}
