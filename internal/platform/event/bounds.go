package event

import (
	"github.com/go-json-experiment/json"

	"github.com/winback-auto/winback/internal/platform/errs"
)

// Bounds of what is parsed and of what is answered.
const (
	MaxEvent   = 6_291_556 // bytes of an event or an answer: what Lambda allows for a synchronous call
	MaxHeaders = 128       // headers of a request, and separately cookies
	MaxRecords = 10_000    // messages of a batch: what SQS allows
)

// decode parses a payload of bounded size. The error names what was expected and nothing of what was there.
func decode(payload []byte, into any, what string) error {
	if len(payload) > MaxEvent {
		return errs.E(errs.Invalid, "%s of %d bytes is too large, the most is %d", what, len(payload), MaxEvent)
	}
	if err := json.Unmarshal(payload, into); err != nil {
		return errs.E(errs.Invalid, "this is not %s", what)
	}
	return nil
}

// encode renders a payload of bounded size; members of maps are sorted, so that equal values have equal bytes.
func encode(value any, what string) ([]byte, error) {
	payload, err := json.Marshal(value, json.Deterministic(true))
	if err != nil {
		return nil, errs.E(errs.Internal, "%s: %w", what, err)
	}
	if len(payload) > MaxEvent {
		return nil, errs.E(errs.Invalid, "%s of %d bytes is too large, the most is %d", what, len(payload), MaxEvent)
	}
	return payload, nil
}
