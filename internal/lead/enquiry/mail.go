package enquiry

import (
	"cmp"
	"slices"
	"strings"

	"golang.org/x/net/publicsuffix"

	"github.com/winback-auto/winback/internal/phone"
	"github.com/winback-auto/winback/internal/platform/eml"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/pattern"
)

// ParseMail reads a mail as it arrives (RFC 5322, MIME): an ADF document in it, else labelled lines, else the words of
// somebody who can be answered for certain.
func ParseMail(mail []byte, o Options) (Document, error) {
	if len(mail) > MaxMail {
		return Document{}, errs.E(errs.TooLarge, "the mail has more than %d bytes", MaxMail)
	}
	l, err := readLetter(mail)
	if err != nil {
		return Document{}, err
	}
	return l.document(o)
}

// ParseText reads the text of a lead mail, without its headers.
func ParseText(text []byte, charset string, o Options) (Document, error) {
	if len(text) > MaxBytes {
		return Document{}, tooLarge()
	}
	decoded, err := decode(text, charset)
	if err != nil {
		return Document{}, err
	}
	return letter{plain: decoded}.document(o)
}

// document finds out which of the forms a mail has.
func (l letter) document(o Options) (Document, error) {
	if l.html == "" && looksLikeHTML(l.plain) {
		l.html, l.plain = l.plain, ""
	}
	var read string
	if l.html != "" {
		read = eml.Text(l.html)
	}
	if l.adf != nil && hasADF(string(l.adf)) {
		return ParseADF(l.adf, "", o)
	}
	for _, text := range []string{l.plain, l.html, read} { // in HTML it may be markup, or be written out
		if hasADF(text) {
			return embedded(text, o)
		}
	}
	for _, text := range []string{l.plain, read} {
		if text == "" {
			continue
		}
		if e, known := readLines(text, o); known {
			return l.finished(e, o)
		}
	}
	return l.unknown(cmp.Or(paragraph(l.plain), paragraph(read)), o)
}

var (
	adfStart = pattern.Of(`(?i)<(?:[a-z0-9]+:)?adf[\s>]`)
	adfEnd   = pattern.Of(`(?i)</(?:[a-z0-9]+:)?adf\s*>`)
)

func hasADF(text string) bool { return adfStart().MatchString(text) }

// embedded reads the ADF documents that stand in a text. What stands around them is for people and says the same.
func embedded(text string, o Options) (Document, error) {
	var all Document
	for n := 0; ; n++ {
		start := adfStart().FindStringIndex(text)
		if start == nil {
			return all, nil
		}
		if n == MaxProspects {
			return Document{}, errs.E(errs.TooLarge, "the mail has more than %d documents", MaxProspects)
		}
		if strings.Contains(strings.ToLower(text[:start[0]]), "<!entity") {
			return Document{}, harmless([]byte("<!entity"))
		}
		end := adfEnd().FindStringIndex(text[start[0]:])
		if end == nil {
			end = []int{0, len(text) - start[0]}
		}
		d, err := ParseADF([]byte(text[start[0]:start[0]+end[1]]), "", o)
		if err != nil {
			return Document{}, err
		}
		for _, refusal := range d.Refused {
			refusal.Prospect += len(all.Enquiries) + len(all.Refused)
			all.Refused = append(all.Refused, refusal)
		}
		all.Enquiries = append(all.Enquiries, d.Enquiries...)
		text = text[start[0]+end[1]:]
	}
}

// finished completes an enquiry by what the mail's headers say.
func (l letter) finished(e Enquiry, o Options) (Document, error) {
	if e.Provider.Name == "" {
		e.keep(&e.Provider.Name, 100, "provider", site(l.sender()))
	}
	e.Provider.Name = cmp.Or(e.Provider.Name, o.Provider)
	if subject := l.field("Subject"); subject != "" {
		e.keep(&e.Provider.Service, 100, "subject", subject)
	}
	if e.RequestDate.IsZero() {
		e.requested(l.field("Date"), o)
	}
	d := Document{}
	d.take(e, 1)
	return d, nil
}

