package web

import (
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/winback-auto/winback/internal/platform/access"
)

// schemaName names a type in the API document: by package and type, so that lead.Item and prospect.Item stay apart in the
// document of all functions. Types of this package need no prefix.
func schemaName(t reflect.Type, hint string) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	name := t.Name()
	if name == "" {
		return title(hint)
	}
	generic, arguments, isGeneric := strings.Cut(strings.TrimSuffix(name, "]"), "[")
	full := qualified(t.PkgPath(), generic)
	if isGeneric {
		for argument := range strings.SplitSeq(arguments, ",") {
			dot := strings.LastIndexByte(argument, '.')
			full += qualified(argument[:max(dot, 0)], argument[dot+1:])
		}
	}
	return full
}

// qualified is Lead for lead.Lead, LeadItem for lead.Item.
func qualified(pkg, name string) string {
	prefix := title(pkg[strings.LastIndexByte(pkg, '/')+1:])
	name = title(strings.Trim(name, "[]*·0123456789"))
	if prefix == "Web" || strings.HasPrefix(name, prefix) {
		return name
	}
	return prefix + name
}

func title(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// Members of the document that say who may call an operation.
const (
	permissionMember = "x-permission"
	rolesMember      = "x-roles"
	publicMember     = "x-public"
)

// document completes what the API document says of an operation: who may call it, and that anything may be a problem.
func document(operation *huma.Operation, guard Guard, route Route) {
	if guard.permission == "" {
		operation.Extensions[publicMember] = guard.public
	} else {
		operation.Security = []map[string][]string{{bearer: {}}}
		operation.Extensions[permissionMember] = string(guard.permission)
		if with := access.RolesWith(guard.permission); len(with) > 0 {
			operation.Extensions[rolesMember] = with
		}
	}
	if route.Idempotent {
		operation.Parameters = append(operation.Parameters, &huma.Param{
			Name: idempotencyHeader, In: "header",
			Description: "Names this attempt, so that a repetition within 24 hours has the first one's answer and no second effect.",
			Schema:      &huma.Schema{Type: huma.TypeString, MaxLength: pointer(maxIdempotencyKey)},
		})
	}
}

func pointer[T any](value T) *T { return &value }
