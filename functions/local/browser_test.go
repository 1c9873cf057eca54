package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/winback-auto/winback/internal/testkit/browser"
)

// pictures is a folder for what the browser shows, for whoever wants to look: PICTURES=folder.
var pictures = os.Getenv("PICTURES")

// desk is the local mode of a dealer to whom a lead has come.
type desk struct {
	testing.TB
	anonymous, admin, sales client
	address                 string // for leads
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	s := small(t)
	s.appURL = "https://app.winback.example"
	_, anonymous := up(t, s)
	d := &desk{TB: t, anonymous: anonymous}
	var err error
	if d.admin, err = anonymous.signIn(t.Context(), "admin@harbour.example"); err != nil {
		t.Fatal(err)
	}
	if d.sales, err = anonymous.signIn(t.Context(), "sales1@harbour.example"); err != nil {
		t.Fatal(err)
	}
	var yards struct{ Items []struct{ ID, Name string } }
	d.must(d.admin.get(t.Context(), "/v1/yards", &yards))
	var me struct{ ID string }
	d.must(d.sales.get(t.Context(), "/v1/me", &me))
	var sydney string
	for _, y := range yards.Items {
		if y.Name == "Sydney" {
			sydney = y.ID
		}
	}
	var made struct{ ID, Address string }
	d.must(d.admin.post(t.Context(), "/v1/connections", map[string]any{"name": "Carfinder", "api": "leads", "yards": []string{sydney}}, &made))
	d.must(d.admin.call(t.Context(), "POST", "/v1/connections/"+made.ID+"/rotate-webhook", "", nil, &made))
	d.address = strings.TrimPrefix(made.Address, anonymous.base)
	d.must(d.admin.post(t.Context(), "/v1/lead-rules", map[string]any{"name": "Everything", "recipients": []string{me.ID}}, nil))
	d.must(d.admin.post(t.Context(), "/v1/templates", map[string]any{
		"name": "First answer", "channel": "email", "subject": "Your {{vehicle.name|enquiry}}",
		"body": "Hello {{customer.firstName|there}},\n\nthank you for asking about our {{vehicle.name}}. It is still here, and I would be glad to show it to you.\nWhen may I call you?\n\nKind regards,\n{{user.name}}\n{{company.name}}, {{yard.name}}",
	}, &made))
	d.must(d.sales.post(t.Context(), "/v1/templates/"+made.ID+"/default", map[string]any{}, nil))
	return d
}

func (d *desk) must(err error) {
	d.Helper()
	if err != nil {
		d.Fatal(err)
	}
}

// arrive lets a lead come in and returns the links of the mail about it: to a reply, to colleagues by name, to the page.
func (d *desk) arrive(number int) (reply, proposed, all string) {
	d.Helper()
	lead := fmt.Sprintf(`<adf><prospect><id source="Carfinder">CF-%d</id><vehicle interest="buy" status="used"><year>2018</year><make>Mazda</make><model>CX-5 Maxx Sport</model><stock>M-%d</stock><price type="asking" currency="AUD">26990</price></vehicle>`+
		`<customer><contact><name part="full">Imogen Hale</name><email>imogen.hale@mail.example</email><phone type="cellphone">0491 570 110</phone></contact><comments>Is it still there? I could come and see it on Saturday morning.</comments></customer></prospect></adf>`, number, number)
	d.must(d.anonymous.call(d.Context(), "POST", d.address, "application/xml", strings.NewReader(lead), nil))
	d.must(d.anonymous.post(d.Context(), "/_local/drain", map[string]string{"timeout": "30s"}, nil))
	var box struct {
		Items []struct{ To, Text, HTML string }
	}
	d.must(d.anonymous.get(d.Context(), "/_local/outbox", &box))
	for _, m := range box.Items {
		if strings.Contains(m.To, "sales1@") {
			d.keep("mail", []byte(m.HTML), ".html")
			links := regexp.MustCompile(`http://\S+/l/\S+`).FindAllString(m.Text, -1)
			if len(links) < 3 {
				d.Fatalf("only %d links: %s", len(links), m.Text)
			}
			return links[0], links[1], links[len(links)-1]
		}
	}
	d.Fatal("no alert")
	return "", "", ""
}

