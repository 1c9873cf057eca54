// Command company-api serves the settings.
package main

import (
	"github.com/winback-auto/winback/internal/aws/lambdahost"
	"github.com/winback-auto/winback/internal/company"
	"github.com/winback-auto/winback/internal/partner/autograb"
)

func main() { lambdahost.Start(company.API(autograb.Dial(autograb.Options{}))) }
