// Command docs-api serves the reference of the interface.
package main

import (
	"github.com/winback-auto/winback/internal/aws/lambdahost"
	"github.com/winback-auto/winback/internal/docs"
)

func main() {
	lambdahost.Start(docs.API, lambdahost.Drivers{})
}
