package enquiry

import (
	"cmp"
	"fmt"
	"strings"

	"golang.org/x/text/currency"
	"golang.org/x/text/language"

	"github.com/winback-auto/winback/internal/money"
	"github.com/winback-auto/winback/internal/phone"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/web"
	"github.com/winback-auto/winback/internal/vehicle"
)

// ParseJSON reads an enquiry in our own form: an Enquiry as JSON, as strict as every body of the interface. Its error lists
// every violation; what a sender can mend is refused and not kept as text.
func ParseJSON(document []byte, o Options) (Enquiry, error) {
	if len(document) > MaxBytes {
		return Enquiry{}, tooLarge()
	}
	e, err := web.Decode[Enquiry](document)
	if err != nil {
		return Enquiry{}, err
	}
	e.Warnings = nil
	c := checker{e: &e, o: o}
	c.check()
	if reason := e.nobody(); reason != "" {
		c.broken("customer", reason)
	}
	e.Provider.Name = cmp.Or(e.Provider.Name, o.Provider)
	return e, errs.Violate(c.violations...)
}

// checker brings an enquiry of our own form into its stored form and lists the rules that it breaks.
type checker struct {
	e          *Enquiry
	o          Options
	violations []errs.Violation
}

func (c *checker) broken(location, message string) {
	c.violations = append(c.violations, errs.Violation{Location: "body." + location, Message: message})
}

func (c *checker) check() {
	e := c.e
	for _, text := range []*string{
		&e.ID, &e.Provider.Name, &e.Provider.Service, &e.Provider.URL, &e.Timeframe, &e.Vendor.ID, &e.Vendor.Name,
		&e.Customer.Name.First, &e.Customer.Name.Middle, &e.Customer.Name.Last, &e.Customer.Name.Full, &e.Customer.Company,
		&e.Customer.Address.Street, &e.Customer.Address.City, &e.Customer.Address.RegionCode, &e.Customer.Address.PostalCode,
	} {
		*text = line(*text)
	}
	e.Comments = paragraph(e.Comments)
	for i := range e.Further {
		e.Further[i] = line(e.Further[i])
	}
	if n := &e.Customer.Name; n.Full != "" && n.First+n.Middle+n.Last == "" {
		n.setFull(n.Full)
	} else if n.Full != "" {
		c.broken("customer.name.full", "stands beside parts of the name; give the one or the other")
	}
	if at := e.RequestDate; !at.IsZero() {
		e.RequestDate = at.UTC()
		if at.Year() < 1990 || !c.o.Now.IsZero() && at.After(c.o.Now.AddDate(0, 0, 1)) {
			c.broken("requestDate", "is before 1990 or in the future")
		}
	}
	c.contact()
	if e.TradeIn != nil {
		e.TradeIn.Interest = cmp.Or(e.TradeIn.Interest, TradeIn)
	}
	c.vehicle("vehicle", e.Vehicle)
	c.vehicle("tradeIn", e.TradeIn)
	for i := range e.OtherVehicles {
		c.vehicle(fmt.Sprintf("otherVehicles[%d]", i), &e.OtherVehicles[i])
	}
}

func (c *checker) contact() {
	who := &c.e.Customer
	if who.Email != "" {
		parsed, ok := address(who.Email)
		if !ok {
			c.broken("customer.email", "is not an e-mail address")
		}
		who.Email = parsed
	}
	for i := range who.Phones {
		n, ok := phone.Parse(who.Phones[i].Number, c.o.Country)
		if !ok {
			c.broken(fmt.Sprintf("customer.phones[%d].number", i), "is not a telephone number; write it with its country code, such as +61 400 000 000")
		}
		who.Phones[i].Number = n.E164
		if n.Extension != "" {
			c.e.further("extension of "+n.E164, n.Extension)
		}
	}
	if code := strings.ToUpper(who.Address.Country); code != "" {
		who.Address.Country = code
		if region, err := language.ParseRegion(code); err != nil || !region.IsCountry() || region.Canonicalize().String() != code {
			c.broken("customer.address.country", "is not a country's two letters, such as AU")
		}
	}
}

func (c *checker) vehicle(at string, v *Vehicle) {
	if v == nil {
		return
	}
	for _, text := range []*string{&v.Trim, &v.Stock, &v.Doors, &v.BodyStyle, &v.Transmission, &v.Exterior, &v.Interior, &v.URL, &v.Comments} {
		*text = line(*text)
	}
	v.Interest = cmp.Or(v.Interest, Buy)
	if v.Rego != "" && v.State == "" && vehicle.RegistersByState(c.o.Country) {
		v.State = c.o.State
	}
	checked, problems, warnings := vehicle.CheckPartial(v.Vehicle, c.o.Country)
	v.Vehicle = checked
	for _, p := range problems {
		c.broken(at+"."+p.Location, p.Message)
	}
	for _, warning := range warnings {
		c.e.warn("%s.%s", at, warning)
	}
	c.money(at+".price", v.Price)
	if f := v.Finance; f != nil {
		f.Method = line(f.Method)
		c.money(at+".finance.downPayment", f.DownPayment)
		c.money(at+".finance.monthly", f.Monthly)
		c.money(at+".finance.total", f.Total)
		c.money(at+".finance.balance", f.Balance)
	}
}

func (c *checker) money(at string, m money.Money) {
	if m.IsZero() {
		return
	}
	if unit, err := currency.ParseISO(m.Currency); err != nil || unit.String() != m.Currency {
		c.broken(at+".currency", "is not a currency of ISO 4217, such as AUD")
	}
	if m.Amount < 0 {
		c.broken(at+".amount", "is negative")
	}
}
