package web

import (
	"cmp"
	"slices"

	"github.com/danielgtaylor/huma/v2"
)

// Operation is a registered route.
type Operation struct {
	ID         string
	Method     string
	Path       string // with parameters in braces, as routers and gateways write it
	Guard      Guard
	Idempotent bool
	MaxBody    int64 // bytes
}

// Operations lists what is registered, by path and method.
func Operations(api huma.API) []Operation {
	var all []Operation
	for path, item := range api.OpenAPI().Paths {
		for _, o := range []*huma.Operation{item.Get, item.Post, item.Put, item.Patch, item.Delete} {
			if o == nil {
				continue
			}
			guard, _ := o.Metadata[guardKey].(Guard)
			maxBody, _ := o.Metadata[maxBodyKey].(int64)
			idempotent, _ := o.Metadata[idempotentKey].(bool)
			all = append(all, Operation{o.OperationID, o.Method, path, guard, idempotent, maxBody})
		}
	}
	slices.SortFunc(all, func(a, b Operation) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Method, b.Method))
	})
	return all
}
