// Command lead-link serves the pages behind the links of alert mails.
package main

import (
	"github.com/winback-auto/winback/internal/aws/lambdahost"
	"github.com/winback-auto/winback/internal/lead/alert"
)

func main() { lambdahost.Start(alert.Pages) }
