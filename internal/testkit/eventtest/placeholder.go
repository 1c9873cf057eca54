package eventtest

import (
	"regexp"
	"time"

	"github.com/winback-auto/winback/internal/platform/ident"
)

var crockford = regexp.MustCompile(`^[0-9A-HJKMNP-TV-Z]+$`)

// fits reports whether a text is what a placeholder stands for. The placeholders are
//
//	{{id}}    an id of package ident
//	{{time}}  an instant as RFC 3339 writes it
//	{{text}}  any text that is not empty
func fits(placeholder, text string) bool {
	switch placeholder {
	case "{{id}}":
		return len(text) == ident.Length && crockford.MatchString(text)
	case "{{time}}":
		_, err := time.Parse(time.RFC3339, text)
		return err == nil
	case "{{text}}":
		return text != ""
	}
	return false
}

// masked is what was got, with the wanted placeholders in place of the texts that fit them.
func masked(got, want any) any {
	switch got := got.(type) {
	case string:
		if placeholder, ok := want.(string); ok && fits(placeholder, got) {
			return placeholder
		}
		return got
	case []any:
		wanted, _ := want.([]any)
		out := make([]any, len(got))
		for i := range got {
			var w any
			if i < len(wanted) {
				w = wanted[i]
			}
			out[i] = masked(got[i], w)
		}
		return out
	case map[string]any:
		wanted, _ := want.(map[string]any)
		out := make(map[string]any, len(got))
		for name := range got {
			out[name] = masked(got[name], wanted[name])
		}
		return out
	}
	return got
}
