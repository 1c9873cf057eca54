package notify

import (
	"embed"
	"fmt"
	html "html/template"
	"strings"
	text "text/template"
)

//go:embed templates
var templates embed.FS

var (
	htmlMail = html.Must(html.ParseFS(templates, "templates/mail.html"))
	textMail = text.Must(text.ParseFS(templates, "templates/mail.txt"))
)

// page is what the templates of a mail show. Its texts are plain; html/template escapes them where they go.
type page struct {
	Language string
	Company  string
	Greeting string
	Title    string
	Preview  string // what lists of mails show beside the subject
	Text     string
	Facts    []line
	Link     string // empty: no button
	Open     string
	Reason   string
	Footer   string
}

type line struct{ Label, Value string }

// newPage lays out a notice for a reader.
func newPage(n Notice, t texts, company, first, appURL string) page {
	p := page{
		Language: t.language, Company: clip(company, maxValue), Greeting: t.hello + ",",
		Title: t.title(n), Text: t.intro(n), Open: t.open, Reason: t.why(n.Kind), Footer: t.footer,
	}
	if first = clip(first, maxValue); first != "" {
		p.Greeting = t.hello + " " + first + ","
	}
	var values []string
	for _, f := range n.Facts {
		p.Facts = append(p.Facts, line{t.label(f.Label), f.Value})
		values = append(values, f.Value)
	}
	p.Preview = strings.Join(values, " · ")
	if n.Link.Path != "" && appURL != "" {
		p.Link = appURL + n.Link.Path
	}
	return p
}

// render makes both bodies of the mail.
func (p page) render() (htmlBody, textBody string, err error) {
	var h, t strings.Builder
	if err := htmlMail.Execute(&h, p); err != nil {
		return "", "", fmt.Errorf("notify: %w", err)
	}
	if err := textMail.Execute(&t, p); err != nil {
		return "", "", fmt.Errorf("notify: %w", err)
	}
	return h.String(), t.String(), nil
}
