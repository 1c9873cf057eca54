package response

import (
	"html"
	"slices"
	"strings"

	"github.com/winback-auto/winback/internal/platform/text"
)

// Filled is a response about somebody in particular, ready to be sent or read.
type Filled struct {
	Subject string     `json:"subject,omitempty"`
	Text    string     `json:"text"`
	HTML    string     `json:"html,omitempty" doc:"Of mails."`
	Size    *text.Size `json:"size,omitempty" doc:"Of text messages: what it takes on the air."`
	Missing []string   `json:"missing" doc:"Variables of which nothing is known and for which nothing stands in; they leave a gap."`
}

// Fill puts values in the place of variables. Each value becomes one line of plain text, so none can break out of a subject or bring a
// variable of its own.
func (t Text) Fill(about About) Filled {
	t = t.normalised()
	f := Filled{Missing: []string{}}
	f.Subject = f.fill(t.Subject, about)
	f.Text = f.fill(t.Body, about)
	switch t.Channel {
	case Email:
		f.HTML = paragraphs(f.Text, about.Language())
	case SMS:
		size := text.Measure(f.Text)
		f.Size = &size
	}
	return f
}

// Closing adds a paragraph that every such mail or text ends with.
func (f Filled) Closing(line, language string) Filled {
	f.Text += "\n\n" + line
	if f.HTML != "" {
		f.HTML = paragraphs(f.Text, language)
	}
	if f.Size != nil {
		size := text.Measure(f.Text)
		f.Size = &size
	}
	return f
}

func (f *Filled) fill(text string, about About) string {
	parts, _ := parse(text)
	var b strings.Builder
	for _, p := range parts {
		if p.variable == nil {
			b.WriteString(p.words)
			continue
		}
		value := line(p.variable.value(about))
		if value == "" {
			value = p.fallback
		}
		if value == "" && !slices.Contains(f.Missing, p.variable.Name) {
			f.Missing = append(f.Missing, p.variable.Name)
		}
		b.WriteString(value)
	}
	return strings.TrimSpace(b.String())
}

// line makes one line of a value.
func line(value string) string {
	return strings.Join(strings.FieldsFunc(value, func(r rune) bool { return isControl(r) || r == ' ' || r == '\u0085' || r == '\u2028' || r == '\u2029' }), " ")
}

// Language is the one that the customer reads.
func (a About) Language() string {
	if a.Customer.Language != "" {
		return a.Customer.Language
	}
	return a.Company.Language
}

// paragraphs is plain text as a page of HTML: nothing in it is markup.
func paragraphs(text, language string) string {
	var b strings.Builder
	b.WriteString("<!doctype html>\n<html lang=\"" + html.EscapeString(language) + "\">\n<head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"></head>\n")
	b.WriteString("<body style=\"margin:0;padding:16px;color:#1c2733;font:16px/1.5 -apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;\">\n")
	for paragraph := range strings.SplitSeq(text, "\n\n") {
		if paragraph = strings.Trim(paragraph, "\n"); paragraph != "" {
			b.WriteString("<p style=\"margin:0 0 12px;\">" + strings.ReplaceAll(html.EscapeString(paragraph), "\n", "<br>\n") + "</p>\n")
		}
	}
	b.WriteString("</body>\n</html>\n")
	return b.String()
}
