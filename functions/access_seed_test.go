package functions_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/company"
	"github.com/winback-auto/winback/internal/notify"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/ident"
)

// dealer is a company with two yards. Every text of its records carries its mark, every number its own digits.
type dealer struct {
	co     ident.Company
	code   string // of VINs and plates; none of its letters is in an id
	mark   string // of texts; that of a yard is longer
	digits string // of phone numbers
	yards  [2]string
	people map[string]*person
	staff  map[string]bool      // addresses of users
	ids    map[string][2]string // one of each kind, by yard
	spare  map[string][]string  // of kinds that cannot be made while nothing runs
	used   map[string]int       // of spare
	serial int                  // of what is unique
	latest string               // address of the user made last
	keys   []string             // of connections
	hook   string               // base URL of a management system that takes everything
}

// person is somebody who signs in, in one role.
type person struct {
	home  *dealer
	name  string // role, and /manager, and @2 for the second yard
	yard  int
	id    string
	email string
	token string
	told  string // a notice
}

func (p *person) String() string {
	if p == nil {
		return "nobody"
	}
	return p.name + " of " + p.home.co.ID()
}

// unique numbers what must not be twice.
func (d *dealer) unique() int { d.serial++; return d.serial }

// vin is a fresh VIN; a 9 at its end is kept for those that the partner cannot identify.
func (d *dealer) vin(place int) string {
	n := d.unique()
	return fmt.Sprintf("WAUZZZ%s%d%05d%d", d.code, place, n/9, n%9)
}

// seed founds the companies and lets them work through the interface, up to sightings and mails.
func (s *stage) seed(t *testing.T) {
	t.Helper()
	for i, code := range []string{"ALFU", "BRLU", "CHLU"} {
		digits := fmt.Sprintf("4915%d%d%d", i+1, i+1, i+1)
		s.dealers = append(s.dealers, &dealer{
			co: ident.Trusted([]string{"first-cars", "second-cars", "third-cars"}[i]), code: code, mark: "qz" + strings.ToLower(code), digits: digits,
			hook: s.hooks.URL, people: map[string]*person{}, staff: map[string]bool{}, ids: map[string][2]string{}, spare: map[string][]string{}, used: map[string]int{},
		})
	}
	s.watch.canaries = map[string][]string{}
	for _, d := range s.dealers {
		s.watch.canaries[d.co.ID()] = []string{d.mark, d.digits + "00", "wauzzz" + strings.ToLower(d.code), "qz" + strings.ToLower(d.code[:3])}
	}
	for _, d := range s.dealers {
		s.found(t, d)
		s.hire(t, d)
		s.fillBooks(t, d)
	}
	s.advance(t, 3*time.Minute)
	for _, d := range s.dealers {
		s.sight(t, d)
	}
	s.advance(t, 3*time.Minute)
	for _, d := range s.dealers {
		s.collect(t, d)
	}
}

// found makes the company with its yards, and connections to the partner.
func (s *stage) found(t *testing.T, d *dealer) {
	t.Helper()
	profile := company.Company{Name: d.mark, Country: "AU", TimeZone: "Australia/Sydney", Language: "en-AU", Features: company.Features{Prospects: true, DMS: true}}
	boss := access.User{First: d.mark, Last: d.mark, Email: "boss." + d.mark + "@mail.example", Notify: access.Notify{Email: true, InApp: true}}
	if err := company.Create(t.Context(), s.host.Deps(), company.Founding{ID: d.co, Company: profile, Admin: boss}); err != nil {
		t.Fatal(err)
	}
	first := &person{home: d, name: "boss", email: boss.Email}
	d.staff[boss.Email] = true
	d.people["boss"] = first
	s.signIn(t, first)
	for i := range d.yards {
		first.yard = i
		d.yards[i] = s.want(t, 201, first, "POST", "/v1/yards", s.fill(t, first, newYard, nil, true)).id(t)
		key := d.key()
		id := s.want(t, 201, first, "POST", "/v1/connections", fmt.Sprintf(`{"name":%q,"api":"autograb","yards":[%q],"key":%q}`, d.mark, d.yards[i], key)).id(t)
		d.keys = append(d.keys, key)
		d.put("connection", i, id)
	}
	first.yard = 0
}

