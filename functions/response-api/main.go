// Command response-api serves standard responses.
package main

import (
	"github.com/winback-auto/winback/internal/aws/lambdahost"
	"github.com/winback-auto/winback/internal/response"
)

func main() {
	lambdahost.Start(response.API, lambdahost.Drivers{})
}
