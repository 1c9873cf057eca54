package functions_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/winback-auto/winback/internal/lead/alert"
)

// linkAttacks is how many links are tried that lead nowhere.
const linkAttacks = 7

var linkInMail = regexp.MustCompile(regexp.QuoteMeta(alert.LinkPath) + `[A-Za-z0-9_-]+`)

// everyLink follows the links of the mail about a lead that came in (see everyLeadHook), damaged in every way: they lead to
// nothing at all. A good one shows its own company's people, and gives the lead to nobody else's.
func (s *stage) everyLink(t *testing.T) {
	s.run(t, func() {})
	attacker, victim := s.dealers[1], s.dealers[0]
	var box struct {
		Items []struct{ Kind, To, Text string }
	}
	s.want(t, 200, nil, "GET", "/_local/outbox", "").into(t, &box)
	good := ""
	for _, m := range box.Items {
		if links := linkInMail.FindAllString(m.Text, -1); m.Kind == "lead-alert" && strings.Contains(m.To, attacker.mark) && len(links) > 0 {
			good = links[len(links)-1] // to the page on which somebody is chosen
		}
	}
	if good == "" {
		t.Fatal("nobody was told of the lead")
	}
	const form = "Content-Type: application/x-www-form-urlencoded"
	shapes := map[string]bool{}
	nothing := func(why, link string) {
		t.Helper()
		s.tried("link")
		for _, a := range []reply{s.ask(t, nil, "GET", link, ""), s.ask(t, nil, "POST", link, "seen=0&user="+attacker.people["leads"].id, form)} {
			if a.status != 404 || a.wrote || strings.Contains(a.body, attacker.mark) {
				t.Errorf("%s: %d, wrote %t: %s", why, a.status, a.wrote, a.body)
			}
			shapes[a.shape()] = true
		}
	}
	token := strings.TrimPrefix(good, alert.LinkPath)
	nothing("a token made up", alert.LinkPath+strings.Repeat("A", len(token)))
	nothing("a truncated token", good[:len(good)-1])
	nothing("a token with more behind it", good+"A")
	nothing("another character", alert.LinkPath+damaged(token, 3))
	nothing("another first character", alert.LinkPath+damaged(token, 0))
	nothing("a token in the query", alert.LinkPath+"x?token="+token)
	nothing("nothing at all", alert.LinkPath+"A")
	if len(shapes) != 1 {
		t.Errorf("%d different answers: %v", len(shapes), keysOf(shapes))
	}
	// Whoever has the link is its company's; the signature counts, and no token.
	reader := attacker.people["nobody"]
	before := state(s.items(t))
	for _, method := range []string{"GET", "HEAD"} {
		if a := s.want(t, 200, reader, method, good+"?user="+victim.people["leads"].id+"&utm_source=mail", ""); a.wrote {
			t.Errorf("%s writes", method)
		}
	}
	page := s.want(t, 200, reader, "GET", good, "").body
	for _, foreign := range []string{victim.people["leads"].id, s.dealers[2].people["leads"].id, unknownID} {
		if a := s.ask(t, reader, "POST", good, "seen=0&user="+foreign, form); a.status != 422 || a.wrote {
			t.Errorf("somebody else's user: %d, wrote %t", a.status, a.wrote)
		}
	}
	for company, records := range state(s.items(t)) {
		for _, change := range differences(before[company], records) {
			t.Errorf("%s was changed: %s", company, change)
		}
	}
	colleague := regexp.MustCompile(`name="user" value="([^"]+)"`).FindStringSubmatch(page)
	if colleague == nil {
		t.Fatalf("nobody can be chosen: %s", page)
	}
	s.want(t, 200, reader, "POST", good, fmt.Sprintf("seen=0&user=%s", colleague[1]), form)
	for _, change := range differences(before[victim.co.ID()], state(s.items(t))[victim.co.ID()]) {
		t.Errorf("a link of another company changed %s", change)
	}
}