// keep writes something down for whoever wants to look.
func (d *desk) keep(name string, what []byte, ending string) {
	d.Helper()
	if pictures != "" {
		d.must(os.WriteFile(filepath.Join(pictures, name+ending), what, 0o600))
	}
}

// TestThePagesBehindLinksInABrowser walks through the pages as their readers do, on a desk and on a phone: without scripts.
func TestThePagesBehindLinksInABrowser(t *testing.T) {
	d := newDesk(t)
	arrived := 0
	for n, screen := range map[string]browser.Screen{"desk": browser.Desk, "phone": browser.Phone, "dark": {Width: 390, Height: 844, Phone: true, Dark: true}} {
		t.Run(n, func(t *testing.T) {
			d := &desk{TB: t, anonymous: d.anonymous, admin: d.admin, sales: d.sales, address: d.address}
			page := browser.Open(t, screen)
			look := func(name string, wants ...string) {
				t.Helper()
				d.keep(n+"-"+name, page.Picture(), ".png")
				text := page.Text()
				for _, want := range wants {
					if !strings.Contains(text, want) {
						t.Errorf("%s does not say %q:\n%s", name, want, text)
					}
				}
				if wide := page.Ask("document.documentElement.scrollWidth > window.innerWidth"); wide != "false" {
					t.Errorf("%s is wider than the screen", name)
				}
				if small := page.Ask(`[...document.querySelectorAll("button, .people label, input[type=search]")].filter(e => e.getBoundingClientRect().height < 44).length`); small != "0" {
					t.Errorf("%s: %s places to tap are lower than 44 pixels", name, small)
				}
				if unnamed := page.Ask(`[...document.querySelectorAll("input:not([type=hidden]), textarea, button")].filter(e => !e.innerText && !(e.labels && e.labels.length)).length`); unnamed != "0" {
					t.Errorf("%s: %s fields have no label", name, unnamed)
				}
				if n := page.Ask(`document.querySelectorAll("script, h1, main").length + " " + document.documentElement.lang`); n != "2 en" {
					t.Errorf("%s: scripts, headings and mains: %s", name, n)
				}
			}
			arrived++
			reply, proposed, all := d.arrive(arrived)
			page.Visit(all)
			look("choose", "Assign lead", "2018 Mazda CX-5 Maxx Sport", "Imogen Hale", "Nobody has this lead yet.", "Notes for them")
			page.Press("button[type=submit]", false) // nobody is chosen: the browser itself asks for it
			if left := page.Ask("location.pathname.startsWith('/l/') && document.querySelectorAll('input[type=radio]:invalid').length > 0"); left != "true" {
				t.Error("nobody need be chosen")
			}
			page.Visit(proposed)
			look("assign", "Assign this lead to", "Choose somebody else")
			page.Press("textarea", false)
			page.Type("Knows the car. Please call before noon.")
			page.Press("button[type=submit]", true)
			look("assigned", "The lead is assigned", "has this lead now, and has been told.")
			page.Visit(all)
			look("owned", "has this lead.")
			page.Visit(reply)
			look("reply", "Reply to Imogen Hale?", "Your 2018 Mazda CX-5 Maxx Sport", "imogen.hale@mail.example")
			page.Press("button[type=submit]", true)
			look("sent", "Your reply is on its way")
			page.Visit(reply)
			look("sent-before", "You have replied from this mail already")
			page.Visit(all[:len(all)-4])
			look("not-valid", "This link is not valid", "Log in to Winback")
		})
	}
	mails(t, d, "imogen.hale@mail.example", 3)
}

// mails checks how many went to somebody.
func mails(t *testing.T, d *desk, to string, want int) {
	t.Helper()
	d.must(d.anonymous.post(t.Context(), "/_local/drain", map[string]string{"timeout": "30s"}, nil))
	var box struct{ Items []struct{ To string } }
	d.must(d.anonymous.get(t.Context(), "/_local/outbox", &box))
	got := 0
	for _, m := range box.Items {
		if strings.Contains(m.To, to) {
			got++
		}
	}
	if got != want {
		t.Errorf("%d mails to %s, want %d", got, to, want)
	}
}
