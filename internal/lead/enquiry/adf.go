package enquiry

import (
	"cmp"
	"strings"

	"github.com/winback-auto/winback/internal/platform/errs"
)

// ParseADF reads an ADF 1.0 document, as it is defined and as it is sent; charset is that of its Content-Type, if it names
// one. A document that cannot be read is an Invalid error, one over a bound TooLarge; a prospect that is no enquiry is
// refused on its own.
func ParseADF(document []byte, charset string, o Options) (Document, error) {
	if len(document) > MaxBytes {
		return Document{}, tooLarge()
	}
	text, err := decode(document, charset)
	if err != nil {
		return Document{}, err
	}
	root, err := parseTree(text)
	if err != nil {
		return Document{}, err
	}
	var prospects []*element
	for _, child := range root.children {
		if child.name == "prospect" {
			prospects = append(prospects, child)
		}
	}
	switch {
	case len(prospects) == 0:
		return Document{}, errs.E(errs.Invalid, "the document has no <prospect> in <adf>")
	case len(prospects) > MaxProspects:
		return Document{}, errs.E(errs.TooLarge, "the document has more than %d prospects", MaxProspects)
	}
	var d Document
	for i, prospect := range prospects {
		e := readProspect(prospect, o)
		d.take(e, i+1)
	}
	return d, nil
}

func tooLarge() error {
	return errs.E(errs.TooLarge, "the document has more than %d bytes", MaxBytes)
}

// take adds an enquiry, or says why it is none.
func (d *Document) take(e Enquiry, prospect int) {
	if reason := e.nobody(); reason != "" {
		d.Refused = append(d.Refused, Refusal{prospect, reason})
		return
	}
	d.Enquiries = append(d.Enquiries, e)
}

// adf reads one prospect.
type adf struct {
	e Enquiry
	o Options
}

func readProspect(prospect *element, o Options) Enquiry {
	r := adf{o: o}
	for _, child := range prospect.children {
		switch child.name {
		case "id":
			r.id(child)
		case "requestdate":
			r.e.requested(child.all(), o)
		case "vehicle":
			r.vehicle(child)
		case "customer":
			r.customer(child)
		case "vendor":
			r.vendor(child)
		case "provider":
			r.provider(child)
		case "comments", "comment":
			r.e.comment(child.all())
		default:
			r.unknown("", child)
		}
	}
	r.stray("", prospect)
	r.e.Provider.Name = cmp.Or(r.e.Provider.Name, o.Provider)
	return r.e
}

// notIDs are sources of an <id> that names no enquiry but says what sort it is of.
var notIDs = []string{"leadtype", "lead type", "type", "partner", "dealer", "dealerid"}

// id takes the first <id> for the provider's name of the enquiry, if it may be one: it needs a digit. Its source is who
// gave it.
func (r *adf) id(e *element) {
	text, source := said(e.all()), said(e.attribute("source"))
	isID := strings.ContainsAny(text, "0123456789") && fold(notIDs, source) == "" && fits(text, 100)
	if r.e.ID != "" || !isID {
		r.e.further(strings.TrimSpace("id "+source), text)
		return
	}
	r.e.ID = text
	if r.e.Provider.Name == "" {
		r.e.keep(&r.e.Provider.Name, 100, "provider", source)
	}
}

func (r *adf) customer(e *element) {
	for _, child := range e.children {
		switch child.name {
		case "contact":
			r.contact(child)
		case "comments", "comment":
			r.e.comment(child.all())
		case "timeframe":
			r.timeframe(child)
		default:
			// Some leave <contact> out.
			r.particular(child)
		}
	}
	r.stray("customer", e)
}

func (r *adf) contact(e *element) {
	for _, child := range e.children {
		r.particular(child)
	}
	r.stray("contact", e)
}

// particular reads what a contact consists of.
func (r *adf) particular(e *element) {
	c := &r.e.Customer
	text := e.all()
	switch e.name {
	case "name", "firstname", "lastname", "fullname":
		part := cmp.Or(e.attribute("part"), strings.TrimSuffix(e.name, "name"))
		if strings.EqualFold(e.attribute("type"), "business") {
			r.e.keep(&c.Company, 100, "company", text)
			return
		}
		r.e.name(part, text)
	case "email":
		r.e.email(text)
		r.prefer("email", e)
	case "phone", "cellphone", "mobile":
		sort := e.attribute("type")
		if e.name != "phone" {
			sort = e.name
		}
		r.e.phone(text, sort, e.attribute("time"), r.o)
		r.prefer("phone", e)
	case "address":
		r.address(e)
	case "company", "businessname":
		r.e.keep(&c.Company, 100, "company", text)
	default:
		r.unknown("customer", e)
	}
}

func (r *adf) prefer(channel string, e *element) {
	if e.attribute("preferredcontact") == "1" && r.e.Customer.PreferredContact == "" {
		r.e.Customer.PreferredContact = channel
	}
}

func (r *adf) address(e *element) {
	a := &r.e.Customer.Address
	for _, child := range e.children {
		text := child.all()
		switch child.name {
		case "street", "apartment":
			if text = said(text); a.Street != "" && text != "" && fits(a.Street+", "+text, 100) {
				a.Street += ", " + text
				continue
			}
			r.e.keep(&a.Street, 100, child.name, text)
		case "city", "suburb":
			r.e.keep(&a.City, 100, "city", text)
		case "regioncode", "state", "region", "province":
			r.e.keep(&a.RegionCode, 40, "region", text)
		case "postalcode", "postcode", "zip":
			r.e.keep(&a.PostalCode, 12, "postal code", text)
		case "country":
			r.e.country(text)
		default:
			r.unknown("address", child)
		}
	}
	r.stray("address", e)
}

// timeframe is a text in STAR's words and has parts of its own in ADF.
func (r *adf) timeframe(e *element) {
	text := said(string(e.text))
	for _, child := range e.children {
		if part := said(child.all()); part != "" {
			text = strings.TrimPrefix(text+", "+strings.TrimSuffix(child.name, "date")+" "+part, ", ")
		}
	}
	text = strings.TrimPrefix(text, "description ")
	r.e.keep(&r.e.Timeframe, 200, "timeframe", text)
}

func (r *adf) vendor(e *element) {
	for _, child := range e.children {
		switch child.name {
		case "id":
			r.e.keep(&r.e.Vendor.ID, 60, "vendor id", child.all())
		case "vendorname":
			r.e.keep(&r.e.Vendor.Name, 100, "vendor", child.all())
		case "contact":
			for _, part := range child.children {
				if part.name == "name" && r.e.Vendor.Name == "" {
					r.e.keep(&r.e.Vendor.Name, 100, "vendor", part.all())
				}
			}
		}
	}
}

func (r *adf) provider(e *element) {
	p := &r.e.Provider
	for _, child := range e.children {
		switch child.name {
		case "name":
			p.Name = "" // better than the source of an id
			r.e.keep(&p.Name, 100, "provider", child.all())
		case "service":
			r.e.keep(&p.Service, 100, "service", child.all())
		case "url":
			r.e.keep(&p.URL, 500, "provider url", child.all())
		}
	}
}

// unknown keeps the texts of an element that ADF does not have.
func (r *adf) unknown(where string, e *element) {
	name := strings.TrimSpace(where + " " + cut(e.name, 40))
	r.e.further(name, string(e.text))
	for _, child := range e.children {
		r.unknown(name, child)
	}
}

// stray keeps text that stands between elements.
func (r *adf) stray(where string, e *element) { r.e.further(where, string(e.text)) }
