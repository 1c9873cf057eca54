// Command lead-rule-api serves the rules about new electronic leads.
package main

import (
	"github.com/winback-auto/winback/internal/aws/lambdahost"
	"github.com/winback-auto/winback/internal/lead/rule"
)

func main() {
	lambdahost.Start(rule.API, lambdahost.Drivers{})
}
