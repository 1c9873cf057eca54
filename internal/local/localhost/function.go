package localhost

import (
	"context"
	"fmt"
	"net/http"

	"github.com/winback-auto/winback/internal/platform/app"
)

// function is a function with what it takes to invoke it.
type function struct {
	app.Function
	invoke  app.Handler
	cadence cadence // of a schedule
}

// prepare hands each function what it declares, and lays out the gateway's routes.
func (h *Host) prepare(functions []app.Function) error {
	if err := app.Validate(functions); err != nil {
		return err
	}
	h.functions = make(map[string]*function, len(functions))
	mux := http.NewServeMux()
	for _, declared := range functions {
		f := &function{Function: declared, invoke: app.Handle(declared, h.deps)}
		h.functions[declared.Name] = f
		for _, route := range app.Routes(declared) {
			mux.Handle(route.Method+" "+route.Path, h.route(f, route))
		}
		if declared.Every != nil {
			cadence, err := parseCadence(declared.Every.Expression)
			if err != nil {
				return fmt.Errorf("%s: %w", declared.Name, err)
			}
			f.cadence = cadence
		}
	}
	h.gateway = mux
	return nil
}

// call invokes a function with an event, within its timeout.
func (f *function) call(ctx context.Context, payload []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, f.timeout())
	defer cancel()
	return f.invoke(ctx, payload)
}
