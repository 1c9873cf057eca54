package functions_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/winback-auto/winback/internal/company"
)

// everyLeadHook sends leads to addresses with tokens that are wrong in every way: they lead to nothing at all. A good one
// leads to its own company, whatever the lead says.
func (s *stage) everyLeadHook(t *testing.T) {
	attacker, victim := s.dealers[1], s.dealers[0]
	boss := attacker.people["admin"]
	var desk struct{ ID string }
	made := s.want(t, 201, boss, "POST", "/v1/connections", fmt.Sprintf(`{"name":"desk %s","api":"leads","yards":[%q]}`, attacker.mark, attacker.yards[0]))
	if err := json.Unmarshal([]byte(made.body), &desk); err != nil {
		t.Fatal(err)
	}
	address := func() string {
		var shown struct{ Address string }
		a := s.want(t, 200, boss, "POST", "/v1/connections/"+desk.ID+"/rotate-webhook", "")
		if err := json.Unmarshal([]byte(a.body), &shown); err != nil {
			t.Fatal(err)
		}
		_, path, found := strings.Cut(shown.Address, company.LeadPath)
		if !found {
			t.Fatalf("no address in %s", a.body)
		}
		return company.LeadPath + path
	}
	good := address()
	token := strings.TrimPrefix(good, company.LeadPath)
	pushes := strings.TrimPrefix(hookPath(s.partner.addresses(attacker.keys[0])[0]), company.HookPath)
	lead := fmt.Sprintf(`{"customer":{"name":{"first":"Ann","last":"Lee"},"email":"ann.%s@mail.example"},"comments":"for %s"}`, attacker.mark, attacker.mark)
	shapes := map[string]bool{}
	nothing := func(why, path string, headers ...string) {
		t.Helper()
		a := s.ask(t, nil, "POST", path, lead, headers...)
		s.tried("address")
		if a.status != 404 || a.wrote || strings.Contains(a.body, token) {
			t.Errorf("%s: %d, wrote %t: %s", why, a.status, a.wrote, a.body)
		}
		shapes[a.shape()] = true
	}
	nothing("a token made up", company.LeadPath+strings.Repeat("A", len(token)))
	nothing("a truncated token", good[:len(good)-1])
	nothing("a token with more behind it", good+"A")
	nothing("another character", company.LeadPath+damaged(token, 3))
	nothing("a token in the query", company.LeadPath+"x?token="+token)
	nothing("a token in a header", company.LeadPath+"x", "X-Token: "+token, "Authorization: Bearer "+token)
	nothing("the token of pushes", company.LeadPath+pushes)
	nothing("its own token where pushes come", company.HookPath+token)
	if len(shapes) != 1 {
		t.Errorf("%d different answers: %v", len(shapes), keysOf(shapes))
	}

	s.run(t, func() {})
	before := state(s.items(t))
	s.want(t, 200, nil, "POST", good, lead)
	after := state(s.items(t))
	if changes := differences(before[victim.co.ID()], after[victim.co.ID()]); len(changes) > 0 {
		t.Errorf("a lead over another company's address changed %v", changes)
	}
	if len(differences(before[attacker.co.ID()], after[attacker.co.ID()])) == 0 {
		t.Error("a lead has no effect")
	}
	s.want(t, 200, nil, "POST", address(), lead)
	s.want(t, 200, nil, "POST", good, lead) // it lives another day
	s.want(t, 204, boss, "DELETE", "/v1/connections/"+desk.ID, "")
	nothing("a removed connection", good)
}
