package localhost

import (
	"context"

	"github.com/winback-auto/winback/internal/platform/errs"
)

// Invoke delivers an event to a function by hand, as AWS delivers it: what the event claims, for instance who is signed
// in, is believed. The answer and the error are the function's own; a function that the host does not have is NotFound.
func (h *Host) Invoke(ctx context.Context, function string, payload []byte) ([]byte, error) {
	if !h.gate.enter() {
		return nil, errClosing()
	}
	defer h.gate.leave()
	f := h.function(function)
	if f == nil {
		return nil, errs.E(errs.NotFound, "there is no function %s", function)
	}
	return h.invoke(ctx, f, payload)
}
