package localhost_test

import (
	"testing"

	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/event"
)

func TestAnEventIsDeliveredByHand(t *testing.T) {
	w := newWorld(t).open()
	payload := []byte(`{"version":"2.0","routeKey":"GET /v1/orders/{id}","rawPath":"/v1/orders/7","headers":{},
		"requestContext":{"http":{"method":"GET","path":"/v1/orders/7"},"stage":"$default"}}`)
	answer, err := w.Invoke(t.Context(), "order-api", payload)
	if err != nil {
		t.Fatal(err)
	}
	response, err := event.DecodeResponse(answer)
	if err != nil || response.Status() != 401 {
		t.Errorf("without claims: %s, %v", answer, err)
	}
	if _, err := w.Invoke(t.Context(), "order-api", []byte(`{}`)); err == nil {
		t.Error("no event: no error")
	}
	if _, err := w.Invoke(t.Context(), "other-api", payload); !errs.Is(err, errs.NotFound) {
		t.Errorf("an unknown function: %v", err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Invoke(t.Context(), "order-api", payload); !errs.Is(err, errs.Unavailable) {
		t.Errorf("after Close: %v", err)
	}
}
