package web

import "github.com/danielgtaylor/huma/v2"

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
