package web_test

import (
	"context"
	"strings"
	"testing"

	"github.com/winback-auto/winback/internal/platform/web"
)

type hiddenPath struct {
	ID string `path:"id"`
}

func TestAnInputThatHumaWouldReadInPartDoesNotStart(t *testing.T) {
	defer func() {
		reason, _ := recover().(string)
		if !strings.Contains(reason, "GET /v1/things/{id}") || !strings.Contains(reason, "hiddenPath") {
			t.Errorf("panic %q names neither operation nor type", reason)
		}
	}()
	api, _ := web.New(web.Config{Title: "test"})
	web.Get(api, "/v1/things/{id}", web.Public("test"), web.Route{ID: "thing"}, func(context.Context, *struct{ hiddenPath }) (*web.Empty, error) {
		return nil, nil
	})
}
