package iam

import (
	"fmt"
	"slices"
)

// Grant is the smallest thing that a policy allows: one action of one statement on one resource, both as written.
type Grant struct {
	Statement int // its place in the policy
	ID        string
	Action    string
	Resource  string
}

func (g Grant) String() string {
	return fmt.Sprintf("%s on %s (statement %s)", g.Action, g.Resource, g.ID)
}

// Grants lists what the policy allows, in its order. A statement that allows all but something cannot be listed and is an
// error: it grants what nobody has thought of.
func (p Policy) Grants() ([]Grant, error) {
	var grants []Grant
	for i, s := range p.Statements {
		if s.Deny {
			continue
		}
		if s.NotActions != nil || s.NotResources != nil {
			return nil, fmt.Errorf("iam: statement %s allows all but something", s.ID)
		}
		for _, action := range s.Actions {
			for _, resource := range s.Resources {
				grants = append(grants, Grant{i, s.ID, action, resource})
			}
		}
	}
	return grants, nil
}

// Without is the policy with one grant removed; the rest of its statement stays.
func (p Policy) Without(g Grant) Policy {
	var rest Policy
	for i, s := range p.Statements {
		if i != g.Statement {
			rest.Statements = append(rest.Statements, s)
			continue
		}
		others, elsewhere := s, s
		others.Actions = except(s.Actions, g.Action)
		elsewhere.Actions, elsewhere.Resources = []string{g.Action}, except(s.Resources, g.Resource)
		for _, part := range []Statement{others, elsewhere} {
			if len(part.Actions) > 0 && len(part.Resources) > 0 {
				rest.Statements = append(rest.Statements, part)
			}
		}
	}
	return rest
}

func except(texts []string, one string) []string {
	return slices.DeleteFunc(slices.Clone(texts), func(text string) bool { return text == one })
}

// Asked is a request that was allowed, and the guard that it had to pass.
type Asked struct {
	Request Request
	Guard   *Guard
}

// Unneeded lists the grants without which all requests would still be allowed: never used, or granted twice.
func (p Policy) Unneeded(allowed []Asked) ([]Grant, error) {
	grants, err := p.Grants()
	if err != nil {
		return nil, err
	}
	var unneeded []Grant
	for _, g := range grants {
		needed, err := p.needs(g, allowed)
		if err != nil {
			return nil, err
		}
		if !needed {
			unneeded = append(unneeded, g)
		}
	}
	return unneeded, nil
}

// needs reports whether one of the requests is denied without the grant.
func (p Policy) needs(g Grant, allowed []Asked) (bool, error) {
	rest := p.Without(g)
	for _, asked := range allowed {
		if !matchAction(g.Action, asked.Request.Action) {
			continue
		}
		d, err := Decide(asked.Request, rest, asked.Guard)
		if err != nil {
			return false, err
		}
		if !d.Allowed {
			return true, nil
		}
	}
	return false, nil
}
