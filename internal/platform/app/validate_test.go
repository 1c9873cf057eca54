package app_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/web"
)

// notifier consumes what thing-api sends.
var notifier = app.Function{
	Name: "notify-send", Doc: "Sends notices.", Timeout: 30 * time.Second,
	Consumes: &app.Consumer{Topic: "notify-send", Batch: 10}, Uses: app.Uses{Mail: true},
}

func TestFunctionsThatFitTogetherAreValid(t *testing.T) {
	if err := app.Validate([]app.Function{thingAPI, notifier, app.Sweep}); err != nil {
		t.Error(err)
	}
}

func TestEveryFaultOfACatalogueIsNamed(t *testing.T) {
	tick := app.Every("rate(5 minutes)", nil)
	for _, test := range []struct {
		name string
		f    app.Function
		want string
	}{
		{"name", app.Function{Name: "Thing_API"}, `function "Thing_API" is not in kebab case`},
		{"twin", app.Function{Name: "thing-api"}, "function thing-api belongs to thing-api and to thing-api"},
		{"doc", app.Function{Name: "x", Doc: "no full stop"}, "x has no sentence for a Doc"},
		{"no trigger", app.Function{Name: "x"}, "x has 0 triggers"},
		{"two triggers", app.Function{Name: "x", Every: tick, On: &app.Subscription{}}, "x has 2 triggers"},
		{"schedule", app.Function{Name: "x", Every: app.Every("every minute", nil)}, `x runs at "every minute"`},
		{"subscription", app.Function{Name: "x", On: &app.Subscription{}}, "x reacts to events without a source"},
		{"batch", app.Function{Name: "x", Consumes: &app.Consumer{Topic: "t", Batch: 11}}, "x consumes 11 messages at once"},
		{"second consumer", app.Function{Name: "x", Consumes: &app.Consumer{Topic: "notify-send", Batch: 1}}, "topic notify-send belongs to notify-send and to x"},
		{"nobody sends", app.Function{Name: "x", Consumes: &app.Consumer{Topic: "t", Batch: 1}}, "topic t is consumed by x and sent by nobody"},
		{"nobody consumes", app.Function{Name: "x", Every: tick, Uses: app.Uses{Sends: []string{"t"}}}, "topic t is sent by x and consumed by nobody"},
		{"to itself", app.Function{Name: "x", Consumes: &app.Consumer{Topic: "t", Batch: 1}, Uses: app.Uses{Sends: []string{"t"}}}, "x sends to t, which it consumes"},
		{"no outbox", app.Function{Name: "x", Every: tick, Uses: app.Uses{Sends: []string{"notify-send"}}}, "x sends, which takes a record"},
		{"promises without a record", app.Function{Name: "x", Every: tick, Uses: app.Uses{Promises: []string{"notify-send"}}}, "x promises messages, which takes a record"},
		{"promises to nobody", app.Function{Name: "x", Every: tick, Uses: app.Uses{Table: app.Put, Promises: []string{"t"}}}, "topic t is sent by x and consumed by nobody"},
		{"sends and promises", app.Function{Name: "x", Every: tick, Uses: app.Uses{Table: app.ReadWrite, Sends: []string{"notify-send"}, Promises: []string{"notify-send"}}}, "x sends to notify-send and promises it, too"},
		{"to all", app.Function{Name: "x", Every: tick, Uses: app.Uses{SendsAll: true}}, "x sends to every topic; only outbox-sweep may"},
		{"route twin", app.Function{Name: "x", HTTP: thingRoutes}, "GET /v1/things belongs to thing-api and to x"},
		{"guard", app.Function{Name: "x", HTTP: thingRoutes}, "asks who calls, which is in the table"},
		{"idempotent", app.Function{Name: "x", HTTP: thingRoutes, Uses: app.Uses{Table: app.Read}}, "keeps its answers in the table"},
		{"no route", app.Function{Name: "x", HTTP: func(huma.API, app.Deps) {}}, "x registers no route"},
		{"overlap", app.Function{Name: "x", HTTP: routes("/v1/{kind}/all", "/v1/things/{id}")}, "x cannot register its routes"},
		{"gateway", app.Function{Name: "x", HTTP: thingRoutes, Timeout: time.Minute}, "x may take 1m0s, 1s to 29s are possible"},
		{"lambda", app.Function{Name: "x", Every: tick, Timeout: time.Hour}, "x may take 1h0m0s, 1s to 15m0s are possible"},
		{"call out", app.Function{Name: "x", Every: tick, Timeout: 5 * time.Second, Uses: app.Uses{Partner: true}}, "x calls out and may take only 5s"},
		{"memory", app.Function{Name: "x", Every: tick, Memory: 64}, "x gets 64 MB"},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := app.Validate([]app.Function{thingAPI, notifier, test.f})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("faults:\n%v\nlack %q", err, test.want)
			}
		})
	}
}

func TestRoutesOfTwoFunctionsMayNotOverlap(t *testing.T) {
	err := app.Validate([]app.Function{
		{Name: "a", Doc: "A.", HTTP: routes("/v1/{kind}/all")}, {Name: "b", Doc: "B.", HTTP: routes("/v1/things/{id}")},
	})
	if err == nil || !strings.Contains(err.Error(), "b: GET /v1/things/{id} overlaps") {
		t.Errorf("faults: %v", err)
	}
}

// routes registers public reads.
func routes(paths ...string) func(huma.API, app.Deps) {
	return func(api huma.API, _ app.Deps) {
		for _, path := range paths {
			web.Get(api, path, web.Public("a test"), web.Route{ID: path}, func(context.Context, *struct{}) (*web.Empty, error) { return nil, nil })
		}
	}
}

func TestRoutesAreReadWithoutServingThem(t *testing.T) {
	var keys []string
	for _, route := range app.Routes(thingAPI) {
		keys = append(keys, route.Key()+" "+string(route.Guard.Permission()))
	}
	want := []string{"POST /v1/echo lead:write", "GET /v1/large ", "GET /v1/settings settings:read", "GET /v1/things lead:read", "POST /v1/things lead:write"}
	if !slices.Equal(keys, want) {
		t.Errorf("routes %q, want %q", keys, want)
	}
	if app.Routes(app.Sweep) != nil {
		t.Error("a function without HTTP has no routes")
	}
}
