package localhost

import (
	"context"
	"net/http"
	"time"

	"github.com/winback-auto/winback/internal/platform/app"
)

// function is a function with what it takes to invoke it.
type function struct {
	app.Function
	handle app.Handler
	wake   chan struct{} // of a consumer: messages are ready
}

// prepare hands each function what it declares, and lays out the gateway's routes and the schedules.
func (h *Host) prepare(functions []app.Function) error {
	if err := app.Validate(functions); err != nil {
		return err
	}
	h.gateway = http.NewServeMux()
	for _, declared := range functions {
		f := &function{Function: declared, handle: app.Handle(declared, h.deps)}
		h.functions = append(h.functions, f)
		if declared.Consumes != nil {
			f.wake = make(chan struct{}, 1)
			h.consumers = append(h.consumers, f)
		}
		for _, route := range app.Routes(declared) {
			h.gateway.Handle(route.Key(), h.integration(f, route))
		}
		if declared.Every != nil {
			cadence, err := parseCadence(declared.Every.Expression)
			if err != nil {
				return err
			}
			h.schedules = append(h.schedules, &schedule{function: f, cadence: cadence})
		}
	}
	return nil
}

// function is the one with a name, or nil.
func (h *Host) function(name string) *function {
	for _, f := range h.functions {
		if f.Name == name {
			return f
		}
	}
	return nil
}

// invoke runs a function on an event, within its timeout. What was begun is finished, as in AWS: neither a client that
// goes away nor Close cuts it short.
func (h *Host) invoke(ctx context.Context, f *function, payload []byte) ([]byte, error) {
	defer h.activity.begin()()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), f.timeout())
	defer cancel()
	return f.handle(ctx, payload)
}

func (f *function) timeout() time.Duration {
	if f.Timeout != 0 {
		return f.Timeout
	}
	return app.DefaultTimeout
}
