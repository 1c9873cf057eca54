package functions_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/winback-auto/winback/internal/platform/table"
)

// placeholder stands for a value or an id in a request.
var placeholder = regexp.MustCompile(`<\+?[a-z ]+>`)

// recordKinds are the kinds of ids that belong to a yard, or to one user; settings and customers are the whole company's.
var recordKinds = []string{"lead", "letter", "appointment", "appraisal", "prospect", "contested", "recapture", "errored", "batch", "second batch", "notice"}

// idKinds are all kinds of ids.
var idKinds = append([]string{"customer", "connection", "role", "rule", "user", "self", "colleague", "yard", "template", "group", "endpoint"}, recordKinds...)

// kindOf is the kind of id that a placeholder stands for; empty for a value.
func kindOf(place string) string {
	kind := strings.TrimPrefix(strings.Trim(place, "<>"), "+")
	if slices.Contains(idKinds, kind) {
		return kind
	}
	return ""
}

// spots are the kinds of the ids in a text, in order.
func spots(text string) (kinds []string) {
	for _, place := range placeholder.FindAllString(text, -1) {
		if kind := kindOf(place); kind != "" {
			kinds = append(kinds, kind)
		}
	}
	return kinds
}

// fill puts values in the place of placeholders: those of the caller's company and yard, unless swap has another one for
// the n-th id. Where fresh is false, what nobody has touched (<+lead>) may be something known.
func (s *stage) fill(t *testing.T, who *person, text string, swap func(n int, kind string) string, fresh bool) string {
	t.Helper()
	n := -1
	return placeholder.ReplaceAllStringFunc(text, func(place string) string {
		kind := kindOf(place)
		if kind == "" {
			return who.value(t, place)
		}
		n++
		if swap != nil {
			if id := swap(n, kind); id != "" {
				return id
			}
		}
		if fresh && place[1] == '+' {
			return s.fresh(t, who, kind)
		}
		return who.known(t, kind)
	})
}

// value is a text or a number that the caller's company alone has.
func (p *person) value(t *testing.T, place string) string {
	t.Helper()
	d := p.home
	switch place {
	case "<mark>":
		return d.mark
	case "<ymark>":
		return d.yardMark(p.yard)
	case "<vin>":
		return d.vin(p.yard + 1)
	case "<cvin>":
		return d.vin(0)
	case "<refused vin>":
		return fmt.Sprintf("WAUZZZ%s%d%05d9", d.code, p.yard+1, d.unique())
	case "<rego>":
		return fmt.Sprintf("QZ%s%04d", d.code[:3], d.unique())
	case "<phone>":
		return fmt.Sprintf("+%s%06d", d.digits, d.unique()%1_000_000)
	case "<email>":
		d.latest = fmt.Sprintf("%s.%d@mail.example", d.mark, d.unique())
		return d.latest
	case "<last email>":
		return d.latest
	case "<number>":
		return fmt.Sprint(d.unique())
	case "<key>":
		return d.key()
	case "<hook>":
		return d.hook
	}
	t.Fatalf("nothing stands for %s", place)
	return ""
}

// yardMark is the mark of what belongs to a yard.
func (d *dealer) yardMark(yard int) string { return d.mark + []string{"yardone", "yardtwo"}[yard] }

// known is the id of something that the caller may see.
func (p *person) known(t *testing.T, kind string) string {
	t.Helper()
	switch kind {
	case "self":
		return p.id
	case "colleague": // who works on prospects
		return p.home.people["prospects"+[]string{"", "@2"}[p.yard]].id
	case "notice":
		return p.told
	case "yard":
		return p.home.yards[p.yard]
	}
	if kind == "contested" {
		kind = "prospect"
	}
	id := p.home.ids[kind][p.yard]
	if id == "" {
		t.Fatalf("%v knows no %s", p, kind)
	}
	return id
}

// fresh is the id of something made for this call.
func (s *stage) fresh(t *testing.T, who *person, kind string) string {
	t.Helper()
	d := who.home
	suffix := []string{"", "@2"}[who.yard]
	made := func(as *person, path, body string) string {
		t.Helper()
		return s.want(t, 201, as, "POST", path, s.fill(t, as, body, nil, true)).id(t)
	}
	switch kind {
	case "customer":
		id := made(d.people["leads"+suffix], "/v1/customers", newCustomer)
		for range 2 { // something is lodged against them
			s.want(t, 201, d.people["leads"+suffix], "POST", "/v1/leads", fmt.Sprintf(`{"customer":%q}`, id))
		}
		return id
	case "lead":
		return made(d.people["leads"+suffix], "/v1/leads", wantedLead)
	case "appointment": // with its lead, as paths have them
		lead := made(d.people["leads"+suffix], "/v1/leads", wantedLead)
		return lead + "/events/" + made(d.people["leads"+suffix], "/v1/leads/"+lead+"/events", newEvent)
	case "appraisal":
		return made(d.people["leads"+suffix], "/v1/appraisals", newValued)
	case "prospect":
		return made(who, "/v1/prospects", newProspect)
	case "contested":
		return s.contested(t, who)
	case "endpoint":
		return made(d.people["boss"], "/v1/dms/endpoints", newEndpoint)
	case "recapture", "errored":
		n := d.used[kind+suffix]
		d.used[kind+suffix]++
		if who.yard == 0 && n < len(d.spare[kind]) {
			return d.spare[kind][n]
		}
		if who.yard == 1 {
			return who.known(t, kind)
		}
		t.Fatalf("no %s is left of %d", kind, n)
	case "yard":
		return made(d.people["boss"], "/v1/yards", newYard)
	case "user":
		return made(d.people["boss"], "/v1/users", newUser)
	case "role":
		return made(d.people["boss"], "/v1/roles", newRole)
	case "rule":
		return made(d.people["boss"], "/v1/lead-rules", newRule)
	case "template":
		return made(d.people["boss"], "/v1/templates", newTemplate)
	case "group":
		return made(d.people["boss"], "/v1/groups", newGroup)
	case "connection":
		return made(d.people["boss"], "/v1/connections", `{"name":"<mark>","api":"autograb","yards":["<+yard>"],"key":"<key>"}`)
	}
	return who.known(t, kind)
}

func (s *stage) commit(t *testing.T, ops []table.Op) {
	t.Helper()
	if err := s.host.Deps().Commit(t.Context(), ops...); err != nil {
		t.Fatal(err)
	}
}

// contested is a prospect whose notes somebody has written and the DMS has written otherwise since.
func (s *stage) contested(t *testing.T, who *person) string {
	t.Helper()
	d, number := who.home, who.home.unique()
	hand := func(version int) string {
		var done struct{ Items []struct{ Prospect string } }
		s.want(t, 200, d.people["boss"], "POST", "/v1/dms/prospects", fmt.Sprintf(
			`{"prospects":[{"id":"c%d","version":%d,"yard":%q,"user":%q,"due":"2026-11-25T09:00:00Z","notes":"%s %d","customer":{"last":%q}}]}`,
			number, version, d.yards[who.yard], who.id, d.yardMark(who.yard), version, d.mark)).into(t, &done)
		return done.Items[0].Prospect
	}
	id := hand(1)
	s.want(t, 200, who, "PATCH", "/v1/prospects/"+id, fmt.Sprintf(`{"notes":%q}`, d.yardMark(who.yard)))
	return hand(2)
}
