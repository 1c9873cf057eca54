package iam

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Principal is who a statement of a resource policy speaks of. Exactly one member is set.
type Principal struct {
	Anyone  bool
	Account string // an account's root: everybody whom that account's own policies allow
	Role    string // ARN of one role
	Service string // an AWS service, events.amazonaws.com
}

var (
	accountID  = regexp.MustCompile(`^[0-9]{12}$`)
	accountARN = regexp.MustCompile(`^arn:aws[a-z-]*:iam::([0-9]{12}):root$`)
	roleARN    = regexp.MustCompile(`^arn:aws[a-z-]*:iam::[0-9]{12}:role/[^*?]+$`)
)

func parsePrincipals(raw any) ([]Principal, error) {
	if raw == "*" {
		return []Principal{{Anyone: true}}, nil
	}
	object, err := members(raw, "AWS", "Service")
	if err != nil {
		return nil, fmt.Errorf("Principal: %w", err)
	}
	var found []Principal
	for _, kind := range []string{"AWS", "Service"} {
		if object[kind] == nil {
			continue
		}
		names, err := texts(object[kind])
		if err != nil {
			return nil, fmt.Errorf("Principal: %s: %w", kind, err)
		}
		for _, name := range names {
			p, err := principalOf(kind, name)
			if err != nil {
				return nil, err
			}
			found = append(found, p)
		}
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("Principal: nobody")
	}
	return found, nil
}

func principalOf(kind, name string) (Principal, error) {
	if kind == "Service" {
		if !strings.HasSuffix(name, ".amazonaws.com") {
			return Principal{}, fmt.Errorf("Principal: %q is no AWS service", name)
		}
		return Principal{Service: name}, nil
	}
	if name == "*" {
		return Principal{Anyone: true}, nil
	}
	if accountID.MatchString(name) {
		return Principal{Account: name}, nil
	}
	if m := accountARN.FindStringSubmatch(name); m != nil {
		return Principal{Account: m[1]}, nil
	}
	if roleARN.MatchString(name) {
		return Principal{Role: name}, nil
	}
	return Principal{}, fmt.Errorf("Principal: %q is not known", name)
}

// names reports whether the statement speaks of the caller by name, or of everybody.
func (s Statement) names(caller string) bool {
	return slices.ContainsFunc(s.Principals, func(p Principal) bool {
		return p.Anyone || caller != "" && (p.Role == caller || p.Service == caller)
	})
}

// delegates reports whether the statement leaves the decision to the policies of the caller's account.
func (s Statement) delegates(caller string) bool {
	return slices.ContainsFunc(s.Principals, func(p Principal) bool { return p.Account != "" && p.Account == accountOf(caller) })
}

// accountOf is the account of a role's ARN; empty for services.
func accountOf(arn string) string {
	if parts := strings.SplitN(arn, ":", arnParts); len(parts) == arnParts {
		return parts[4]
	}
	return ""
}
