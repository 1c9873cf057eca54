package functions_test

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// unknownID belongs to nothing.
const unknownID = "01KANN99999999999999999999"

// unknownOf is an id of a kind that belongs to nothing.
func unknownOf(kind string) string {
	switch kind {
	case "appointment":
		return unknownID + "/events/" + unknownID
	case "letter":
		return unknownID + "/letters/" + unknownID
	}
	return unknownID
}

var requestID = regexp.MustCompile(`"instance":"[^"]*"`)

// shape is all of an answer but what is different each time: ids and the request's name.
func (a reply) shape() string {
	return fmt.Sprintf("%d %s", a.status, idShape.ReplaceAllString(requestID.ReplaceAllString(a.all(), `"instance":"…"`), "ID"))
}

func keysOf[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// everyForeignID sends every row as somebody of the second company who may, with one id after the other replaced by that of
// a record of the first and of the third company: in the path, in filters, in bodies, nested and in lists. The answer is the
// one for an id that nobody has, and nothing of the other companies changes.
func (s *stage) everyForeignID(t *testing.T) {
	before := state(s.items(t))
	attacker := s.dealers[1]
	for _, row := range accessRows {
		role := row.roles()[0]
		who := attacker.people[role]
		inPath := len(spots(row.path))
		for n := range spots(row.path + row.body) {
			for _, victim := range []*dealer{s.dealers[0], s.dealers[2]} {
				foreign := s.swapped(t, who, row, n, func(kind string) string { return victim.people[role].known(t, kind) })
				unknown := s.swapped(t, who, row, n, unknownOf)
				s.tried("foreign id")
				if foreign.shape() != unknown.shape() {
					t.Errorf("%s, id %d: a foreign one answers\n%s\nan unknown one\n%s", row.route, n, foreign.all(), unknown.all())
				}
				if n < inPath && !strings.Contains(row.path, "?") && (foreign.status != 404 || foreign.wrote) {
					t.Errorf("%s with a foreign id: %d, wrote %t, want 404: %s", row.route, foreign.status, foreign.wrote, foreign.body)
				}
			}
		}
	}
	after := state(s.items(t))
	for company := range before {
		if company == attacker.co.ID() || company == "" {
			continue
		}
		for _, change := range differences(before[company], after[company]) {
			t.Errorf("%s was changed from outside: %s", company, change)
		}
	}
	if len(before) != 4 {
		t.Errorf("%d companies", len(before))
	}
}

// swapped sends a row with its n-th id replaced.
func (s *stage) swapped(t *testing.T, who *person, row accessRow, n int, id func(kind string) string) reply {
	t.Helper()
	inPath := len(spots(row.path))
	at := func(offset int) func(int, string) string {
		return func(i int, kind string) string {
			if i+offset == n {
				return id(kind)
			}
			return ""
		}
	}
	return s.ask(t, who, row.method(), s.fill(t, who, row.path, at(0), true), s.fill(t, who, row.body, at(inPath), true))
}

// yardBound are those roles of a row that are given in yards.
func (s *stage) yardBound(row accessRow) (roles []string) {
	for _, role := range row.roles() {
		if role != "admin" && role != "dms" {
			roles = append(roles, role)
		}
	}
	return roles
}

// everyOtherYard sends every row as a manager of a role that may, but in the second yard: with ids of the first yard, which
// are unknown there, and with none, where nothing of the first yard may show.
func (s *stage) everyOtherYard(t *testing.T) {
	first := s.dealers[0]
	for _, row := range accessRows {
		for _, role := range s.yardBound(row) {
			who, colleague := first.people[role+"@2"], first.people[role]
			for n, kind := range spots(row.path + row.body) {
				if !slices.Contains(recordKinds, kind) && kind != "yard" {
					continue
				}
				other := s.swapped(t, who, row, n, func(kind string) string { return colleague.known(t, kind) })
				unknown := s.swapped(t, who, row, n, unknownOf)
				s.tried("other yard")
				if other.shape() != unknown.shape() {
					t.Errorf("%s as %v, id %d (%s): that of another yard answers\n%s\nan unknown one\n%s", row.route, who, n, kind, other.all(), unknown.all())
				}
			}
			a := s.ask(t, who, row.method(), s.fill(t, who, row.path, nil, true), s.fill(t, who, row.body, nil, true))
			if a.status != row.status {
				t.Errorf("%s as %v in the own yard: %d, want %d: %s", row.route, who, a.status, row.status, a.body)
			}
			for _, sign := range []string{first.yardMark(0), "wauzzz" + strings.ToLower(first.code) + "1"} {
				if row.may != everybody && strings.Contains(strings.ToLower(a.all()), sign) {
					t.Errorf("%s as %v shows %q of another yard: %s", row.route, who, sign, a.body)
				}
			}
		}
	}
}

// companyHeaders are headers in which some services let a caller say whose data they want.
func companyHeaders(d *dealer) []string {
	id, who := d.co.ID(), d.people["admin"]
	return []string{
		"X-Tenant-Id: " + id, "X-Tenant: " + id, "X-Company: " + id, "X-Company-Id: " + id, "X-Yard: " + d.yards[0], "X-User-Id: " + who.id,
		"X-Forwarded-User: " + who.email, "X-Amzn-Oidc-Identity: " + who.id, "Cookie: company=" + id + "; user=" + who.id,
	}
}

// companyMembers are names under which a body may try the same. An id may stand in what settings answer, so it is taken, and
// ignored.
var companyMembers = []string{"tenantId", "companyId", "Company", "id"}

// everyClaim says in headers and bodies that the caller is of another company.
func (s *stage) everyClaim(t *testing.T) {
	victim, attacker := s.dealers[0], s.dealers[1]
	for _, row := range accessRows {
		who := attacker.people[row.roles()[0]]
		path, body := s.fill(t, who, row.path, nil, true), s.fill(t, who, row.body, nil, true)
		if row.method() == "GET" {
			plain := s.ask(t, who, row.method(), path, body)
			claimed := s.ask(t, who, row.method(), path, body, companyHeaders(victim)...)
			s.tried("claim in headers")
			if plain.status != row.status || plain.shape() != claimed.shape() {
				t.Errorf("%s: %d; with headers of another company\n%s\nwithout\n%s", row.route, plain.status, claimed.all(), plain.all())
			}
		}
		if !strings.HasPrefix(row.body, "{") {
			continue
		}
		for _, member := range companyMembers {
			a := s.ask(t, who, row.method(), path, strings.Replace(fmt.Sprintf(`{%q:%q,%s`, member, victim.yards[0], body[1:]), ",}", "}", 1))
			s.tried("claim in a body")
			if a.status < 400 && member != "id" || strings.Contains(a.body, victim.yards[0]) {
				t.Errorf("%s takes the member %s: %d %s", row.route, member, a.status, a.body)
			}
		}
	}
}
