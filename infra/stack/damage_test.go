package stack_test

import (
	"strings"
	"testing"

	"github.com/winback-auto/winback/infra/stack"
	"github.com/winback-auto/winback/internal/testkit/guardrail"
	"github.com/winback-auto/winback/internal/testkit/template"
)

// damaged is a copy of the templates of prod into which a test makes a hole.
type damaged struct {
	t   *testing.T
	app *template.App
}

func prod(t *testing.T) stack.Environment {
	t.Helper()
	env, err := stack.Find("prod")
	if err != nil {
		t.Fatal(err)
	}
	return env
}

func damage(t *testing.T) damaged {
	t.Helper()
	return damaged{t, deployed(t, prod(t)).App.Clone()}
}

// resource finds one by its logical id, whichever stack it is in.
func (d damaged) resource(id string) *template.Resource {
	d.t.Helper()
	for _, s := range d.app.Stacks {
		if r, ok := s.Resource(id); ok {
			return r
		}
	}
	d.t.Fatalf("no resource %s to damage", id)
	return nil
}

func (d damaged) stack(name string) *template.Stack {
	d.t.Helper()
	s, ok := d.app.Stack(prod(d.t).Name(name))
	if !ok {
		d.t.Fatalf("no stack %s to damage", name)
	}
	return s
}

func (d damaged) remove(id string) { r := d.resource(id); r.Stack.Remove(r.ID) }

// set writes a property at a path, which may go through lists; nil removes it. The property must have been there, unless
// it is new on purpose (add).
func (d damaged) set(id string, value any, path ...string) {
	d.t.Helper()
	if _, ok := template.At(d.resource(id).Properties, path...); !ok {
		d.t.Fatalf("%s has no %s to damage", id, strings.Join(path, "."))
	}
	d.add(id, value, path...)
}

func (d damaged) add(id string, value any, path ...string) {
	d.t.Helper()
	last := len(path) - 1
	holder, _ := template.At(d.resource(id).Properties, path[:last]...)
	object, ok := holder.(map[string]any)
	if !ok {
		d.t.Fatalf("%s: %s is no object", id, strings.Join(path[:last], "."))
	}
	if object[path[last]] = value; value == nil {
		delete(object, path[last])
	}
}

// append adds to a list of a resource.
func (d damaged) append(id string, value any, path ...string) {
	d.t.Helper()
	d.set(id, append(template.List(d.resource(id).Properties, path...), value), path...)
}

// findings are what a rule says about the damage; no rule: all of them.
func (d damaged) findings(rule string) []string {
	d.t.Helper()
	w, err := resolve(prod(d.t), d.app, catalogue())
	if err != nil {
		return []string{err.Error()} // a hole that leaves a reference dangling fails every test
	}
	var all []string
	for _, r := range guardrail.Rules {
		if rule == "" || r.Number == rule {
			_, found := r.Check(w)
			all = append(all, found...)
		}
	}
	return all
}

// reports reports whether one of the findings has all the words in it.
func reports(findings []string, words ...string) bool {
	for _, finding := range findings {
		has := true
		for _, word := range words {
			has = has && strings.Contains(finding, word)
		}
		if has {
			return true
		}
	}
	return false
}
