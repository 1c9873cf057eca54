package rehearse

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/winback-auto/winback/internal/testkit/template"
)

// properties are those of one resource. Whoever reads it says which it understands; one that nobody understands would be
// left out of the rehearsal in silence, and is an error instead.
type properties struct {
	of     *template.Resource
	all    map[string]any
	known  map[string]bool
	faults []error
}

func newProperties(r *template.Resolver, of *template.Resource) (*properties, error) {
	all, err := r.Properties(of)
	if err != nil {
		return nil, err
	}
	return &properties{of: of, all: all, known: map[string]bool{"Tags": true}}, nil
}

func (p *properties) fault(format string, args ...any) {
	p.faults = append(p.faults, fmt.Errorf("rehearse: %s (%s): "+format, append([]any{p.of, p.of.Type}, args...)...))
}

func (p *properties) at(path []string) (any, bool) {
	p.known[path[0]] = true
	return template.At(p.all, path...)
}

// text is a text that may be missing.
func (p *properties) text(path ...string) string {
	p.at(path)
	return template.Text(p.all, path...)
}

// need is a text that must be there.
func (p *properties) need(path ...string) string {
	value := p.text(path...)
	if value == "" {
		p.fault("needs %s", strings.Join(path, "."))
	}
	return value
}

// number is a whole number, or what stands for one that is missing.
func (p *properties) number(otherwise int, path ...string) int {
	if _, ok := p.at(path); !ok {
		return otherwise
	}
	n, ok := template.Int(p.all, path...)
	if !ok {
		p.fault("%s is no whole number", strings.Join(path, "."))
	}
	return n
}

func (p *properties) list(path ...string) []string {
	p.at(path)
	return template.Texts(p.all, path...)
}

func (p *properties) flag(otherwise bool, path ...string) bool {
	if _, ok := p.at(path); !ok {
		return otherwise
	}
	return template.Bool(p.all, path...)
}

// only demands that a property, where it is there, has the one value that the rehearsal plays.
func (p *properties) only(want string, path ...string) {
	if value, ok := p.at(path); ok && template.Text(p.all, path...) != want {
		p.fault("%s is %v; the rehearsal plays %s only", strings.Join(path, "."), value, want)
	}
}

// ignore names properties that change nothing that the rehearsal plays.
func (p *properties) ignore(names ...string) {
	for _, name := range names {
		p.known[name] = true
	}
}

// done tells what was wrong, and what nobody has understood.
func (p *properties) done() error {
	for _, name := range slices.Sorted(maps.Keys(p.all)) {
		if !p.known[name] {
			p.fault("%s is not understood: teach the rehearsal, or say that it may be ignored", name)
		}
	}
	return errors.Join(p.faults...)
}
