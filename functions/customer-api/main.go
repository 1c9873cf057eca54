// Command customer-api serves customers.
package main

import (
	"github.com/winback-auto/winback/internal/aws/lambdahost"
	"github.com/winback-auto/winback/internal/aws/linkkeys"
	"github.com/winback-auto/winback/internal/aws/sqsqueue"
	"github.com/winback-auto/winback/internal/customer"
)

func main() {
	lambdahost.Start(customer.API, lambdahost.Drivers{Queue: sqsqueue.Open, Links: linkkeys.Open})
}
