package event

import (
	"context"
	"time"
)

// Call is what the gateway knows about a request beyond the request itself.
type Call struct {
	RequestID string
	RouteKey  string            // method and path pattern: GET /v1/leads/{id}
	SourceIP  string            // of the client
	Time      time.Time         // when the gateway received it
	Params    map[string]string // of the path, by name
	Claims    map[string]string // of the verified access token, all as text; nil: nobody is signed in
}

type callKey struct{}

// WithCall returns a context that carries the call.
func WithCall(ctx context.Context, call Call) context.Context {
	return context.WithValue(ctx, callKey{}, &call)
}

// CallOf is the call of the request under the context; without one, the zero Call.
func CallOf(ctx context.Context) Call {
	if call, ok := ctx.Value(callKey{}).(*Call); ok {
		return *call
	}
	return Call{}
}
