// Package response is the standard responses of a dealership: texts for mails, text messages and calls that somebody wrote
// once, well, and that everybody sends.
//
// A template belongs to the company and to one channel. Its text names variables in double braces, such as
// {{customer.firstName}}, or {{customer.firstName|there}} with what to say where nothing is known. The variables are a closed
// list (variable.go); a text that names another is refused with that name. Filling one in is substitution and nothing
// more: values never contain variables, and what goes into HTML is escaped there.
//
// Each user may have one default for each channel. Administrators write templates; whoever works leads or prospects reads
// them, features lead and prospect fill them in with their records (Compose).
package response

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/winback-auto/winback/internal/platform/errs"
)

// ID names a template within its company.
type ID string

// Channel is the way a response goes.
type Channel string

// The channels. A call script is read aloud: nothing is sent.
const (
	Email      Channel = "email"
	SMS        Channel = "sms"
	CallScript Channel = "call_script"
)

// Text is what a response says, with its variables.
type Text struct {
	Channel Channel `json:"channel" enum:"email,sms,call_script"`
	Subject string  `json:"subject,omitempty" maxLength:"200" doc:"Of mails; others have none." example:"Your {{vehicle.model}}"`
	Body    string  `json:"body" maxLength:"5000" doc:"Plain text with variables in double braces; an empty line begins a paragraph. {{customer.firstName|there}} says what stands in where nothing is known." example:"Hello {{customer.firstName|there}}, it is a year since we met. Time for a check?"`
}

// Template is a standard response.
type Template struct {
	ID   ID     `json:"id" readOnly:"true"`
	Name string `json:"name" maxLength:"100" doc:"What users choose it by."`
	Text
	UpdatedAt time.Time `json:"updatedAt" readOnly:"true"`
}

// Bounds.
const (
	MaxTemplates = 300  // of a company
	MaxSMS       = 1600 // characters of a text message, as providers have it
	maxSubject   = 200
	maxBody      = 5000
)

// normalised is the stored form: no blanks around, no line of another system.
func (t Template) normalised() Template {
	t.Name = strings.TrimSpace(t.Name)
	t.Text = t.Text.normalised()
	return t
}

func (t Text) normalised() Text {
	t.Subject = strings.TrimSpace(t.Subject)
	t.Body = strings.TrimSpace(strings.ReplaceAll(t.Body, "\r\n", "\n"))
	return t
}

// problems lists the rules that a normalised template breaks.
func (t Template) problems() (broken []errs.Violation) {
	if t.Name == "" {
		broken = append(broken, errs.Violation{Location: "body.name", Message: "is empty"})
	}
	return append(broken, t.Text.Problems("body.")...)
}

// Problems lists the rules that a text breaks, each with the field below a location such as body.
func (t Text) Problems(at string) (broken []errs.Violation) {
	add := func(field, format string, args ...any) {
		broken = append(broken, errs.Violation{Location: at + field, Message: fmt.Sprintf(format, args...)})
	}
	t = t.normalised()
	switch {
	case t.Channel == Email && t.Subject == "":
		add("subject", "is empty: a mail needs one")
	case t.Channel != Email && t.Subject != "":
		add("subject", "is for mails only")
	case strings.ContainsFunc(t.Subject, isControl):
		add("subject", "is more than one line of text")
	case utf8.RuneCountInString(t.Subject) > maxSubject:
		add("subject", "has more than %d characters", maxSubject)
	}
	switch most := t.Channel.most(); {
	case t.Body == "":
		add("body", "is empty")
	case utf8.RuneCountInString(t.Body) > most:
		add("body", "has more than %d characters", most)
	case strings.ContainsFunc(t.Body, func(r rune) bool { return isControl(r) && r != '\n' && r != '\t' }):
		add("body", "contains a control character")
	}
	for _, field := range []struct{ name, text string }{{"subject", t.Subject}, {"body", t.Body}} {
		_, wrong := parse(field.text)
		for _, message := range wrong {
			add(field.name, "%s", message)
		}
	}
	return broken
}

// most is how many characters a text of the channel may have.
func (c Channel) most() int {
	if c == SMS {
		return MaxSMS
	}
	return maxBody
}

func isControl(r rune) bool { return r < ' ' || r == 0x7f || r == utf8.RuneError }
