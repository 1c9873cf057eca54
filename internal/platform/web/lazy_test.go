package web_test

import (
	"context"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"github.com/winback-auto/winback/internal/platform/web"
)

// crate counts how often an operation that takes or returns it is made.
type crate struct{ ID string }

var crates struct {
	sync.Mutex
	made int
}

func (crate) Schema(huma.Registry) *huma.Schema {
	crates.Lock()
	defer crates.Unlock()
	crates.made++
	return &huma.Schema{Type: huma.TypeObject, Properties: map[string]*huma.Schema{"ID": {Type: huma.TypeString}}, AdditionalProperties: false}
}

func crateRoutes(api huma.API) {
	guard := web.Public("a test")
	web.Get(api, "/v1/crates/{id}", guard, web.Route{ID: "getCrate"}, func(_ context.Context, in *struct {
		ID string `path:"id" maxLength:"4"`
	},
	) (*web.Reply[crate], error) {
		return web.OK(crate{in.ID}), nil
	})
	web.Post(api, "/v1/crates", guard, web.Route{ID: "addCrate"}, func(_ context.Context, in *struct{ Body crate }) (*web.Reply[crate], error) {
		return web.OK(in.Body), nil
	})
}

func TestAnOperationIsMadeWhenItIsFirstAskedFor(t *testing.T) {
	crates.made = 0
	api, handler := web.NewLazy(web.Config{Log: slog.New(slog.DiscardHandler)})
	crateRoutes(api)
	if crates.made != 0 {
		t.Errorf("%d were made at the start", crates.made)
	}
	for range 3 {
		if w := do(handler, "GET", "/v1/crates/p1", "", ""); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `"p1"`) {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	}
	if crates.made != 1 {
		t.Errorf("%d were made for one operation, which was asked three times", crates.made)
	}
}

// What comes at once waits for one making; what is asked besides is served meanwhile.
func TestOperationsAreMadeOnceHoweverManyAsk(t *testing.T) {
	crates.made = 0
	api, handler := web.NewLazy(web.Config{Log: slog.New(slog.DiscardHandler)})
	crateRoutes(api)
	var all sync.WaitGroup
	for range 20 {
		for _, request := range [][3]string{{"GET", "/v1/crates/p1", ""}, {"POST", "/v1/crates", `{"ID":"p1"}`}} {
			all.Go(func() {
				if w := do(handler, request[0], request[1], "application/json", request[2]); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `"p1"`) {
					t.Errorf("%v: %d %s", request, w.Code, w.Body)
				}
			})
		}
	}
	all.Wait()
	first := crates.made
	if do(handler, "GET", "/v1/crates/p1", "", ""); crates.made != first || first == 0 {
		t.Errorf("%d were made at first and %d in the end", first, crates.made)
	}
}

// Both serve the same, whatever is asked.
func TestALazyAPIAnswersAsOneThatIsMadeAtOnce(t *testing.T) {
	var handlers []http.Handler
	for _, make := range []func(web.Config) (huma.API, http.Handler){web.New, web.NewLazy} {
		api, handler := make(web.Config{Log: slog.New(slog.DiscardHandler)})
		crateRoutes(api)
		handlers = append(handlers, handler)
	}
	for _, request := range [][3]string{
		{"GET", "/v1/crates/p1", ""},
		{"HEAD", "/v1/crates/p1", ""},
		{"GET", "/v1/crates/p1234", ""},
		{"POST", "/v1/crates", `{"ID":"p1"}`},
		{"POST", "/v1/crates", `{"ID":1,"x":2}`},
		{"POST", "/v1/crates", `{`},
		{"PUT", "/v1/crates", ""},
		{"OPTIONS", "/v1/crates", ""},
		{"GET", "/v1/nothing", ""},
	} {
		want, got := do(handlers[0], request[0], request[1], "application/json", request[2]), do(handlers[1], request[0], request[1], "application/json", request[2])
		if got.Code != want.Code || got.Body.String() != want.Body.String() || !maps.EqualFunc(got.Header(), want.Header(), slices.Equal) {
			t.Errorf("%v: %d %v %s, at once %d %v %s", request, got.Code, got.Header(), got.Body, want.Code, want.Header(), want.Body)
		}
	}
}

// Validate and local mode register with New, and so find what Lambda would find too late. There it breaks nothing else.
func TestWhatCannotBeMadeIsFoundAtOnceOrBreaksItselfAlone(t *testing.T) {
	routes := func(api huma.API) {
		crateRoutes(api)
		web.Get(api, "/v1/broken", web.Public("a test"), web.Route{ID: "broken"}, func(context.Context, *struct{ crate }) (*web.Reply[string], error) {
			return web.OK("served"), nil
		})
	}
	if _, err := web.Document(web.Config{}, []func(huma.API){routes}); err == nil {
		t.Error("the operation is documented")
	}
	api, handler := web.NewLazy(web.Config{Log: slog.New(slog.DiscardHandler)})
	routes(api)
	for path, want := range map[string]int{"/v1/broken": http.StatusInternalServerError, "/v1/crates/p1": http.StatusOK} {
		for range 2 {
			if w := do(handler, "GET", path, "", ""); w.Code != want {
				t.Errorf("%s: %d %s, want %d", path, w.Code, w.Body, want)
			}
		}
	}
}
