package web

import (
	"bytes"
	"errors"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/winback-auto/winback/internal/platform/errs"
)

// maxDepth is how deep a body's objects and arrays may nest.
const maxDepth = 32

var (
	duplicatesReported = jsontext.AllowDuplicateNames(true) // by strict, all at once
	jsontextLenient    = jsontext.AllowInvalidUTF8(true)    // in answers: stored text is repaired rather than refused
)

// strict reads a body once before anything is made of it. Malformed JSON (also: invalid UTF-8, data behind the value, too
// deep) is an error that says where; doubled members are violations. Members that are unknown or differ in case are found by
// validation, which knows the schema.
func strict(body []byte) (violations []errs.Violation, malformed error) {
	decoder := jsontext.NewDecoder(bytes.NewReader(body), duplicatesReported)
	var open []level
	for {
		token, err := decoder.ReadToken()
		if errors.Is(err, io.EOF) {
			return violations, errors.New("the body is empty")
		}
		if err != nil {
			return nil, brokenAt(decoder)
		}
		switch token.Kind() {
		case '{', '[':
			if decoder.StackDepth() > maxDepth {
				return nil, errors.New("the body nests deeper than " + strconv.Itoa(maxDepth) + " levels")
			}
			open = append(open, level{object: token.Kind() == '{', name: true})
			continue
		case '}', ']':
			open = open[:len(open)-1]
		case '"':
			if n := len(open) - 1; n >= 0 && open[n].object && open[n].name {
				open[n].name = false
				if open[n].doubled(token.String()) {
					violations = append(violations, errs.Violation{Location: location(decoder.StackPointer()), Message: "is there twice"})
				}
				continue
			}
		}
		if n := len(open) - 1; n >= 0 {
			open[n].name = true
			continue
		}
		if _, err := decoder.ReadToken(); !errors.Is(err, io.EOF) {
			return nil, errors.New("there is data behind the end of the body's value")
		}
		return violations, nil
	}
}

// level is an object or array that is being read.
type level struct {
	object bool
	name   bool // the next token of the object is a member's name
	few    [8]string
	n      int
	more   map[string]struct{} // names beyond the first few
}

func (l *level) doubled(name string) bool {
	for _, seen := range l.few[:min(l.n, len(l.few))] {
		if seen == name {
			return true
		}
	}
	if _, seen := l.more[name]; seen {
		return true
	}
	if l.n < len(l.few) {
		l.few[l.n] = name
	} else {
		if l.more == nil {
			l.more = make(map[string]struct{})
		}
		l.more[name] = struct{}{}
	}
	l.n++
	return false
}

func brokenAt(decoder *jsontext.Decoder) error {
	return errors.New("the body is not valid JSON at byte " + strconv.FormatInt(decoder.InputOffset(), 10))
}

// unfit says where a body does not fit its type.
func unfit(err error) error {
	var semantic *json.SemanticError
	if errors.As(err, &semantic) && semantic.JSONPointer != "" {
		return errors.New(location(semantic.JSONPointer) + " does not have the expected form")
	}
	return errors.New("does not have the expected form")
}

// location is a place in the body as violations name it: body.vehicles[3].vin.
func location(pointer jsontext.Pointer) string {
	var b strings.Builder
	b.WriteString("body")
	for name := range pointer.Tokens() {
		if _, err := strconv.ParseUint(name, 10, 31); err == nil {
			b.WriteString("[" + name + "]")
			continue
		}
		b.WriteString("." + name)
	}
	return bounded(b.String(), maxLocation)
}

// maxLocation bounds a violation's location, in bytes: names of members are the sender's.
const maxLocation = 200

// bounded cuts a text at a rune.
func bounded(text string, most int) string {
	if len(text) <= most {
		return text
	}
	for most > 0 && !utf8.RuneStart(text[most]) {
		most--
	}
	return text[:most] + "…"
}
