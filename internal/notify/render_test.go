package notify_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"golang.org/x/net/html"

	"github.com/winback-auto/winback/internal/local/dirmail"
	"github.com/winback-auto/winback/internal/notify"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/testkit/golden"
)

// mailed tells a user something in a quiet minute and returns the mail.
func (w *world) mailed(c ident.Company, n notify.Notice) dirmail.Mail {
	w.t.Helper()
	w.pass(time.Hour)
	before := len(w.outbox())
	w.mustTell(c, n)
	w.work()
	mails := w.outbox()
	if len(mails) != before+1 {
		w.t.Fatalf("%d mails more\n%s", len(mails)-before, w.log)
	}
	return mails[0]
}

func TestTheMailsLookAsTheyAlwaysDid(t *testing.T) {
	w := newWorld(t)
	bare := sighting("anna", 2)
	bare.Kind, bare.Text, bare.Facts, bare.Link = "other", "", nil, notify.Link{}
	for name, m := range map[string]dirmail.Mail{
		"sighting.en": w.mailed(harbour, sighting("anna", 1)),
		"sighting.de": w.mailed(nordlicht, sighting("anke", 1)),
		"bare.en":     w.mailed(harbour, bare),
	} {
		golden.Compare(t, "testdata/"+name+".html", []byte(m.HTML))
		golden.Compare(t, "testdata/"+name+".txt", []byte(m.Text))
	}
}

// hostile are texts that must stay texts, wherever they come from.
func hostile() []string {
	return []string{
		`<script>alert(1)</script>`, `</td></tr></table><h1>x</h1>`, `<img src=x onerror=alert(1)>`, `"><svg onload=alert(1)>`,
		`' onmouseover='alert(1)`, `" style="position:fixed`, `javascript:alert(1)`, `data:text/html,<script>1</script>`,
		`<a href="https://evil.example">here</a>`, `https://evil.example/login`, `//evil.example`, `/\evil.example`, `/a/../../evil`,
		`<!-- `, `-->`, `<![CDATA[ x ]]>`, `]]>`, `<style>body{display:none}</style>`, `</title><script>1</script>`, `</body></html>`,
		`expression(alert(1))`, `url(javascript:1)`, `\3c script\3e`, `&lt;script&gt;`, `&#x3c;b&#x3e;`, `&#0;`, `&nbsp;`, `%3Cscript%3E`,
		`{{.Company}}`, `{{template "x"}}`, `${7*7}`, `<%= 1 %>`, `=3D"x"=0D=0A`, `=?utf-8?q?=0D=0ABcc:_b@x.example?=`, `.`, `..`,
		"a\r\nBcc: b@x.example", "a\nb", "a\x00b", "a\u2028b", "a\u202egnp.exe", "zero\u200bwidth", "Раураl", "ｆｕｌｌ＜ｂ＞", "👩‍🔧", "e\u0301", "\xff\xfe",
		"\t", strings.Repeat("A", 10_000), strings.Repeat("<b>", 500), strings.Repeat("a b ", 300), `--`, "-- \nBcc: x",
	}
}

func TestHostileTextsChangeNeitherTheShapeOfAMailNorItsHeaders(t *testing.T) {
	w := newWorld(t)
	all := append([]string{"harmless"}, hostile()...)
	var shape, headers string
	var lines int
	for i, text := range all {
		name := text[:min(len(text), 200)]
		c := ident.Trusted(fmt.Sprintf("company-%d", i))
		w.found(c, "Named", "AU", "Australia/Sydney", "en-AU")
		w.save(c, access.User{
			ID: "u", Subject: "s-" + c.ID(), First: name, Last: name, Email: "u@" + c.ID() + ".example", Notify: access.Notify{Email: true},
		})
		n := sighting("u", i)
		n.Title, n.Text, n.About.ID, n.About.Type = "T "+text, "T "+text, text, text
		n.Link.Path = "/recaptures/1"
		for f := range n.Facts {
			n.Facts[f] = notify.Fact{Label: notify.Label("L " + text), Value: "V " + text}
		}
		m := w.mailed(c, n)
		root, err := html.Parse(strings.NewReader(m.HTML))
		if err != nil {
			t.Fatal(err)
		}
		names := slices.Sorted(maps.Keys(m.Headers))
		if i == 0 {
			shape, headers, lines = skeleton(root), fmt.Sprint(names), strings.Count(m.Text, "\n")
			continue
		}
		if got := skeleton(root); got != shape {
			t.Errorf("%.40q changes the shape:\n%s\nwant\n%s", text, got, shape)
		}
		if got := fmt.Sprint(names); got != headers {
			t.Errorf("%.40q changes the headers: %s", text, got)
		}
		if got := strings.Count(m.Text, "\n"); got != lines {
			t.Errorf("%.40q makes %d lines of text, want %d", text, got, lines)
		}
		if strings.ContainsFunc(m.Subject+m.Text, func(r rune) bool { return r != '\n' && unicode.In(r, unicode.Cc, unicode.Cf) }) {
			t.Errorf("%.40q leaves invisible characters in %q", text, m.Subject)
		}
	}
}

