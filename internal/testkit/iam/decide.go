package iam

import (
	"fmt"
	"slices"
	"strings"
)

// Request is what somebody wants to do.
type Request struct {
	Principal string   // ARN of the role, or the name of an AWS service
	Action    string   // service:Action
	Resources []string // ARNs, each of which has to be allowed; * for actions that know no resources
	// Context are the values of condition keys, by their names in any case. AWS sets aws:PrincipalArn and the like in every
	// request, and so do requests that NewContext began.
	Context map[string][]string
}

// Decision is the answer to a Request.
type Decision struct {
	Allowed bool
	// Statement is the statement that decided: the denial, the first one that allows the last resource, or nil where nothing
	// says anything.
	Statement *Statement
	Resource  string // that is denied, empty where all are allowed
	Explicit  bool   // the denial stands in a policy
	Guard     bool   // the resource's policy decided
}

// Guard is the policy of a resource and how much it takes to get past it.
type Guard struct {
	Policy Policy
	// Sole says that the caller's own policies count only where this one delegates to the account, as in keys of KMS. Without
	// it either of both policies suffices, as in queues.
	Sole bool
}

// Decide evaluates a request on the caller's policies and, where the resource has one, its guard.
func Decide(r Request, own Policy, guard *Guard) (Decision, error) {
	if len(r.Resources) == 0 {
		return Decision{}, fmt.Errorf("iam: a request for %s without a resource", r.Action)
	}
	context := map[string][]string{}
	for key, values := range r.Context {
		context[strings.ToLower(key)] = values
	}
	var decision Decision
	for _, resource := range r.Resources {
		d, err := decideOne(r, resource, context, own, guard)
		if err != nil || !d.Allowed {
			return d, err
		}
		decision = d
	}
	return decision, nil
}

func decideOne(r Request, resource string, context map[string][]string, own Policy, guard *Guard) (Decision, error) {
	var ours, theirs verdict
	err := ours.collect(own, func(s Statement) (bool, error) { return s.speaksOf(r.Action, resource, context) })
	if err != nil {
		return Decision{}, err
	}
	delegated := true
	if guard != nil {
		delegated = !guard.Sole
		err := theirs.collect(guard.Policy, func(s Statement) (bool, error) {
			named, through := s.names(r.Principal), s.delegates(r.Principal)
			if !named && !through {
				return false, nil
			}
			ok, err := s.speaksOf(r.Action, resource, context)
			if ok && through && !named && !s.Deny {
				delegated = true
				return false, err
			}
			return ok, err
		})
		if err != nil {
			return Decision{}, err
		}
	}
	switch {
	case ours.denied != nil:
		return Decision{Statement: ours.denied, Resource: resource, Explicit: true}, nil
	case theirs.denied != nil:
		return Decision{Statement: theirs.denied, Resource: resource, Explicit: true, Guard: true}, nil
	case ours.allowed != nil && delegated:
		return Decision{Allowed: true, Statement: ours.allowed}, nil
	case theirs.allowed != nil:
		return Decision{Allowed: true, Statement: theirs.allowed, Guard: true}, nil
	}
	return Decision{Resource: resource, Guard: guard != nil && !delegated}, nil
}

// verdict is what the statements of one policy say, the first of each kind.
type verdict struct{ denied, allowed *Statement }

func (v *verdict) collect(policy Policy, applies func(Statement) (bool, error)) error {
	for i := range policy.Statements {
		s := &policy.Statements[i]
		ok, err := applies(*s)
		switch {
		case err != nil:
			return fmt.Errorf("%w (statement %s)", err, s.ID)
		case !ok:
		case s.Deny && v.denied == nil:
			v.denied = s
		case !s.Deny && v.allowed == nil:
			v.allowed = s
		}
	}
	return nil
}

// speaksOf reports whether action, resource and conditions of the statement match. All conditions are evaluated, so that
// one that cannot be is found.
func (s Statement) speaksOf(action, resource string, context map[string][]string) (bool, error) {
	if !matches(s.Actions, s.NotActions, action, matchAction) || !matches(s.Resources, s.NotResources, resource, matchResource) {
		return false, nil
	}
	all := true
	for _, c := range s.Conditions {
		ok, err := c.holds(context[c.Key])
		if err != nil {
			return false, err
		}
		all = all && ok
	}
	return all, nil
}

func matches(plain, negated []string, text string, match func(pattern, text string) bool) bool {
	if plain != nil {
		return anyMatch(plain, text, match)
	}
	return !anyMatch(negated, text, match)
}

// NewContext is the context that every request has: who asks, and whether over TLS.
func NewContext(principal string, secure bool) map[string][]string {
	context := map[string][]string{"aws:SecureTransport": {fmt.Sprint(secure)}}
	if account := accountOf(principal); account != "" {
		context["aws:PrincipalArn"], context["aws:PrincipalAccount"] = []string{principal}, []string{account}
	}
	return context
}

// String is the request in one line, the same for requests that no policy can tell apart.
func (r Request) String() string {
	var context []string
	for key, values := range r.Context {
		context = append(context, fmt.Sprintf("%s=%s", key, strings.Join(values, ",")))
	}
	slices.Sort(context)
	return fmt.Sprintf("%s %s on %s (%s)", r.Principal, r.Action, strings.Join(r.Resources, ", "), strings.Join(context, " "))
}

// Relevant is the request with no more context than the policies ask about, so that two requests that they cannot tell apart
// are the same.
func (r Request) Relevant(own Policy, guard *Guard) Request {
	asked := map[string]bool{}
	note := func(p Policy) {
		for _, s := range p.Statements {
			for _, c := range s.Conditions {
				asked[c.Key] = true
			}
		}
	}
	note(own)
	if guard != nil {
		note(guard.Policy)
	}
	relevant := r
	relevant.Context = map[string][]string{}
	for key, values := range r.Context {
		if asked[strings.ToLower(key)] {
			relevant.Context[key] = values
		}
	}
	return relevant
}
