package functions_test

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/company"
)

// hookAttacks is how many addresses are tried that lead nowhere, of pushes and of leads.
const hookAttacks = 15 + 9

// everyHook pushes to addresses with tokens that are wrong in every way. They lead to nothing at all; a good one leads to
// its own company, whatever the push says.
func (s *stage) everyHook(t *testing.T) {
	attacker, victim := s.dealers[1], s.dealers[0]
	boss := attacker.people["admin"]
	good := hookPath(s.partner.addresses(attacker.keys[0])[0])
	token := strings.TrimPrefix(good, company.HookPath)
	var ref string
	for ref = range s.partner.accounts[victim.keys[0]].watched {
		break
	}
	shapes := map[string]bool{}
	nothing := func(why, path, body string, headers ...string) {
		t.Helper()
		sent := s.sent()
		a := s.ask(t, nil, "POST", path, body, headers...)
		s.tried("address")
		if a.status != 404 || a.wrote || s.sent() != sent || strings.Contains(a.body, token) {
			t.Errorf("%s: %d, wrote %t, sent %d: %s", why, a.status, a.wrote, s.sent()-sent, a.body)
		}
		shapes[a.shape()] = true
	}
	push := pushBody(ref)
	nothing("a token made up", company.HookPath+strings.Repeat("A", len(token)), push)
	nothing("a short one", company.HookPath+"x", push)
	nothing("a truncated token", good[:len(good)-1], push)
	nothing("half a token", good[:len(good)-len(token)/2], push)
	nothing("a token with more behind it", good+"A", push)
	nothing("a token in capitals", company.HookPath+strings.ToUpper(token), push)
	nothing("another character", company.HookPath+damaged(token, 3), push)
	nothing("a token in the body", company.HookPath+"x", strings.Replace(push, "{", fmt.Sprintf(`{"token":%q,`, token), 1))
	nothing("a token in the query", company.HookPath+"x?token="+token, push)
	nothing("a token in a header", company.HookPath+"x", push, "X-Token: "+token, "Authorization: Bearer "+token)
	nothing("a user's token", company.HookPath+boss.token[len(boss.token)-100:], push)
	nothing("the hash of a token", company.HookPath+s.doorOf(t, token), push)
	if len(shapes) != 1 {
		t.Errorf("%d different answers: %v", len(shapes), keysOf(shapes))
	}
	// Without any token it is another address, of which the gateway knows nothing.
	if a := s.ask(t, nil, "POST", strings.TrimSuffix(company.HookPath, "/"), push); a.status != 404 || a.wrote {
		t.Errorf("no token: %d %s", a.status, a.body)
	}
	if a := s.ask(t, nil, "POST", company.HookPath, push); a.status != 404 || a.wrote {
		t.Errorf("an empty token: %d %s", a.status, a.body)
	}

	// A push about the victim's vehicle, with the attacker's own token, is the attacker's, and comes to nothing.
	s.run(t, func() {}) // what was submitted so far is done
	s.run(t, func() {}) // and compared with the partner
	before := state(s.items(t))
	s.run(t, func() { s.want(t, 204, nil, "POST", good, push) })
	for _, change := range differences(before[victim.co.ID()], state(s.items(t))[victim.co.ID()]) {
		if strings.HasPrefix(change, victim.co.ID()+"#reconcile#") {
			continue // the schedules tick at every start
		}
		t.Errorf("a push over another company's address changed %s", change)
	}

	// A removed connection takes its address along; a replaced address lives a day.
	id := s.fresh(t, boss, "connection")
	removed := s.newest(t, attacker)
	s.want(t, 204, nil, "POST", removed, `{"event":"ping"}`)
	s.want(t, 204, boss, "DELETE", "/v1/connections/"+id, "")
	nothing("a removed connection", removed, push)

	s.want(t, 200, boss, "POST", "/v1/connections/"+attacker.ids["connection"][0]+"/rotate-webhook", "")
	s.want(t, 204, nil, "POST", good, pushBody("ref-within-a-day"))
	s.run(t, func() { s.advance(t, 23*time.Hour) })
	s.want(t, 204, nil, "POST", good, pushBody("ref-before-the-end"))
	s.run(t, func() { s.advance(t, 50*time.Minute) })
	s.run(t, func() { s.advance(t, 10*time.Minute) })
	nothing("a replaced address after a day", good, push)
	s.want(t, 200, boss, "PUT", "/v1/connections/"+attacker.ids["connection"][0], fmt.Sprintf(`{"name":"x","yards":[%q],"key":%q}`, attacker.yards[0], attacker.key()))
	nothing("the same after another key", good, push)
}

// doorOf is the partition under which a token's address is stored, without its door.
func (s *stage) doorOf(t *testing.T, token string) string {
	t.Helper()
	for _, item := range s.items(t) {
		if hash, ok := strings.CutPrefix(item.Partition, "HOOK#"); ok && len(hash) > 40 {
			return hash
		}
	}
	t.Fatalf("there is no door for %d characters", len(token))
	return ""
}

// newest is the address that the partner was given last for a company.
func (s *stage) newest(t *testing.T, d *dealer) string {
	t.Helper()
	key := fmt.Sprintf("sec_%s_%06d", d.mark, d.serial)
	addresses := s.partner.addresses(key)
	if len(addresses) != 1 {
		t.Fatalf("%d addresses for %s", len(addresses), key)
	}
	return hookPath(addresses[0])
}

// interleavedRequests is how many requests two companies send at the same time.
const interleavedRequests = 1_600

// changing are the paths whose answers show the customers that the writes in between change.
var changing = regexp.MustCompile(`^/v1/(customers|prospects/[^/]+$|audit)`)

// interleaved sends requests of two companies through one environment at the same time: reads, and a write in between. Each
// gets the answer that they get alone.
func (s *stage) interleaved(t *testing.T) {
	type one struct {
		who        *person
		path, want string
	}
	var turns []one
	for _, d := range s.dealers[:2] {
		for _, row := range accessRows {
			if row.method() == "GET" {
				who := d.people[row.roles()[0]]
				path := s.fill(t, who, row.path, nil, true)
				turns = append(turns, one{who: who, path: path})
			}
		}
	}
	for i, turn := range turns {
		turns[i].want = s.want(t, 200, turn.who, "GET", turn.path, "").shape()
	}
	const workers = 8
	var group sync.WaitGroup
	for w := range workers {
		writer := s.dealers[w%2].people["leads"]
		body := fmt.Sprintf(`{"notes":"%s %d"}`, writer.home.mark, w)
		group.Go(func() {
			for i := range interleavedRequests / workers {
				turn := turns[(w*7+i*5)%len(turns)]
				s.tried("at the same time")
				got := s.ask(t, turn.who, "GET", turn.path, "")
				if got.status != 200 || got.shape() != turn.want && !changing.MatchString(turn.path) {
					t.Errorf("%s as %v among others: %s", turn.path, turn.who, got.all())
				}
				if i%25 == 0 {
					if a := s.ask(t, writer, "PATCH", "/v1/customers/"+writer.home.ids["customer"][0], body); a.status != 200 && a.status != 409 {
						t.Errorf("a change among others: %d %s", a.status, a.body)
					}
				}
			}
		})
	}
	group.Wait()
}