// skeleton is a document without its texts: elements, attributes, and their values, which no text of ours may reach.
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

func TestALinkLeadsToOurOwnSiteOrIsLeftOut(t *testing.T) {
	w := newWorld(t)
	for i, c := range []struct {
		path string
		kept bool
	}{
		{"/recaptures/01ABC", true},
		{"/leads/a-b_c.d", true},
		{"", false},
		{"recaptures/1", false},
		{"//evil.example", false},
		{"/\\evil.example", false},
		{"https://evil.example", false},
		{"@evil.example", false},
		{"/a?next=//evil", false},
		{"/a b", false},
		{"/a\r\nX: y", false},
		{"/%2f%2fevil", false},
		{".evil.example", false},
	} {
		n := sighting("anna", i)
		n.Link.Path = c.path
		m := w.mailed(harbour, n)
		root, err := html.Parse(strings.NewReader(m.HTML))
		if err != nil {
			t.Fatal(err)
		}
		var links []string
		for node := range root.Descendants() {
			for _, attr := range node.Attr {
				if attr.Key == "href" || attr.Key == "src" {
					links = append(links, attr.Val)
				}
			}
		}
		want := []string(nil)
		if c.kept {
			want = []string{"https://winback.example" + c.path}
		}
		if !slices.Equal(links, want) {
			t.Errorf("%q: links %q, want %q", c.path, links, want)
		}
	}
}

func TestHostileTextsDoNotChangeTheShapeOfADigestAndItsLongestFits(t *testing.T) {
	w := newWorld(t)
	var shape string
	var lines int
	for i, text := range append([]string{"harmless"}, hostile()...) {
		c := ident.Trusted(fmt.Sprintf("digest-%d", i))
		w.found(c, "Named", "AU", "Australia/Sydney", "en-AU")
		w.save(c, access.User{ID: "u", Subject: "s-" + c.ID(), First: "U", Email: "u@" + c.ID() + ".example", Notify: access.Notify{Email: true, InApp: true}})
		for n := range 30 {
			s := sighting("u", n)
			s.Title, s.Link.Path = "T "+text, "/recaptures/1"
			s.Facts = []notify.Fact{{Label: notify.Vehicle, Value: "V " + text}, {Label: notify.Price, Value: "P " + text}, {Label: notify.Site, Value: "S " + text}}
			w.mustTell(c, s)
		}
		w.work()
		before := len(w.outbox())
		w.pass(time.Minute)
		mails := w.outbox()
		if len(mails) != before+1 {
			t.Fatalf("%.40q: %d mails more\n%s", text, len(mails)-before, w.log)
		}
		root, err := html.Parse(strings.NewReader(mails[0].HTML))
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			shape, lines = skeleton(root), strings.Count(mails[0].Text, "\n")
			continue
		}
		if got := skeleton(root); got != shape {
			t.Errorf("%.40q changes the shape:\n%s\nwant\n%s", text, got, shape)
		}
		if got := strings.Count(mails[0].Text, "\n"); got != lines {
			t.Errorf("%.40q makes %d lines of text, want %d", text, got, lines)
		}
	}
}
