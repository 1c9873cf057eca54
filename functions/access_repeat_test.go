package functions_test

import (
	"fmt"
	"strings"
	"testing"
)

// everyIdempotencyKey uses one key for requests of two users and of another company: each gets an answer of their own, and
// only who repeats a request gets the same again.
func (s *stage) everyIdempotencyKey(t *testing.T, routes map[string]operation) {
	for i, row := range accessRows {
		if !routes[row.route].takes("Idempotency-Key") {
			continue
		}
		role := row.roles()[0]
		key := fmt.Sprintf("Idempotency-Key: the key %d", i)
		victim := s.dealers[0].people[role]
		path, body := s.fill(t, victim, row.path, nil, true), s.fill(t, victim, row.body, nil, true)
		first, again := s.ask(t, victim, row.method(), path, body, key), s.ask(t, victim, row.method(), path, body, key)
		if first.status != row.status || again.status != row.status || again.body != first.body || again.header.Get("Idempotency-Replayed") != "true" {
			t.Errorf("%s repeated: %d %s, then %d %s", row.route, first.status, first.body, again.status, again.all())
		}
		for _, other := range []*person{s.dealers[1].people[role], s.dealers[0].people[role+"/manager"]} {
			a := s.ask(t, other, row.method(), s.fill(t, other, row.path, nil, true), s.fill(t, other, row.body, nil, true), key)
			s.tried("idempotency key")
			if a.status != row.status || a.header.Get("Idempotency-Replayed") != "" || a.body == first.body {
				t.Errorf("%s as %v with the key of %v: %d %s", row.route, other, victim, a.status, a.all())
			}
		}
	}
}

// cursorDamages is how often each cursor is damaged.
const cursorDamages = 17

// everyCursor takes the cursor of each list's second page and damages it, and takes it to another company, another list and
// another filter.
func (s *stage) everyCursor(t *testing.T, routes map[string]operation) {
	last := map[*dealer]string{}
	for _, row := range accessRows {
		if !routes[row.route].takes("cursor") || row.other == "" {
			continue
		}
		role := row.roles()[0]
		victim, attacker := s.dealers[0].people[role], s.dealers[1].people[role]
		path := s.fill(t, victim, row.path, nil, true)
		both, _ := s.want(t, 200, victim, "GET", path+"?limit=2", "").page(t)
		_, cursor := s.want(t, 200, victim, "GET", path+"?limit=1", "").page(t)
		if cursor == "" {
			t.Errorf("%s has no second page", row.route)
			continue
		}
		// It is good, where it belongs, whatever the size of the page.
		if next, _ := s.want(t, 200, victim, "GET", path+"?limit=2&cursor="+cursor, "").page(t); len(next) == 0 || next[0] != both[1] {
			t.Errorf("%s: the second page has %v", row.route, next)
		}
		refused := func(why string, who *person, path, cursor string) {
			t.Helper()
			a := s.ask(t, who, "GET", path+sep(path)+"limit=1&cursor="+cursor, "")
			if a.status != 400 || !strings.Contains(a.body, "query.cursor") {
				t.Errorf("%s with %s cursor: %d %s", row.route, why, a.status, a.body)
			}
		}
		for n := range cursorDamages {
			s.tried("cursor, damaged")
			refused("a damaged", victim, path, damaged(cursor, n))
		}
		refused("a foreign", attacker, s.fill(t, attacker, row.path, nil, true), cursor)
		s.tried("cursor, another's")
		other := s.fill(t, victim, row.other, nil, true)
		if !strings.HasPrefix(other, "/") {
			other = path + "?" + other
		}
		refused("another filter's", victim, other, cursor)
		s.tried("cursor, another's")
		if stranger := last[victim.home]; stranger != "" {
			refused("another list's", victim, path, stranger)
			s.tried("cursor, another's")
		}
		last[victim.home] = cursor
		if strings.Contains(row.path, "<") || row.may == everybody || role == "prospects" {
			continue
		}
		// In the hands of a colleague it shows what the colleague may see.
		colleague := s.dealers[0].people[role+"@2"]
		if a := s.ask(t, colleague, "GET", path+"?cursor="+cursor, ""); strings.Contains(a.body, s.dealers[0].yardMark(0)) {
			t.Errorf("%s with a colleague's cursor shows another yard: %s", row.route, a.body)
		}
	}
}

func sep(path string) string {
	if strings.Contains(path, "?") {
		return "&"
	}
	return "?"
}

// damaged changes a cursor: one character in different places, then its length.
func damaged(cursor string, n int) string {
	switch at := n * len(cursor) / (cursorDamages - 3); n {
	case cursorDamages - 1:
		return cursor + "A"
	case cursorDamages - 2:
		return cursor[:len(cursor)/2]
	case cursorDamages - 3:
		return "A"
	default:
		swapped := byte('A')
		if cursor[at] == swapped {
			swapped = 'B'
		}
		return cursor[:at] + string(swapped) + cursor[at+1:]
	}
}

// everyRead sends every GET, and HEAD in its place: nothing that is stored is different afterwards.
func (s *stage) everyRead(t *testing.T) {
	first := s.dealers[0]
	type read struct {
		row  accessRow
		who  *person
		path string
	}
	var all []read
	for _, row := range accessRows {
		if row.method() == "GET" {
			who := first.people[row.roles()[0]]
			all = append(all, read{row, who, s.fill(t, who, row.path, nil, true)})
		}
	}
	before := state(s.items(t))
	for _, r := range all {
		got := s.want(t, r.row.status, r.who, "GET", r.path, "")
		head := s.want(t, r.row.status, r.who, "HEAD", r.path, "")
		s.tried("read")
		s.tried("read")
		if got.wrote || head.wrote || head.body != "" || len(got.body) == 0 {
			t.Errorf("%s writes %t, HEAD %t; their bodies have %d and %d bytes", r.row.route, got.wrote, head.wrote, len(got.body), len(head.body))
		}
	}
	for _, route := range publicRoutes {
		method, path, _ := strings.Cut(route, " ")
		if method != "GET" || strings.Contains(path, "{") {
			continue // links in mails have a test of their own
		}
		if s.want(t, 200, nil, "GET", path, "").wrote || s.want(t, 200, nil, "HEAD", path, "").wrote {
			t.Errorf("%s writes", route)
		}
	}
	for company, records := range state(s.items(t)) {
		for _, change := range differences(before[company], records) {
			t.Errorf("reads changed %s: %s", company, change)
		}
	}
}
