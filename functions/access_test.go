package functions_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/winback-auto/winback/functions"
)

// TestNobodyReachesWhatIsNotTheirs walks every route of the API document with every wrong caller. Three companies have
// worked for a while; then each attack is tried on each route, and everything that comes out anywhere (answers, log,
// messages, mails, what is stored) is looked through for what belongs to somebody else.
func TestNobodyReachesWhatIsNotTheirs(t *testing.T) {
	s := newStage(t)
	routes := documented(t)
	t.Run("every route has a row", func(t *testing.T) { everyRouteHasARow(t, routes) })
	t.Run("every role", s.everyRole)
	t.Run("every token", s.everyToken)
	t.Run("every claim of a token", s.everyEvent)
	t.Run("every foreign id", s.everyForeignID)
	t.Run("every other yard", s.everyOtherYard)
	t.Run("headers and members that name a company", s.everyClaim)
	t.Run("idempotency keys", func(t *testing.T) { s.everyIdempotencyKey(t, routes) })
	t.Run("cursors", func(t *testing.T) { s.everyCursor(t, routes) })
	t.Run("reads change nothing", s.everyRead)
	t.Run("companies at the same time", s.interleaved)
	t.Run("addresses for pushes", s.everyHook)
	t.Run("addresses for leads", s.everyLeadHook)
	t.Run("links in mails", s.everyLink)

	s.run(t, func() {})
	t.Run("what is stored", s.stored)
	t.Run("ids", s.learn)
	t.Run("mails", s.mails)
	t.Run("the log", s.lines)
	for _, d := range s.dealers {
		if s.messages[d.co.ID()] < 100 {
			t.Errorf("%d messages of %s: there is nothing to find", s.messages[d.co.ID()], d.co)
		}
	}
	for _, crossed := range s.partner.crossed {
		t.Errorf("the partner: %s", crossed)
	}
	for _, leak := range s.watch.found {
		t.Error(leak)
	}
	s.tally(t, routes)
}

// operation is what the API document says of a route.
type operation struct {
	Parameters []struct{ Name, In string }
	Security   []map[string][]string
}

func (o operation) takes(name string) bool {
	return slices.ContainsFunc(o.Parameters, func(p struct{ Name, In string }) bool { return p.Name == name })
}

// documented are the routes of the API document.
func documented(t *testing.T) map[string]operation {
	t.Helper()
	raw, _, err := functions.Reference(all())
	if err != nil {
		t.Fatal(err)
	}
	var document struct {
		Paths map[string]map[string]operation
	}
	if err := json.Unmarshal(raw, &document); err != nil {
		t.Fatal(err)
	}
	routes := map[string]operation{}
	for path, methods := range document.Paths {
		for method, o := range methods {
			routes[strings.ToUpper(method)+" "+path] = o
		}
	}
	return routes
}

func everyRouteHasARow(t *testing.T, routes map[string]operation) {
	rows := map[string]bool{}
	for _, row := range accessRows {
		rows[row.route] = true
		o, ok := routes[row.route]
		switch {
		case !ok:
			t.Errorf("%s is no route any more: take its row out", row.route)
		case len(o.Security) == 0:
			t.Errorf("%s needs no token", row.route)
		}
		if row.status < 200 || row.status > 299 || row.may == "" {
			t.Errorf("%s has no request that succeeds", row.route)
		}
		if o.takes("cursor") && row.other == "" && !strings.Contains(row.path, "?") {
			t.Errorf("%s is a list: name another filter in its row", row.route)
		}
	}
	var public []string
	for _, route := range slices.Sorted(maps.Keys(routes)) {
		switch {
		case rows[route]:
		case len(routes[route].Security) == 0:
			public = append(public, route)
		default:
			t.Errorf("%s has no row in accessRows: say there who may call it, and how", route)
		}
	}
	if !slices.Equal(public, publicRoutes) {
		t.Errorf("public are %q, want %q", public, publicRoutes)
	}
}

// tally prints what was tried, and fails where that was less than there is to try.
func (s *stage) tally(t *testing.T, routes map[string]operation) {
	t.Helper()
	rows, ids, yardIDs, lists, keyed, bodies, reads := len(accessRows), 0, 0, 0, 0, 0, 0
	for _, row := range accessRows {
		ids += len(spots(row.path + row.body))
		for _, kind := range spots(row.path + row.body) {
			if slices.Contains(recordKinds, kind) || kind == "yard" {
				yardIDs += len(s.yardBound(row))
			}
		}
		if row.other != "" {
			lists++
		}
		if routes[row.route].takes("Idempotency-Key") {
			keyed++
		}
		if strings.HasPrefix(row.body, "{") {
			bodies++
		}
		if row.method() == "GET" {
			reads++
		}
	}
	for attack, want := range map[string]int{
		"role":               rows * 2 * len(accessRoles),
		"token":              rows * len(badTokens),
		"claims in an event": rows * len(badClaims),
		"foreign id":         2 * ids,
		"other yard":         yardIDs,
		"claim in headers":   reads,
		"claim in a body":    bodies * len(companyMembers),
		"idempotency key":    2 * keyed,
		"cursor, damaged":    lists * cursorDamages,
		"cursor, another's":  lists*3 - 1,
		"read":               2 * reads,
		"at the same time":   interleavedRequests,
		"address":            hookAttacks,
		"link":               linkAttacks,
	} {
		if got := s.counts[attack]; got != want {
			t.Errorf("%s: tried %d times, want %d", attack, got, want)
		}
	}
	// What a list of attacks that has shrunk by accident would not reach.
	for attack, least := range map[string]int{"role": 800, "token": 1_000, "foreign id": 150, "other yard": 40, "cursor, damaged": 100, "address": 12, "claims in an event": 600} {
		if s.counts[attack] < least {
			t.Errorf("%s: tried %d times, want at least %d", attack, s.counts[attack], least)
		}
	}
	if len(routes) < 58 {
		t.Errorf("the document has %d routes", len(routes))
	}
	for _, attack := range slices.Sorted(maps.Keys(s.counts)) {
		t.Logf("%-22s %6d", attack, s.counts[attack])
	}
	t.Logf("%d routes, %d rows, %d requests, %d texts looked through, %d calls of the partner", len(routes), rows, s.requests.Load(), s.watch.checked, s.partner.calls)
}
