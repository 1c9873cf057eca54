package web

import (
	"reflect"

	"github.com/danielgtaylor/huma/v2"
)

// Raw is what the input of an operation embeds that reads a JSON body itself, because somebody else decides what is in it.
// The body is well-formed JSON within the route's MaxBody; nothing more is known of it.
type Raw struct {
	RawBody []byte `contentType:"application/json"`
}

// describe lets any JSON object pass.
func (r *Raw) describe(operation *huma.Operation) {
	operation.RequestBody = &huma.RequestBody{
		Required: true,
		Content:  map[string]*huma.MediaType{jsonMedia: {Schema: &huma.Schema{Type: huma.TypeObject, AdditionalProperties: true}}},
	}
}

// Content is what the input of an operation embeds that takes one thing in several forms, and reads them itself. The
// route's Takes lists the media types; nothing more is known of the body than that it has one of them and is within the
// bound.
type Content struct {
	MediaType string `header:"Content-Type" hidden:"true"`
	RawBody   []byte `contentType:"text/plain"`
}

// describeContent replaces the media types of the body by those that the route takes.
func describeContent(operation *huma.Operation, registry huma.Registry, takes map[string]any) {
	operation.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{}}
	for media, form := range takes {
		schema := &huma.Schema{Type: huma.TypeString}
		if form != nil {
			schema = registry.Schema(reflect.TypeOf(form), true, "")
		}
		operation.RequestBody.Content[media] = &huma.MediaType{Schema: schema}
	}
}
