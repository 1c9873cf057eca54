package enquiry

import (
	"net/mail"
	"slices"
	"strings"

	"golang.org/x/text/language"

	"github.com/winback-auto/winback/internal/phone"
)

// maxEmail is the longest e-mail address, in bytes (RFC 5321).
const maxEmail = 254

// address is an e-mail address alone, its domain in lower case; false for what is none that mail could be sent to.
func address(text string) (string, bool) {
	text = strings.TrimSpace(text)
	text = strings.TrimPrefix(text, "mailto:")
	parsed, err := mail.ParseAddress(text)
	if err != nil || len(text) > maxEmail || parsed.Name != "" && !strings.HasSuffix(text, ">") {
		return "", false
	}
	local, domain, _ := cutLast(parsed.Address, "@")
	if !strings.Contains(strings.Trim(domain, "."), ".") || strings.ContainsAny(local, " \"") || len(parsed.Address) > maxEmail {
		return "", false
	}
	return local + "@" + strings.ToLower(domain), true
}

func cutLast(text, sep string) (before, after string, found bool) {
	i := strings.LastIndex(text, sep)
	if i < 0 {
		return text, "", false
	}
	return text[:i], text[i+len(sep):], true
}

// email sets the customer's address; a second one stays text.
func (e *Enquiry) email(text string) {
	text = said(text)
	if text == "" {
		return
	}
	parsed, ok := address(text)
	switch {
	case !ok:
		e.further("e-mail", text)
		e.warn("customer.email: is not an e-mail address")
	case e.Customer.Email == "":
		e.Customer.Email = parsed
	case e.Customer.Email != parsed:
		e.further("e-mail", parsed)
	}
}

// minDigits is the fewest digits of what may be a telephone number that no plan knows.
const minDigits = 6

// phone adds a telephone number. One that no numbering plan knows stays as it was written, if it may be one at all: the
// customer may have left a digit out, and somebody may find out which.
func (e *Enquiry) phone(text, sort, time string, o Options) {
	text = said(text)
	if text == "" {
		return
	}
	number := Phone{Number: text, Type: phoneType(sort), Time: fold(phoneTimes, time)}
	if n, ok := phone.Parse(text, o.Country); ok {
		number.Number = n.E164
		if n.Extension != "" {
			e.further("extension of "+n.E164, n.Extension)
		}
	} else {
		if digits := countDigits(text); digits < minDigits || digits > 17 || !fits(text, 40) || strings.ContainsFunc(text, isLetter) {
			e.further("phone", text)
			e.warn("customer.phones: one is not a telephone number")
			return
		}
		e.warn("customer.phones: one is in no numbering plan and stays as it was written")
	}
	switch {
	case slices.ContainsFunc(e.Customer.Phones, func(p Phone) bool { return p.Number == number.Number }):
	case len(e.Customer.Phones) == maxPhones:
		e.further("phone", number.Number)
	default:
		e.Customer.Phones = append(e.Customer.Phones, number)
	}
}

// Dials is the number with what its plan says; false where no plan knows it.
func (p Phone) Dials() (phone.Number, bool) { return phone.Parse(p.Number, "") }

func phoneType(sort string) string {
	switch strings.ToLower(line(sort)) {
	case "cellphone", "cell", "mobile", "mobil", "handy":
		return "cellphone"
	case "fax":
		return "fax"
	case "pager":
		return "pager"
	case "voice":
		return "voice"
	}
	return ""
}

var phoneTimes = []string{"morning", "afternoon", "evening", "day", "nopreference"}

// fold is the one of some words that a text is, without regard to case; empty for any other.
func fold(words []string, text string) string {
	text = strings.ToLower(line(text))
	if slices.Contains(words, text) {
		return text
	}
	return ""
}

func countDigits(text string) (n int) {
	for _, r := range text {
		if r >= '0' && r <= '9' {
			n++
		}
	}
	return n
}

func isLetter(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r > 0x2fff }

// name completes the customer's name by a part of it.
func (e *Enquiry) name(part, text string) {
	text = said(text)
	if text == "" {
		return
	}
	n := &e.Customer.Name
	switch strings.ToLower(line(part)) {
	case "first", "given", "firstname":
		e.keep(&n.First, 60, "first name", text)
	case "middle":
		e.keep(&n.Middle, 60, "middle name", text)
	case "last", "surname", "family", "lastname":
		e.keep(&n.Last, 60, "last name", text)
	default:
		if n.String() != "" {
			if n.String() != text {
				e.further("name", text)
			}
			return
		}
		if !fits(text, 120) {
			e.further("name", text)
			return
		}
		n.setFull(text)
	}
}

// country sets the customer's country from its code.
func (e *Enquiry) country(text string) {
	text = said(text)
	if region, err := language.ParseRegion(text); text != "" && err == nil && region.IsCountry() && len(region.Canonicalize().String()) == 2 {
		e.Customer.Address.Country = region.Canonicalize().String()
		return
	}
	e.further("country", text)
}

// nobody says why an enquiry that names no customer is none; empty where it names one.
func (e *Enquiry) nobody() string {
	c := e.Customer
	if c.Name == (Name{}) && c.Company == "" && c.Email == "" && len(c.Phones) == 0 {
		return "names nobody to answer: it has no name, no e-mail address and no telephone number of a customer"
	}
	return ""
}