func (d *dealer) key() string { return fmt.Sprintf("sec_%s_%06d", d.mark, d.unique()) }

func (d *dealer) put(kind string, yard int, id string) {
	both := d.ids[kind]
	both[yard] = id
	d.ids[kind] = both
}

// signIn gets somebody a token.
func (s *stage) signIn(t *testing.T, p *person) {
	t.Helper()
	var answer struct{ Token string }
	s.want(t, 200, nil, "POST", "/_local/token", fmt.Sprintf(`{"email":%q,"ttl":"24h"}`, p.email)).into(t, &answer)
	p.token = answer.Token
	s.secrets = append(s.secrets, answer.Token)
}

// hire gives every role to somebody, and to a manager, in the first yard, and to another manager in the second.
func (s *stage) hire(t *testing.T, d *dealer) {
	t.Helper()
	boss := d.people["boss"]
	for _, role := range append(slices.Clone(accessRoles), "disabled") {
		for _, name := range []string{role, role + "/manager", role + "@2"} {
			p := &person{home: d, name: name}
			if strings.HasSuffix(name, "@2") {
				p.yard = 1
			}
			boss.yard = p.yard
			p.id = s.want(t, 201, boss, "POST", "/v1/users", s.fill(t, boss, newUser, nil, true)).id(t)
			p.email = d.latest
			d.people[name], d.staff[p.email] = p, true
			s.signIn(t, p)
			body := map[string]string{
				"admin":     `{"role":"admin","users":[{"id":%q,"manager":%t}]}`,
				"leads":     `{"role":"manage_leads","users":[{"id":%q,"manager":%t}],"yards":[%q]}`,
				"prospects": `{"role":"manage_prospects","users":[{"id":%q,"manager":%t}],"yards":[%q]}`,
				"recapture": `{"role":"autograb_customer_recapture","users":[{"id":%q,"manager":%t}],"yards":[%q],"attributes":{"lookUpVin":true,"notify":"both"}}`,
				"maker":     `{"role":"autograb_customer_recapture","users":[{"id":%q,"manager":%t}],"yards":[%q],"attributes":{"createLeadOrProspect":true,"notify":"both"}}`,
				"valuers":   `{"role":"autograb","users":[{"id":%q,"manager":%t}],"yards":[%q]}`,
				"dms":       `{"role":"dms","users":[{"id":%q,"manager":%t}]}`,
				"disabled":  `{"role":"admin","users":[{"id":%q,"manager":%t}]}`,
			}[role]
			if body == "" {
				continue
			}
			args := []any{p.id, name != role}
			if strings.Count(body, "%q") > 1 {
				args = append(args, d.yards[p.yard])
			}
			d.put("role", p.yard, s.want(t, 201, boss, "POST", "/v1/roles", fmt.Sprintf(body, args...)).id(t))
		}
	}
	d.ids["user"] = [2]string{d.people["leads"].id, d.people["leads@2"].id}
	for i := range d.yards {
		boss.yard = i
		d.put("rule", i, s.want(t, 201, boss, "POST", "/v1/lead-rules", s.fill(t, boss, newRule, nil, true)).id(t))
	}
	boss.yard = 0
	s.want(t, 201, boss, "POST", "/v1/roles", `{"role":"allow_close_to_prospects"}`)
}

