package enquiry

import "strings"

// reader reads the lines of a mail whose layout is known by its labels.
type reader struct {
	e       Enquiry
	o       Options
	within  part
	car     car
	trade   car
	found   int      // labels with a value
	prose   []string // lines without one
	comment []string // lines of the customer's comment
	listens bool     // the comment goes on
}

// readLines reads labelled lines: Name: Ann Lee; a label and its value on two lines; parts with headings. It is false for a
// text whose labels name no way to reach a customer: its layout is not known, then.
func readLines(text string, o Options) (Enquiry, bool) {
	r := reader{o: o}
	r.car = car{e: &r.e, o: o, name: "vehicle"}
	r.trade = car{e: &r.e, o: o, name: string(TradeIn)}
	r.trade.Interest = TradeIn
	r.car.Interest = Buy
	lines := strings.Split(paragraphTabs(text), "\n")
	stacked := isStacked(lines)
	for i := 0; i < len(lines); i++ {
		l := strings.TrimSpace(strings.TrimLeft(lines[i], "> "))
		about, opens, opening, value := labelled(l)
		if opening {
			r.within, r.listens = opens, false
		}
		if about == unlabelled && stacked {
			about = labels()[bare(l)]
		}
		if about == unlabelled {
			if !opening {
				r.text(l)
			}
			continue
		}
		next := i + 1
		if stacked && next < len(lines) && lines[next] == "" {
			next++
		}
		if value == "" && next < len(lines) && r.belongs(about, lines[next], stacked) {
			i = next
			value = strings.TrimSpace(lines[i])
		}
		r.field(about, value)
	}
	r.finish()
	return r.e, r.found > 0 && (r.e.Customer.Email != "" || len(r.e.Customer.Phones) > 0)
}

// paragraphTabs is a text with its lines cleaned, whose tabs stay: they divide the cells of a table.
func paragraphTabs(text string) string {
	text = strings.ReplaceAll(text, "\t", "\ue000")
	return strings.ReplaceAll(paragraph(text), "\ue000", "\t")
}

// isStacked reports a text in which labels stand on lines of their own, as web forms send them.
func isStacked(lines []string) bool {
	n := 0
	for _, l := range lines {
		if labels()[bare(l)] != unlabelled && !strings.ContainsAny(l, ":\t") {
			n++
		}
	}
	return n >= 2
}

// belongs reports whether the next line is the value of a label that has none on its own.
func (r *reader) belongs(about label, next string, stacked bool) bool {
	if strings.TrimSpace(next) == "" || about == wrote {
		return false // a message takes all lines, see text
	}
	if about == preferredContact && channel(next) != "" {
		return true // Email is a label, too
	}
	_, isPart := parts()[bare(next)]
	_, _, other := unknownLabel(next)
	return !other && !isPart && (!stacked || labels()[bare(next)] == unlabelled)
}

// unknownLabel is a line that begins with what may be a label: a few words and a colon or tab.
func unknownLabel(text string) (name, value string, is bool) {
	at := strings.IndexAny(text, ":\t")
	if at <= 0 || at > maxLabel || strings.HasPrefix(text[at:], "://") || len(strings.Fields(text[:at])) > 5 {
		return "", "", false
	}
	return text[:at], strings.TrimLeft(text[at:], ": \t"), true
}

// text takes a line without a known label.
func (r *reader) text(l string) {
	_, value, empty := unknownLabel(l)
	empty = empty && said(value) == ""
	switch {
	case r.listens:
		r.comment = append(r.comment, l)
	case l != "" && !empty:
		r.prose = append(r.prose, strings.ReplaceAll(l, "\t", " "))
	}
}

// field takes a line with a label.
func (r *reader) field(about label, value string) {
	r.listens = about == wrote
	if about != wrote && said(value) == "" || about == heading {
		return
	}
	r.found++
	if r.within == aboutDealer {
		if about == fullName || about == dealer || about == companyName {
			r.e.keep(&r.e.Vendor.Name, 100, "vendor", value)
		}
		return
	}
	c := &r.e.Customer
	switch about {
	case firstName:
		r.e.name("first", value)
	case lastName:
		r.e.name("last", value)
	case fullName:
		r.e.name("full", value)
	case companyName:
		r.e.keep(&c.Company, 100, "company", value)
	case emailAddress:
		r.e.email(value)
	case phoneNumber:
		r.e.phone(value, "", "", r.o)
	case mobileNumber:
		r.e.phone(value, "cellphone", "", r.o)
	case street:
		r.e.keep(&c.Address.Street, 100, "address", value)
	case city:
		r.e.keep(&c.Address.City, 100, "city", value)
	case state:
		r.e.keep(&c.Address.RegionCode, 40, "state", value)
	case postcode:
		r.e.keep(&c.Address.PostalCode, 12, "postcode", value)
	case countryName:
		r.e.country(value)
	case preferredContact:
		if c.PreferredContact = channel(value); c.PreferredContact == "" {
			r.e.further("preferred contact", value)
		}
	case wrote:
		if value != "" {
			r.comment = append(r.comment, value)
		}
	case source:
		r.e.keep(&r.e.Provider.Name, 100, "source", value)
	case providerID:
		r.e.keep(&r.e.ID, 100, "reference", value)
	case requested:
		if r.e.RequestDate.IsZero() {
			r.e.requested(value, r.o)
		}
	case page:
		r.e.keep(&r.e.Provider.URL, 500, "page", value)
	case dealer:
		r.e.keep(&r.e.Vendor.Name, 100, "dealer", value)
	case timeframe:
		r.e.keep(&r.e.Timeframe, 200, "timeframe", value)
	case tradeInWanted:
		if folded(value) != "no" && folded(value) != "nein" {
			r.e.further("trade-in", value)
		}
	default:
		r.property(about, value)
	}
}

// property takes a line about a vehicle.
func (r *reader) property(about label, value string) {
	c := &r.car
	if r.within == aboutTradeIn {
		c = &r.trade
	}
	switch about {
	case carText:
		c.describe(value)
	case carYear:
		c.year(value)
	case carMake:
		c.keep(&c.Make, 100, "make", value)
	case carModel:
		c.keep(&c.Model, 100, "model", value)
	case carTrim:
		c.keep(&c.Trim, 200, "trim", value)
	case carVIN:
		c.keep(&c.VIN, 40, "vin", value)
	case carRego:
		c.keep(&c.Rego, 40, "rego", value)
	case carStock:
		c.keep(&c.Stock, 60, "stock", value)
	case carOdometer:
		c.odometer(value, "", "")
	case carPrice:
		c.amount(&c.Price, "price", value, "")
	case carCondition:
		if c.Status = fold([]string{"new", "used"}, value); c.Status == "" {
			r.e.further(c.name+" condition", value)
		}
	case carColour:
		c.keep(&c.Exterior, 60, "colour", value)
	case carTransmission:
		c.keep(&c.Transmission, 60, "transmission", value)
	case carBody:
		c.keep(&c.BodyStyle, 60, "body", value)
	case carURL:
		c.keep(&c.URL, 500, "url", value)
	}
}

// channel is how somebody wants to be contacted; empty for what is neither by mail nor by phone.
func channel(text string) string {
	switch folded(text) {
	case "email", "e-mail", "mail":
		return "email"
	case "phone", "telephone", "call", "mobile", "text", "sms", "telefon", "anruf", "phone call":
		return "phone"
	}
	return ""
}

func (r *reader) finish() {
	r.e.comment(strings.Join(r.comment, "\n"))
	r.e.add(r.car.done())
	r.e.add(r.trade.done())
	for _, l := range r.prose {
		r.e.further("", l)
	}
}
