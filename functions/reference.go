package functions

import (
	"github.com/danielgtaylor/huma/v2"

	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/web"
)

// apiInfo is how the interface introduces itself.
var apiInfo = web.Config{Title: "Winback", Version: "1"}

// Reference makes what docs-api serves: the OpenAPI document of all functions, and the page to read.
func Reference(all []app.Function) (openAPI, page []byte, err error) {
	var routes []func(huma.API)
	for _, f := range all {
		if f.HTTP != nil {
			routes = append(routes, func(api huma.API) { f.HTTP(api, app.Deps{}) })
		}
	}
	if openAPI, err = web.Document(apiInfo, routes); err != nil {
		return nil, nil, err
	}
	page, err = web.Reference(openAPI)
	return openAPI, page, err
}