// fillBooks makes records of every kind in both yards.
func (s *stage) fillBooks(t *testing.T, d *dealer) {
	t.Helper()
	for yard, suffix := range []string{"", "@2"} {
		post := func(role, kind, path, body string) {
			who := d.people[role+suffix]
			d.put(kind, yard, s.want(t, 201, who, "POST", path, s.fill(t, who, body, nil, true)).id(t))
		}
		post("admin", "template", "/v1/templates", newTemplate)
		post("admin", "group", "/v1/groups", newGroup)
		post("admin", "endpoint", "/v1/dms/endpoints", newEndpoint)
		for range 3 { // lists have more than a page of one
			post("leads", "customer", "/v1/customers", newCustomer)
			post("leads", "lead", "/v1/leads", wantedLead)
			lead := d.ids["lead"][yard]
			post("leads", "appointment", "/v1/leads/"+lead+"/events", newEvent)
			d.put("appointment", yard, lead+"/events/"+d.ids["appointment"][yard])
			d.put("letter", yard, lead+"/letters/"+s.answered(t, d.people["leads"+suffix], lead))
			post("leads", "appraisal", "/v1/appraisals", newValued)
			for _, role := range []string{"prospects", "prospects/manager"} {
				if suffix == "" || role == "prospects" {
					post(role, "prospect", "/v1/prospects", newProspect)
				}
			}
		}
		maker := d.people["maker"+suffix]
		for _, batch := range []string{"batch", "second batch"} {
			var list strings.Builder
			list.WriteString("vin,make,model,year,customer_first_name,customer_last_name,customer_email,customer_mobile,reference\r\n")
			for range 20 {
				list.WriteString(s.fill(t, maker, "<vin>,<ymark>,<ymark>,2019,<mark>,<mark>,<email>,<phone>,<ymark>\r\n", nil, true))
			}
			for range 12 {
				list.WriteString(s.fill(t, maker, "<refused vin>,<ymark>,<ymark>,2019,<mark>,<mark>,<email>,<phone>,<ymark>\r\n", nil, true))
			}
			for range 3 {
				list.WriteString(s.fill(t, maker, "BROKEN,<ymark>,<ymark>,2019,<mark>,<mark>,<email>,<phone>,<ymark>\r\n", nil, true))
			}
			d.put(batch, yard, s.want(t, 202, maker, "POST", "/v1/recaptures/uploads?yard="+d.yards[yard], list.String()).id(t))
		}
	}
	for _, p := range d.people {
		if p.id == "" {
			continue
		}
		for n := range 2 { // the first is the one to be read
			p.told = ident.Of("told", d.co.ID(), p.id, fmt.Sprint(n))
			places, notice := notify.Tell(d.co, notify.Notice{
				ID: p.told, User: access.UserID(p.id), Kind: notify.Sighting, Title: d.mark, Text: d.mark, Facts: []notify.Fact{{Label: notify.Customer, Value: d.mark}},
				About: notify.About{Type: "recapture", ID: "none"}, At: s.wall.Now(),
			})
			s.commit(t, append(places, notice))
		}
	}
}

// sight lets the partner push a sighting of every watched vehicle.
func (s *stage) sight(t *testing.T, d *dealer) {
	t.Helper()
	pushed := 0
	for _, key := range d.keys {
		addresses := s.partner.addresses(key)
		if len(addresses) != 1 {
			t.Fatalf("%s has %d addresses", key, len(addresses))
		}
		s.secrets = append(s.secrets, strings.TrimPrefix(hookPath(addresses[0]), company.HookPath))
		for ref := range s.partner.accounts[key].watched {
			s.want(t, 204, nil, "POST", hookPath(addresses[0]), pushBody(ref))
			pushed++
		}
	}
	if pushed != 80 {
		t.Fatalf("%d vehicles of %s are watched", pushed, d.co)
	}
}

func pushBody(ref string) string {
	return fmt.Sprintf(`{"event":"recapture_new","region":"au","sent_at":"2026-11-22T11:58:00Z","customer":{"id":%q,"sightings":[{"at":"2026-11-22T11:00:00Z","lead_id":"lst-1"}]}}`, ref)
}

// hookPath is the path of an address that the partner pushes to.
func hookPath(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		panic(err)
	}
	return u.Path
}

// collect finds the recaptures that have come of the lists.
func (s *stage) collect(t *testing.T, d *dealer) {
	t.Helper()
	for yard, suffix := range []string{"", "@2"} {
		for kind, status := range map[string]string{"recapture": "new_sighting", "errored": "errored"} {
			ids, _ := s.want(t, 200, d.people["maker"+suffix], "GET", "/v1/recaptures?limit=200&status="+status, "").page(t)
			if len(ids) < 24 {
				t.Fatalf("%s has %d recaptures %s in yard %d", d.co, len(ids), status, yard)
			}
			d.put(kind, yard, ids[0])
			if yard == 0 {
				d.spare[kind] = ids[1:]
			}
		}
	}
	for _, p := range d.people {
		if p.id == "" {
			continue
		}
		ids, _ := s.want(t, 200, p, "GET", "/v1/notifications", "").page(t)
		if len(ids) < 2 {
			t.Fatalf("%v has %d notifications", p, len(ids))
		}
		p.told = ids[0]
	}
}
