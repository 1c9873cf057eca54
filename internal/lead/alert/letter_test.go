package alert_test

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/net/html"

	"github.com/winback-auto/winback/internal/lead"
	"github.com/winback-auto/winback/internal/lead/enquiry"
	"github.com/winback-auto/winback/internal/lead/rule"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/testkit/dealership"
	"github.com/winback-auto/winback/internal/testkit/golden"
)

func TestTheMailsLookAsTheyAlwaysDid(t *testing.T) {
	w := newWorld(t)
	w.rule(rule.Rule{Mode: rule.AssignSingle, Recipients: []access.UserID{dealership.Sydney}})
	w.standard(dealership.Sydney, "Hello {{customer.firstName|there}},\n\nthank you for asking about our {{vehicle.name}}. When may I call you?\n\n{{user.name}}, {{company.name}}")
	w.arrive(ask(1), "sydney")
	other := ask(2)
	other.Customer = ask(1).Customer
	other.Vehicle.Make, other.Vehicle.Model = "Kia", "Rio"
	w.arrive(other, "sydney")
	bare := enquiry.Enquiry{ID: "x", Customer: enquiry.Customer{Name: enquiry.Name{Full: "Eva Novák"}, Email: "eva@mail.example"}}
	w.arriveAt(dealership.Nordlicht, bare, "kiel")
	mails := w.outbox()
	if len(mails) != 3 {
		t.Fatalf("%d mails", len(mails))
	}
	for i, name := range []string{"bare.de", "others.en", "assigned.en"} {
		golden.Compare(t, "testdata/"+name+".html", []byte(mails[i].HTML))
		golden.Compare(t, "testdata/"+name+".txt", []byte(mails[i].Text))
	}
}

func TestAMailNamesAtMostTwentyColleaguesAndLinksToAll(t *testing.T) {
	w := newWorld(t)
	var members []access.Member
	for n := range 30 {
		members = append(members, access.Member{User: access.UserID(fmt.Sprintf("colleague%02d", n))})
	}
	w.Fill(t, dealership.Harbour, access.ManageLeads, []string{"sydney"}, members...)
	w.rule(rule.Rule{Recipients: []access.UserID{dealership.Sydney}})
	w.arrive(ask(1), "sydney")
	m := w.outbox()[0]
	if named := strings.Count(m.Text, "?user="); named != 20 || strings.Count(m.HTML, "?user=") != 20 {
		t.Errorf("%d are named", named)
	}
	if !strings.Contains(m.Text, "Search all 33 colleagues:\nhttps://api.winback.example/l/") {
		t.Error(m.Text)
	}
	if strings.Contains(m.Text, "Bo Ek") {
		t.Error("somebody of another yard is named")
	}
}

func TestWhereThereIsNoDefaultTheMailSaysSo(t *testing.T) {
	w := newWorld(t)
	w.rule(rule.Rule{Recipients: []access.UserID{dealership.Sydney}})
	w.arrive(ask(1), "sydney")
	if m := w.outbox()[0]; !strings.Contains(m.Text, "You have no default response") || !strings.Contains(m.HTML, "You have no default response") {
		t.Error(m.Text)
	}
	silent := ask(2)
	silent.Customer.Email = ""
	w.arrive(silent, "sydney")
	if m := w.outbox()[0]; strings.Contains(m.Text, "default response") {
		t.Error("a reply to somebody without an address is offered")
	}
}

func TestOtherOpenLeadsAreShownAsFarAsTheReaderMaySeeThem(t *testing.T) {
	w := newWorld(t)
	w.rule(rule.Rule{Recipients: []access.UserID{dealership.Sydney, dealership.Melbourne}})
	first := ask(1)
	first.Vehicle.Make = "Kia"
	w.arrive(first, "melbourne")
	w.arrive(ask(1+26), "melbourne") // somebody else's
	second := ask(2)
	second.Customer = first.Customer
	w.arrive(second, "sydney")
	if m := w.outbox()[0]; strings.Contains(m.Text, "Other open leads") {
		t.Errorf("%s sees a lead of another yard", m.To)
	}
	third := ask(3)
	third.Customer = first.Customer
	w.arrive(third, "melbourne")
	if m := w.outbox()[0]; !strings.Contains(m.Text, "Other open leads of this customer\nSomebody may be talking to the customer already:\n- 2018 Kia CX-5 · nobody's yet · 22 Nov 2026\n  https://winback.example/leads/") || strings.Count(m.Text, "· nobody's yet ·") != 1 {
		t.Error(m.Text)
	}
}