// unknown reads a mail of a layout that is not known. Its text is the comment, and it is an enquiry only if it is certain
// who can be answered.
func (l letter) unknown(text string, o Options) (Document, error) {
	if text == "" {
		return Document{}, errs.E(errs.Invalid, "the mail has no text")
	}
	e := Enquiry{}
	e.comment(text)
	if address, name := l.certain(text); address != "" {
		e.email(address)
		e.name("full", name)
		if address == l.sender() {
			e.Provider.Name = o.Provider // nobody stands between us and them
		}
	}
	if number, ok := onePhone(text, o); ok {
		e.phone(number, "", "", o)
	}
	if e.Customer.Email == "" && len(e.Customer.Phones) == 0 {
		return Document{}, errs.E(errs.Invalid, "the layout of the mail is not known, and no e-mail address or telephone number in it is certainly the customer's; enter this lead by hand")
	}
	e.warn("the layout of the mail is not known; its text is the comment")
	c := car{e: &e, o: o, name: "vehicle"}
	c.Interest = Buy
	if vin := vinBeside().FindStringSubmatch(text); vin != nil {
		c.keep(&c.VIN, 40, "vin", vin[1])
	}
	if stock := stockBeside().FindStringSubmatch(text); stock != nil {
		c.keep(&c.Stock, 60, "stock", stock[1])
	}
	e.add(c.done())
	return l.finished(e, o)
}

var (
	vinBeside   = pattern.Of(`(?i)\bvin(?: number| no\.?| #)?\s*[:=#]\s*([0-9A-HJ-NPR-Z]{17})\b`)
	stockBeside = pattern.Of(`(?i)\bstock(?: number| no\.?| id)?\s*[#:]+\s*([0-9A-Z][0-9A-Z-]{1,19})\b`)
	phoneBeside = pattern.Of(`(?i)\b(?:phone|telephone|tel|mobile|cell|telefon|handy|mobil)(?: number| no\.?)?\s*[.:]\s*(\+?[0-9(][0-9 ()/.-]{4,22}[0-9])`)
	anAddress   = pattern.Of(`[A-Za-z0-9._%+'-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,4}`)
)

// certain is the address of the one person who can be answered: a Reply-To that leads away from the sender, the one address
// in the text that is no party's to the mail, or the sender, where that is a person.
func (l letter) certain(text string) (address, name string) {
	from := l.sender()
	if reply, who := parsed(l.field("Reply-To")); reply != "" && site(reply) != site(from) && !official(reply) {
		return reply, who
	}
	var others []string
	for _, found := range anAddress().FindAllString(text, 50) {
		found, ok := addressIn(found)
		if ok && !official(found) && (from == "" || site(found) != site(from)) && !strings.Contains(strings.ToLower(l.field("To")), strings.ToLower(found)) && !slices.Contains(others, found) {
			others = append(others, found)
		}
	}
	_, who := parsed(l.field("From"))
	switch {
	case len(others) == 1:
		return others[0], ""
	case len(others) == 0 && from != "" && !official(from) && !l.automatic():
		return from, who
	}
	return "", ""
}

func addressIn(text string) (string, bool) { return address(strings.Trim(text, ".'-")) }

// parsed is the address of a header, and the name before it.
func parsed(text string) (addr, name string) {
	addr, ok := address(text)
	if !ok {
		return "", ""
	}
	name, _, _ = strings.Cut(text, "<")
	return addr, strings.Trim(strings.TrimSpace(name), `"`)
}

func (l letter) sender() string {
	from, _ := parsed(l.field("From"))
	return from
}

// automatic reports a mail that a program has sent.
func (l letter) automatic() bool {
	auto := strings.ToLower(l.field("Auto-Submitted"))
	return auto != "" && auto != "no" || l.field("List-Unsubscribe") != "" || l.field("List-Id") != "" ||
		slices.Contains([]string{"bulk", "list", "junk"}, strings.ToLower(l.field("Precedence")))
}

// officials are local parts of addresses that are no person's.
var officials = pattern.Of(`(?i)^(?:no-?_?reply|do-?not-?reply|donotreply|mailer-daemon|postmaster|webmaster|leads?|sales|info|support|admin|contact|kontakt|verkauf|service|office|noreply|notifications?|alerts?|forms?|wordpress|web|website|marketing|newsletter|dealer-?leads|enquir(?:y|ies)|inquir(?:y|ies)|bounces?)(?:[+.-].*)?$`)

func official(address string) bool {
	name, _, _ := strings.Cut(address, "@")
	return officials().MatchString(name)
}

// site is the domain that an address belongs to: messages.cargurus.com is cargurus.com.
func site(address string) string {
	_, domain, found := cutLast(address, "@")
	if !found {
		return ""
	}
	if registered, err := publicsuffix.EffectiveTLDPlusOne(domain); err == nil {
		return registered
	}
	return domain
}

// onePhone is the one telephone number that stands beside the word.
func onePhone(text string, o Options) (string, bool) {
	var number string
	for _, found := range phoneBeside().FindAllStringSubmatch(text, 50) {
		n, ok := phone.Parse(found[1], o.Country)
		if !ok {
			continue
		}
		if number != "" && number != n.E164 {
			return "", false
		}
		number = n.E164
	}
	return number, number != ""
}
