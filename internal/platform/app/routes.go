package app

import (
	"github.com/winback-auto/winback/internal/platform/web"
)

// Routes lists a function's operations, by path and method, by registering them with empty Deps. It is empty for a
// function without HTTP.
func Routes(f Function) []Route {
	if f.HTTP == nil {
		return nil
	}
	api, _ := web.New(web.Config{Title: f.Name})
	f.HTTP(api, Deps{})
	var routes []Route
	for _, operation := range web.Operations(api) {
		routes = append(routes, Route(operation))
	}
	return routes
}

// Route is an operation of a function.
type Route web.Operation

// Key is the route as API Gateway names it: GET /v1/leads/{id}.
func (r Route) Key() string { return r.Method + " " + r.Path }
