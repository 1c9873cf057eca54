package web

import (
	"errors"
	"net/http"
	"reflect"
	"sync"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-json-experiment/json"

	"github.com/winback-auto/winback/internal/platform/errs"
)

// Decode reads a JSON body as an operation with a Body of that type would: strictly, against the schema of T, with every
// violation at once. It is for operations that take JSON besides something else, as Raw. T must be a struct.
func Decode[T any](body []byte) (value T, err error) {
	violations, malformed := strict(body)
	if malformed != nil {
		return value, newProblem(http.StatusBadRequest, "malformed", malformed.Error())
	}
	form := formOf(reflect.TypeFor[T]())
	var any any
	if err := json.Unmarshal(body, &any, duplicatesReported); err != nil {
		return value, newProblem(http.StatusBadRequest, "malformed", "the body is not valid JSON")
	}
	found := huma.ValidateResult{}
	form.mu.Lock() // the registry grows with what it is asked for
	huma.Validate(form.registry, form.schema, huma.NewPathBuffer([]byte("body"), len("body")), huma.ModeWriteToServer, any, &found)
	form.mu.Unlock()
	for _, e := range found.Errors {
		var detail *huma.ErrorDetail
		if errors.As(e, &detail) {
			violations = append(violations, errs.Violation{Location: detail.Location, Message: detail.Message})
		}
	}
	if len(violations) > 0 {
		return value, errs.Violate(violations...)
	}
	if err := json.Unmarshal(body, &value, duplicatesReported); err != nil {
		return value, errs.Violate(errs.Violation{Location: "body", Message: unfit(err).Error()})
	}
	return value, nil
}

// form is a type with its schema.
type form struct {
	mu       sync.Mutex
	registry huma.Registry
	schema   *huma.Schema
}

var forms sync.Map // reflect.Type → *form

func formOf(t reflect.Type) *form {
	if known, ok := forms.Load(t); ok {
		return known.(*form)
	}
	registry := huma.NewMapRegistry("#/components/schemas/", schemaName)
	known, _ := forms.LoadOrStore(t, &form{registry: registry, schema: registry.Schema(t, true, "")})
	return known.(*form)
}
