package web

import (
	"context"
	"fmt"
	"net/http"
)

// Refuse answers with the problem that an error is, for whoever answers before a request reaches an operation: the gateway
// of local mode.
func Refuse(ctx context.Context, w http.ResponseWriter, err error) { problemOf(err).write(ctx, w) }

// RefuseBody answers that the body is larger than so many bytes.
func RefuseBody(ctx context.Context, w http.ResponseWriter, most int64) {
	tooLarge(most).write(ctx, w)
}

// RefuseHead answers that the request line and the headers are larger than so many bytes, or more than so many headers.
func RefuseHead(ctx context.Context, w http.ResponseWriter, most, headers int) {
	detail := fmt.Sprintf("the address and the headers are larger than %d bytes, or there are more than %d headers", most, headers)
	newProblem(http.StatusRequestHeaderFieldsTooLarge, "head-too-large", detail).write(ctx, w)
}

// RefuseMethod answers that only other methods are allowed at this address; allowed lists them as the header Allow does.
func RefuseMethod(ctx context.Context, w http.ResponseWriter, allowed string) {
	w.Header().Set("Allow", allowed+", "+http.MethodOptions)
	newProblem(http.StatusMethodNotAllowed, "method-not-allowed", "allowed here: "+allowed).write(ctx, w)
}
