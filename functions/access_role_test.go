package functions_test

import (
	"strings"
	"testing"
)

// everyRole sends every row as somebody in each role, with and without the manager's flag: who may succeeds, everybody else
// is told which role is missing, and nothing is written.
func (s *stage) everyRole(t *testing.T) {
	first := s.dealers[0]
	operations, recorded := operationIDs(t), map[string]int{}
	for _, row := range accessRows {
		succeeded := 0
		for _, role := range accessRoles {
			for _, name := range []string{role, role + "/manager"} {
				who := first.people[name]
				may := row.lets(role)
				path := s.fill(t, who.or(first, row), row.path, nil, may)
				body := s.fill(t, who.or(first, row), row.body, nil, may)
				before := len(s.audit(t, first))
				a := s.ask(t, who, row.method(), path, body)
				s.tried("role")
				recorded[row.route] += s.entered(t, row.route, operations[row.route], who, a, s.audit(t, first)[before:])
				switch {
				case may && a.status == row.status:
					succeeded++
				case may:
					t.Errorf("%s as %v: %d, want %d: %s\n%s %s", row.route, who, a.status, row.status, a.body, path, body)
				case a.status != 403 || !strings.Contains(a.body, "/problems/forbidden") || !strings.Contains(a.body, "role"):
					t.Errorf("%s as %v: %d, want 403 naming the role: %s", row.route, who, a.status, a.body)
				case a.wrote:
					t.Errorf("%s as %v is refused and writes", row.route, who)
				}
			}
		}
		if succeeded == 0 {
			t.Errorf("%s never succeeds, so its other answers prove nothing", row.route)
		}
	}
	for _, row := range accessRows {
		if _, silent := unrecorded[row.route]; (recorded[row.route] == 0) != (silent || row.method() == "GET") {
			t.Errorf("%s has %d audit entries", row.route, recorded[row.route])
		}
	}
}

// or is somebody who may call the route, where that is not p: requests are filled in as theirs.
func (p *person) or(d *dealer, row accessRow) *person {
	role, _, _ := strings.Cut(p.name, "/")
	if row.lets(role) {
		return p
	}
	return d.people[row.roles()[0]]
}
