package notify

import (
	"embed"
	"fmt"
	html "html/template"
	"strings"
	"sync"
	text "text/template"

	"github.com/winback-auto/winback/internal/platform/access"
)

//go:embed templates
var templates embed.FS

// They are parsed for the first mail: most functions that link this package write none.
var (
	htmlMail = sync.OnceValue(func() *html.Template { return html.Must(html.ParseFS(templates, "templates/mail.html")) })
	textMail = sync.OnceValue(func() *text.Template { return text.Must(text.ParseFS(templates, "templates/mail.txt")) })
)

// page is what the templates of a mail show. Its texts are plain; html/template escapes them where they go.
type page struct {
	Language string
	Company  string
	Greeting string
	Title    string
	Preview  string // what lists of mails show beside the subject
	Text     string
	Facts    []line  // of a notice
	Lines    []entry // of a digest
	More     string  // how many others it has
	All      string  // where to see them all
	Link     string  // empty: no button
	Open     string
	Reason   string
	Footer   string
}

type line struct{ Label, Value string }

type entry struct{ Text, Link string }

// noticePage lays out a notice.
func noticePage(n Notice, t texts, appURL string) page {
	p := page{Title: t.title(n), Text: t.intro(n), Open: t.open, Reason: t.why(n.Kind), Link: linked(appURL, n.Link.Path)}
	var values []string
	for _, f := range n.Facts {
		p.Facts = append(p.Facts, line{t.label(f.Label), f.Value})
		values = append(values, f.Value)
	}
	p.Preview = strings.Join(values, " · ")
	return p
}

// linked is the address of a page of the front end; empty where there is none.
func linked(appURL, path string) string {
	if appURL == "" || path == "" {
		return ""
	}
	return appURL + path
}

// addressed adds what every mail has: from whom and to whom.
func (p page) addressed(t texts, company string, user access.User) page {
	p.Language, p.Company, p.Footer, p.Greeting = t.language, Clip(company, maxValue), t.footer, t.hello+","
	if !listsNotices(user) {
		p.Footer = t.mailOnly
	}
	if first := Clip(user.First, maxValue); first != "" {
		p.Greeting = t.hello + " " + first + ","
	}
	return p
}

// render makes both bodies of the mail.
func (p page) render() (htmlBody, textBody string, err error) {
	var h, t strings.Builder
	if err := htmlMail().Execute(&h, p); err != nil {
		return "", "", fmt.Errorf("notify: %w", err)
	}
	if err := textMail().Execute(&t, p); err != nil {
		return "", "", fmt.Errorf("notify: %w", err)
	}
	return h.String(), t.String(), nil
}