// hostile are texts that must stay texts, wherever they come from.
func hostile() []string {
	return []string{
		`<script>alert(1)</script>`, `</td></tr></table><h1>x</h1>`, `<img src=x onerror=alert(1)>`, `"><svg onload=alert(1)>`, `' onmouseover='alert(1)`,
		`" style="position:fixed`, `javascript:alert(1)`, `data:text/html,<script>1</script>`, `<a href="https://evil.example">here</a>`, `//evil.example`,
		`<!-- `, `-->`, `]]>`, `<style>body{display:none}</style>`, `</title><script>1</script>`, `</body></html>`, `&lt;script&gt;`, `&#x3c;b&#x3e;`, `%3Cscript%3E`,
		`{{.Company}}`, `{{customer.email}}`, `${7*7}`, `=?utf-8?q?=0D=0ABcc:_b@x.example?=`, "a\r\nBcc: b@x.example", "a\u2028b", "a\u202egnp.exe", "zero\u200bwidth", "👩‍🔧",
		strings.Repeat("A", 100), strings.Repeat("<b>", 30), `-- `, "> quoted", "https://api.winback.example/l/x?user=me",
	}
}

// token is what differs between any two mails.
var token = regexp.MustCompile(`/l/[A-Za-z0-9_-]+(\?user=[a-z]+)?|/leads/[A-Z0-9a-z]+`)

func TestHostileTextsChangeNeitherTheShapeOfAMailNorItsHeaders(t *testing.T) {
	var shape, headers string
	var lines int
	for i, text := range append([]string{"harmless"}, hostile()...) {
		w := newWorld(t)
		w.rule(rule.Rule{Name: text, Mode: rule.AssignSingle, Recipients: []access.UserID{dealership.Sydney}})
		w.standard(dealership.Sydney, "Hello {{customer.name}}, about {{vehicle.name}}")
		w.change(dealership.Sydney, func(u *access.User) { u.First, u.Last = "N "+text, text })
		w.change(dealership.Second, func(u *access.User) { u.First, u.Last = "N "+text, text })
		e := ask(1)
		// What the customer wrote has lines of its own, each of which is marked as theirs.
		e.Comments, e.Timeframe, e.Provider.Name = "C "+strings.Map(unbroken, text), "T "+text, "P "+text
		e.Customer.Name = enquiry.Name{Full: "K " + text}
		e.Vehicle.Model, e.Vehicle.Trim, e.Vehicle.Stock = "M "+text, text, "S "+text
		e.TradeIn.Model = "M " + text
		if _, err := lead.Capture(t.Context(), w.Deps, dealership.Harbour, e, lead.Place{Yards: []string{"sydney"}}); err != nil {
			t.Fatal(err)
		}
		w.work()
		m := w.outbox()[0]
		root, err := html.Parse(strings.NewReader(token.ReplaceAllString(m.HTML, "LINK")))
		if err != nil {
			t.Fatal(err)
		}
		names := fmt.Sprint(slices.Sorted(maps.Keys(m.Headers)))
		if i == 0 {
			shape, headers, lines = skeleton(root), names, strings.Count(m.Text, "\n")
			continue
		}
		if got := skeleton(root); got != shape {
			t.Errorf("%.40q changes the shape:\n%s\nwant\n%s", text, got, shape)
		}
		if names != headers {
			t.Errorf("%.40q changes the headers: %s", text, names)
		}
		if got := strings.Count(m.Text, "\n"); got != lines {
			t.Errorf("%.40q makes %d lines of text, want %d:\n%s", text, got, lines, m.Text)
		}
		if strings.ContainsFunc(m.Subject+m.Text, func(r rune) bool { return r != '\n' && unicode.In(r, unicode.Cc, unicode.Cf) }) {
			t.Errorf("%.40q leaves invisible characters", text)
		}
	}
}

func unbroken(r rune) rune {
	if r == '\r' || r == '\n' {
		return ' '
	}
	return r
}

// skeleton is a document without its texts: elements, attributes, and their values, which no text of others may reach.
func skeleton(n *html.Node) string {
	var b strings.Builder
	var walk func(*html.Node, int)
	walk = func(n *html.Node, depth int) {
		switch n.Type {
		case html.ElementNode:
			fmt.Fprintf(&b, "%s%s %v\n", strings.Repeat(" ", depth), n.Data, n.Attr)
		case html.CommentNode, html.DoctypeNode:
			fmt.Fprintf(&b, "%s!%s\n", strings.Repeat(" ", depth), n.Data)
		}
		for child := range n.ChildNodes() {
			walk(child, depth+1)
		}
	}
	walk(n, 0)
	return b.String()
}
