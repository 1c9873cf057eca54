// Command group-api serves groups of customers.
package main

import (
	"github.com/winback-auto/winback/internal/aws/lambdahost"
	"github.com/winback-auto/winback/internal/aws/linkkeys"
	"github.com/winback-auto/winback/internal/group"
)

func main() {
	lambdahost.Start(group.API, lambdahost.Drivers{Links: linkkeys.Open})
}
