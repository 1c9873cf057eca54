package lead_test

import (
	"net/mail"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/winback-auto/winback/internal/lead"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/testkit/dealership"
)

const replies = "replies.winback.example"

// nameOf is the name in an address of a lead.
func nameOf(t *testing.T, address string) string {
	t.Helper()
	names := lead.Mailboxes(address, replies, 5)
	if len(names) != 1 {
		t.Fatalf("%q has the names %v", address, names)
	}
	return names[0]
}

func TestALeadHasOneAddressForGood(t *testing.T) {
	w := open(t)
	w.Site.Replies = replies
	id, other := lead.ID(enter(t, w, dealership.Sydney, `{`+ann+`}`)), lead.ID(enter(t, w, dealership.Sydney, `{`+ann+`}`))
	var made []string
	var mu sync.Mutex
	var all sync.WaitGroup
	for range 8 { // several mails at once
		all.Go(func() {
			address, err := lead.Address(t.Context(), w.Deps, dealership.Harbour, id)
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			made = append(made, address)
		})
	}
	all.Wait()
	slices.Sort(made)
	if made = slices.Compact(made); len(made) != 1 {
		t.Fatalf("the addresses %v", made)
	}
	local, domain, _ := strings.Cut(made[0], "@")
	if domain != replies || len(local) > 64 || local != strings.ToLower(local) || strings.Contains(local, strings.ToLower(string(id))) {
		t.Errorf("the address %s", made[0])
	}
	if _, err := mail.ParseAddress(made[0]); err != nil {
		t.Error(err)
	}
	co, found, err := lead.ByMailbox(t.Context(), w.Deps, strings.ToUpper(nameOf(t, made[0])))
	if err != nil || co != dealership.Harbour || found != id {
		t.Errorf("it leads to %s of %s, %v", found, co, err)
	}
	if second, err := lead.Address(t.Context(), w.Deps, dealership.Harbour, other); err != nil || second == made[0] {
		t.Errorf("another lead has %s, %v", second, err)
	}
}

func TestOnlyAnAddressThatWasMadeLeadsAnywhere(t *testing.T) {
	w := open(t)
	w.Site.Replies = replies
	id := lead.ID(enter(t, w, dealership.Sydney, `{`+ann+`}`))
	address, err := lead.Address(t.Context(), w.Deps, dealership.Harbour, id)
	if err != nil {
		t.Fatal(err)
	}
	name := nameOf(t, address)
	for _, wrong := range []string{"", name[1:], name + "a", "b" + name[1:], strings.Repeat("a", 26), strings.ToLower(string(id)), strings.Repeat("ſ", 13)} {
		if wrong == name {
			continue
		}
		if _, found, err := lead.ByMailbox(t.Context(), w.Deps, wrong); !errs.Is(err, errs.NotFound) {
			t.Errorf("%q leads to %q, %v", wrong, found, err)
		}
	}
}

func TestWhereNoMailsComeInALeadHasNoAddress(t *testing.T) {
	w := open(t)
	id := lead.ID(enter(t, w, dealership.Sydney, `{`+ann+`}`))
	if address, err := lead.Address(t.Context(), w.Deps, dealership.Harbour, id); address != "" || err != nil {
		t.Errorf("%q, %v", address, err)
	}
}

func TestAddressesOfLeadsAreFoundInHeaders(t *testing.T) {
	const a, b = "abcdefghijklmnopqrstuvwx27", "77777777777777777777777777"
	for header, want := range map[string][]string{
		"lead-" + a + "@" + replies: {a},
		`"Sam, the seller" <LEAD-` + strings.ToUpper(a) + `@Replies.Winback.Example>`: {a},
		"x@y.example, <lead-" + a + "@" + replies + ">,lead-" + b + "@" + replies:     {a, b},
		"from x by y for lead-" + a + "@" + replies + "; Tue":                         {a},
		"lead-" + a + "@" + replies + " lead-" + a + "@" + replies:                    {a},
		"lead-" + a + "@" + replies + ".evil.example":                                 nil,
		"lead-" + a + "@evil.example":                                                 nil,
		"mislead-" + a + "@" + replies:                                                nil,
		"lead-" + a[1:] + "@" + replies:                                               nil,
		"lead-" + a + "b@" + replies:                                                  nil,
		"lead-" + strings.Replace(a, "a", "0", 1) + "@" + replies:                     nil,
		"": nil,
		strings.Repeat("lead-"+a+"@"+replies+",", 1000) + "lead-" + b + "@" + replies:      {a},
		"lead-" + a + "@" + replies + "\n lead-" + strings.Repeat("b", 26) + "@" + replies: {a, strings.Repeat("b", 26)},
	} {
		if got := lead.Mailboxes(header, replies, 5); !slices.Equal(got, want) {
			t.Errorf("%.80q has %v, want %v", header, got, want)
		}
	}
	if got := lead.Mailboxes("lead-"+a+"@", "", 5); got != nil {
		t.Errorf("without a domain: %v", got)
	}
}

func TestAnswersToEveryMailToTheCustomerGoToTheLead(t *testing.T) {
	w, sent, id, template, _ := writing(t)
	w.Site.Replies = replies
	w.Serve(lead.API(watching))
	wanting(t, w, dealership.Sydney)
	w.Want(t, 201, dealership.Sydney, "POST", "/v1/leads/"+id+"/reply", `{"template": "`+template+`"}`)
	w.Want(t, 201, dealership.Sydney, "POST", "/v1/leads/"+id+"/reply", `{"subject": "And", "body": "Another thing."}`)
	w.Want(t, 201, dealership.Sydney, "POST", "/v1/leads/"+id+"/events", `{"title": "Test drive", "start": "2026-11-24T03:00:00Z", "invite": ["customer", "owner"]}`)
	deliver(t, w)
	if len(sent.mails) != 4 {
		t.Fatalf("%d mails", len(sent.mails))
	}
	var to []string
	for _, m := range sent.mails {
		if strings.Contains(m.To, "ann@mail.example") {
			to = append(to, m.ReplyTo)
		} else if m.ReplyTo != `"sydneyman" <sydneyman@mail.example>` {
			t.Errorf("a colleague answers to %s", m.ReplyTo)
		}
	}
	if to = slices.Compact(to); len(to) != 1 || !strings.HasPrefix(to[0], `"sydneyman" <lead-`) {
		t.Fatalf("the customer answers to %v", to)
	}
	if _, found, err := lead.ByMailbox(t.Context(), w.Deps, nameOf(t, to[0])); string(found) != id || err != nil {
		t.Errorf("which leads to %s, %v", found, err)
	}
}
