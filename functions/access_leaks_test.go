package functions_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/mail"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/winback-auto/winback/internal/platform/table"
)

// leaks knows what belongs to whom: texts that only one company has (canaries), and the ids of its records. It collects
// every place where something stands that does not belong there.
type leaks struct {
	canaries map[string][]string // by company, in lower case; fixed before the first request
	owner    map[string]string   // company by id; fixed by learn

	mu      sync.Mutex
	found   []string
	checked int
}

// idLength is how long every id is.
const idLength = 26

// idShape is how every id looks.
var idShape = regexp.MustCompile(`\b[0-9A-HJKMNP-TV-Z]{26}\b`)

// eachID calls do for everything in a text that may be an id.
func eachID(text string, do func(id string)) {
	run := 0
	for i := 0; i <= len(text); i++ {
		if i < len(text) && (text[i] >= '0' && text[i] <= '9' || text[i] >= 'A' && text[i] <= 'Z') {
			run++
			continue
		}
		if run == idLength {
			do(text[i-idLength : i])
		}
		run = 0
	}
}

func (l *leaks) report(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.found) < 100 {
		l.found = append(l.found, fmt.Sprintf(format, args...))
	}
}

// place is where a text, and lower, which is the same in lower case, holds a canary; -1 if nowhere. In ids chance writes
// every few letters sooner or later, so a canary within one is none.
func place(text, lower, canary string) int {
	for from := 0; ; {
		i := strings.Index(lower[from:], canary)
		if i < 0 {
			return -1
		}
		i += from
		if len(lower) != len(text) || !withinID(text, i) {
			return i
		}
		from = i + 1
	}
}

// withinID reports whether a byte of a text belongs to something that looks like an id.
func withinID(text string, at int) bool {
	letter := func(i int) bool { return text[i] >= '0' && text[i] <= '9' || text[i] >= 'A' && text[i] <= 'Z' }
	first, end := at, at
	for first > 0 && letter(first-1) {
		first--
	}
	for end < len(text) && letter(end) {
		end++
	}
	return end-first == idLength
}

// foreign looks for what belongs to companies other than home; none for nobody's. Ids that the asker has supplied may come
// back.
func (l *leaks) foreign(home, where, text, asked string) {
	l.mu.Lock()
	l.checked++
	l.mu.Unlock()
	lower := strings.ToLower(text)
	for company, canaries := range l.canaries {
		if company == home {
			continue
		}
		for _, canary := range canaries {
			if place(text, lower, canary) >= 0 {
				l.report("%s holds %q of %s: %.300s", where, canary, company, text)
			}
		}
	}
	eachID(text, func(id string) {
		if owner := l.owner[id]; owner != "" && owner != home && !strings.Contains(asked, id) {
			l.report("%s holds the id %s of %s: %.300s", where, id, owner, text)
		}
	})
}

// personal looks for personal data and secrets of any company, which have no business in logs and messages.
func (l *leaks) personal(where, text string) {
	lower := strings.ToLower(text)
	for company, canaries := range l.canaries {
		for _, canary := range canaries {
			if i := place(text, lower, canary); i >= 0 {
				l.report("%s holds %q of %s: …%s…", where, canary, company, text[max(0, i-150):min(len(text), i+150)])
			}
		}
	}
}

// learn notes whose every id is, from all that is stored, and that no id is two companies'.
func (s *stage) learn(t *testing.T) {
	t.Helper()
	owner := map[string]string{}
	for _, item := range s.items(t) {
		company := companyIn(item)
		if company == "" {
			continue
		}
		eachID(item.Partition+" "+item.Sort+" "+string(item.Body), func(id string) {
			if other := owner[id]; other != "" && other != company {
				t.Errorf("the id %s is %s's and %s's: %s %s", id, other, company, item.Partition, item.Sort)
			}
			owner[id] = company
		})
	}
	if len(owner) < 600 {
		t.Errorf("%d ids are known", len(owner))
	}
	s.watch.owner = owner
}

// companyIn is whose an item is; empty for the doors, which lead to a company.
func companyIn(item table.Item) string {
	first := table.Split(item.Partition)[0]
	if slices.Contains(table.Doors(), table.Door(first)) {
		return ""
	}
	return first
}

// state is what every company has, each record with its content; doors count as nobody's.
func state(items []table.Item) map[string]map[table.Key]string {
	all := map[string]map[table.Key]string{}
	for _, item := range items {
		company := companyIn(item)
		if all[company] == nil {
			all[company] = map[table.Key]string{}
		}
		all[company][item.Key] = fmt.Sprintf("%s v%d %s %v %v", item.Kind, item.Version, item.Body, item.Pending, item.Expires)
	}
	return all
}

