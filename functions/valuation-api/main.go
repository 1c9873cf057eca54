// Command valuation-api asks the partner what appraised cars are worth.
package main

import (
	"github.com/winback-auto/winback/internal/appraisal"
	"github.com/winback-auto/winback/internal/aws/kmssecret"
	"github.com/winback-auto/winback/internal/aws/lambdahost"
	"github.com/winback-auto/winback/internal/partner/autograb"
)

func main() {
	lambdahost.Start(appraisal.Valuations(autograb.DialValuer(autograb.Options{})), lambdahost.Drivers{Secrets: kmssecret.Open})
}
