package enquiry

import "strings"

func (r *adf) vehicle(e *element) {
	c := car{e: &r.e, o: r.o, name: "vehicle"}
	var known bool
	if c.Interest, known = interest(e.attribute("interest")); !known {
		r.e.further("vehicle interest", e.attribute("interest"))
	}
	c.Status = fold([]string{"new", "used"}, e.attribute("status"))
	if c.Interest == TradeIn || c.Interest == Sell {
		c.name = string(TradeIn)
	}
	for _, child := range e.children {
		r.property(&c, child)
	}
	r.stray(c.name, e)
	r.e.add(c.done())
}

// property reads what ADF says of a vehicle, and a few words that ADF does not have and senders use.
func (r *adf) property(c *car, e *element) {
	text := e.all()
	switch e.name {
	case "year":
		c.year(text)
	case "make":
		c.keep(&c.Make, 100, "make", text)
	case "model":
		c.keep(&c.Model, 100, "model", text)
	case "vin":
		c.keep(&c.VIN, 40, "vin", text)
	case "rego", "registration", "licenseplate", "licenceplate", "plate":
		c.keep(&c.Rego, 40, "rego", text)
	case "regostate", "platestate":
		c.keep(&c.State, 40, "state", text)
	case "stock", "stocknumber":
		c.keep(&c.Stock, 60, "stock", text)
	case "trim":
		c.keep(&c.Trim, 200, "trim", text)
	case "doors":
		c.keep(&c.Doors, 20, "doors", text)
	case "bodystyle", "bodytype":
		c.keep(&c.BodyStyle, 60, "body style", text)
	case "transmission":
		c.keep(&c.Transmission, 60, "transmission", text)
	case "odometer", "mileage":
		c.odometer(text, e.attribute("units"), e.attribute("status"))
	case "condition":
		if condition := fold([]string{"new", "used"}, text); condition != "" {
			c.Status = condition
			return
		}
		c.e.further(c.name+" condition", text)
	case "price":
		r.price(c, e)
	case "colorcombination":
		for _, colour := range e.children {
			r.property(c, colour)
		}
	case "exteriorcolor":
		c.keep(&c.Exterior, 60, "exterior colour", text)
	case "interiorcolor":
		c.keep(&c.Interior, 60, "interior colour", text)
	case "preference": // of a colour
	case "url":
		c.keep(&c.URL, 500, "url", text)
	case "option":
		r.option(c, e)
	case "finance":
		r.finance(c, e)
	case "comments", "comment":
		c.keep(&c.Comments, 1000, "comments", text)
	default:
		r.unknown(c.name, e)
	}
}

// price reads an absolute price; a difference to another one is text.
func (r *adf) price(c *car, e *element) {
	if delta := strings.ToLower(e.attribute("delta")); delta != "" && delta != "absolute" {
		c.e.further(c.name+" price, "+delta, e.all())
		return
	}
	first := c.Price.IsZero()
	c.amount(&c.Price, "price", e.all(), e.attribute("currency"))
	if first && !c.Price.IsZero() {
		c.PriceType = fold(priceTypes, e.attribute("type"))
	}
}

func (r *adf) option(c *car, e *element) {
	var parts []string
	for _, child := range e.children {
		if text := said(child.all()); text != "" && child.name != "weighting" {
			parts = append(parts, text)
		}
	}
	text := strings.Join(append(parts, strings.Fields(said(string(e.text)))...), " ")
	switch {
	case text == "":
	case len(c.Options) == maxOptions || !fits(text, 100):
		c.e.further(c.name+" option", text)
	default:
		c.Options = append(c.Options, text)
	}
}

func (r *adf) finance(c *car, e *element) {
	var f Finance
	for _, child := range e.children {
		currency := child.attribute("currency")
		switch child.name {
		case "method":
			c.keep(&f.Method, 60, "finance", child.all())
		case "amount":
			into, name := &f.Total, "total"
			switch strings.ToLower(child.attribute("type")) {
			case "downpayment":
				into, name = &f.DownPayment, "down payment"
			case "monthly":
				into, name = &f.Monthly, "monthly payment"
			}
			c.amount(into, name, child.all(), currency)
		case "balance":
			c.amount(&f.Balance, "balance", child.all(), currency)
		default:
			r.unknown(c.name+" finance", child)
		}
	}
	if f != (Finance{}) {
		c.Finance = &f
	}
}