// differences are the records that are not as they were.
func differences(before, after map[table.Key]string) (keys []string) {
	union := maps.Clone(before)
	maps.Copy(union, after)
	for key := range union {
		if before[key] != after[key] {
			keys = append(keys, fmt.Sprintf("%s %s: %.200s → %.200s", key.Partition, key.Sort, before[key], after[key]))
		}
	}
	slices.Sort(keys)
	return keys
}

// stored looks through all that is stored: the records of a company hold nothing of another one.
func (s *stage) stored(t *testing.T) {
	t.Helper()
	records := map[string]int{}
	for _, item := range s.items(t) {
		company := companyIn(item)
		records[company]++
		text := item.Partition + " " + item.Sort + " " + string(item.Body)
		for _, m := range item.Pending {
			text += " " + string(m.Body)
		}
		if company == "" {
			s.watch.personal("a door", text)
			continue
		}
		s.watch.foreign(company, "the record "+item.Partition+" "+item.Sort, text, "")
	}
	for _, d := range s.dealers {
		if records[d.co.ID()] < 500 {
			t.Errorf("%s has %d records: there is nothing to find", d.co, records[d.co.ID()])
		}
	}
	t.Logf("records: %v", records)
}

// toCustomers are the kinds of mails and text messages that go to customers; all others go to users.
var toCustomers = []string{"lead", "prospect"}

// reached says whose an address or number is: of a company's users, and of its customers.
func (s *stage) reached(t *testing.T) (users, customers map[string]string) {
	t.Helper()
	users, customers = map[string]string{}, map[string]string{}
	for _, d := range s.dealers {
		for address := range d.staff {
			users[address] = d.co.ID()
		}
	}
	for _, item := range s.items(t) {
		if item.Kind != "customer" {
			continue
		}
		var c struct{ Email, Mobile, Phone string }
		if err := json.Unmarshal(item.Body, &c); err != nil {
			t.Fatal(err)
		}
		for _, at := range []string{c.Email, c.Mobile, c.Phone} {
			customers[at] = companyIn(item)
		}
	}
	return users, customers
}

// mails looks through the outgoing mail and text messages: each is to a user, or one that somebody has sent a customer is to a
// customer, of one company, and holds nothing of another.
func (s *stage) mails(t *testing.T) {
	t.Helper()
	var box struct {
		Items []struct{ ID, Channel, To, Kind string }
	}
	s.want(t, 200, nil, "GET", "/_local/outbox", "").into(t, &box)
	byCompany, byKind := map[string]int{}, map[string]int{}
	users, customers := s.reached(t)
	for _, m := range box.Items {
		to := m.To
		if m.Channel == "email" {
			address, err := mail.ParseAddress(m.To)
			if err != nil {
				t.Fatal(err)
			}
			to = address.Address
		}
		home := users[to]
		if slices.Contains(toCustomers, m.Kind) {
			home = customers[to]
		}
		if home == "" {
			t.Errorf("a message of the kind %s to %s, who is not to get it", m.Kind, m.To)
			continue
		}
		byCompany[home]++
		byKind[m.Channel+" "+m.Kind]++
		s.watch.foreign(home, "a message to "+m.To, s.want(t, 200, nil, "GET", "/_local/outbox/"+m.ID+"/raw", "").body, "")
	}
	for _, d := range s.dealers {
		if byCompany[d.co.ID()] == 0 {
			t.Errorf("%s has no mails: there is nothing to find", d.co)
		}
	}
	for _, what := range []string{"email prospect", "sms prospect"} {
		if byKind[what] == 0 {
			t.Errorf("there is no %s", what)
		}
	}
	t.Logf("messages: %v, %v", byCompany, byKind)
}

// lines looks through the log: ids only, of anybody.
func (s *stage) lines(t *testing.T) {
	t.Helper()
	log := s.log.String()
	n := strings.Count(log, "\n")
	if n < 2000 {
		t.Errorf("the log has %d lines: there is nothing to find", n)
	}
	s.watch.personal("the log", log)
	for _, secret := range s.secrets {
		if i := strings.Index(log, secret); i >= 0 {
			s.watch.report("the log holds a token: …%s…", log[max(0, i-200):i])
		}
	}
	if i := strings.Index(log, "@"); i >= 0 {
		s.watch.report("the log holds an address: …%s…", log[max(0, i-200):min(len(log), i+50)])
	}
	t.Logf("log: %d lines, %d tokens looked for", n, len(s.secrets))
}

func TestACanaryIsFoundButNotWithinAnID(t *testing.T) {
	for text, want := range map[string]int{
		"EBEGK7GKQZALFD64LT6Z5OXRHS": -1, "the rego QZALF0001": 9, "qzalfu": 0, "EBEGK7GKQZALFD64LT6Z5OXRHS QZALF0001": 27, "nothing": -1, "QZALF": 0,
	} {
		if got := place(text, strings.ToLower(text), "qzalf"); got != want {
			t.Errorf("%s: at %d, want %d", text, got, want)
		}
	}
}
