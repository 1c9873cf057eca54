// Command notify-api serves notifications.
package main

import (
	"github.com/winback-auto/winback/internal/aws/lambdahost"
	"github.com/winback-auto/winback/internal/aws/linkkeys"
	"github.com/winback-auto/winback/internal/notify"
)

func main() {
	lambdahost.Start(notify.API, lambdahost.Drivers{Links: linkkeys.Open})
}
