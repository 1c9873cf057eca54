package web

import (
	"fmt"
	"reflect"
)

// promoted panics where an input embeds an unexported struct: huma would skip it without a word, and its parameters would
// stay empty.
func promoted(input reflect.Type, operation string) {
	for i := range input.NumField() {
		field := input.Field(i)
		if !field.Anonymous || field.Type.Kind() != reflect.Struct {
			continue
		}
		if !field.IsExported() {
			panic(fmt.Sprintf("web: the input of %s embeds %s: export the type, or huma does not see its fields", operation, field.Type))
		}
		promoted(field.Type, operation)
	}
}
