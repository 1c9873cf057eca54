package web

import (
	"context"
	"net/http"
)

// Refuse answers with the problem that an error is, for whoever answers before a request reaches an operation: the gateway
// of local mode.
func Refuse(ctx context.Context, w http.ResponseWriter, err error) { problemOf(err).write(ctx, w) }

// RefuseBody answers that the body is larger than so many bytes.
func RefuseBody(ctx context.Context, w http.ResponseWriter, most int64) {
	tooLarge(most).write(ctx, w)
}
