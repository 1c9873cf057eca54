// Package docs serves the reference of the HTTPS interface: the OpenAPI 3.1 document for programs and a page for people,
// which needs no script and no other host.
//
// Both are generated from all functions and embedded here, because no Lambda links all features. A test beside the
// catalogue compares them with what the functions say today, so they are always current; make generate writes them anew.
package docs

import (
	"context"
	_ "embed"

	"github.com/danielgtaylor/huma/v2"

	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/web"
)

var (
	//go:embed openapi.json
	document []byte
	//go:embed reference.html
	reference []byte
)

// API serves the document and the page.
var API = app.Function{
	Name: "docs-api",
	Doc:  "The reference of the HTTPS interface.",
	HTTP: func(api huma.API, _ app.Deps) {
		const reason = "whoever builds on the interface reads about it first"
		web.Get(api, "/openapi.json", web.Public(reason), web.Route{
			ID: "openapi", Tag: "Reference", Summary: "This interface as an OpenAPI 3.1 document.",
		}, serve("application/json", document))
		web.Get(api, "/docs", web.Public(reason), web.Route{
			ID: "reference", Tag: "Reference", Summary: "This interface as a page to read.",
		}, serve("text/html; charset=utf-8", reference))
	},
}

type page struct {
	ContentType string `header:"Content-Type"`
	Body        []byte
}

func serve(contentType string, body []byte) func(context.Context, *struct{}) (*page, error) {
	return func(context.Context, *struct{}) (*page, error) { return &page{contentType, body}, nil }
}
