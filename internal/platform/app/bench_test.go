package app_test

import (
	"log/slog"
	"testing"

	"github.com/winback-auto/winback/internal/platform/app"
)

// BenchmarkRequest is one request through event codec, authorizer, huma and the invocation's log line; the user is in the
// directory's cache, so nothing is stored or read.
func BenchmarkRequest(b *testing.B) {
	w := newWorld(b)
	w.Log = slog.New(slog.DiscardHandler)
	handle := app.Handle(app.Function{Name: "thing-api", HTTP: thingRoutes, Uses: app.Uses{Table: app.Read}}, w.Deps)
	for _, bench := range []struct {
		name    string
		payload []byte
		status  int
	}{
		{"get", request(b, "GET", "/v1/things?limit=50", "", token), 200},
		{"post", request(b, "POST", "/v1/echo", `{"name":"A thing of some length","note":"and a note","tags":["a","b","c"],"at":"2026-11-22T12:00:00Z"}`, token), 200},
	} {
		b.Run(bench.name, func(b *testing.B) {
			if got := call(b, handle, bench.payload).Status(); got != bench.status {
				b.Fatalf("status %d", got)
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := handle(b.Context(), bench.payload); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
