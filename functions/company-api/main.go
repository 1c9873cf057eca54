// Command company-api serves the settings.
package main

import (
	"github.com/winback-auto/winback/internal/aws/cognito"
	"github.com/winback-auto/winback/internal/aws/kmssecret"
	"github.com/winback-auto/winback/internal/aws/lambdahost"
	"github.com/winback-auto/winback/internal/aws/linkkeys"
	"github.com/winback-auto/winback/internal/company"
	"github.com/winback-auto/winback/internal/partner/autograb"
)

func main() {
	lambdahost.Start(company.API(autograb.Dial(autograb.Options{})), lambdahost.Drivers{Secrets: kmssecret.Open, Links: linkkeys.Open, Identity: cognito.Open})
}
