package response

import (
	"slices"
	"strings"
)

// part is a piece of a text: words as they are, or a variable with what stands in for it.
type part struct {
	words    string
	variable *variable // nil: words
	fallback string
}

// Marks around a variable, and before what stands in for it.
const (
	opening  = "{{"
	closing  = "}}"
	fallback = "|"
)

// maxShown bounds what a message repeats of a text, in bytes.
const maxShown = 60

// parse cuts a text into parts and says what is wrong with it, each fault once.
func parse(text string) (parts []part, wrong []string) {
	for text != "" {
		words, rest, found := strings.Cut(text, opening)
		if words != "" {
			parts = append(parts, part{words: words})
		}
		if !found {
			break
		}
		inside, after, closed := strings.Cut(rest, closing)
		if !closed {
			wrong = append(wrong, "has {{ without }} behind it")
			break
		}
		text = after
		name, stand, _ := strings.Cut(inside, fallback)
		name = strings.TrimSpace(name)
		known := lookUp(name)
		switch {
		case strings.Contains(inside, opening):
			wrong = append(wrong, "has {{ inside of {{ }}")
		case known == nil:
			wrong = append(wrong, "names the variable {{"+shown(name)+"}}, which there is not")
		default:
			parts = append(parts, part{variable: known, fallback: strings.TrimSpace(stand)})
		}
	}
	slices.Sort(wrong)
	return parts, slices.Compact(wrong)
}

// shown is a name as a message may repeat it.
func shown(name string) string {
	if len(name) > maxShown {
		return strings.ToValidUTF8(name[:maxShown], "") + "…"
	}
	return name
}
