// Command dms-api serves the dealer's management system.
package main

import (
	"github.com/winback-auto/winback/internal/aws/lambdahost"
	"github.com/winback-auto/winback/internal/dms"
)

func main() { lambdahost.Start(dms.API) }
