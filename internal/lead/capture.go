package lead

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/winback-auto/winback/internal/company"
	"github.com/winback-auto/winback/internal/customer"
	"github.com/winback-auto/winback/internal/lead/enquiry"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/search"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/vehicle"
)

// Place is where an enquiry belongs.
type Place struct {
	Yards []string      // the first, unless the enquiry names another one of them
	By    access.UserID // who hands it in; empty: nobody, it came by itself, and people are told of it (L2, L3)
}

// Outcome is what became of an enquiry.
type Outcome string

// The outcomes.
const (
	Created Outcome = "created" // it began a lead
	Joined  Outcome = "joined"  // it belongs to a lead that is open
	Known   Outcome = "known"   // it was received before, and nothing has changed
)

// Captured is an enquiry that was received.
type Captured struct {
	Lead    Lead
	Outcome Outcome
}

// Capture receives an enquiry: it finds its customer or makes one, and joins the open lead of the same customer and vehicle
// or begins one. All of it is one write, with a receipt under the enquiry's Key: before it nothing has happened, and after
// it a repetition has no effect, whoever repeats it and whenever.
//
// People are told of what came by itself: the command Alert is promised in the same write.
//
// A version of a known enquiry that says something else joins the lead that the first one led to, if that is open. The lead
// is nobody's yet.
func Capture(ctx context.Context, d app.Deps, co ident.Company, e enquiry.Enquiry, into Place) (Captured, error) {
	const attempts = 8
	var lost error
	for range attempts {
		c := capture{d: d, co: co, e: e, place: into}
		done, err := c.run(ctx)
		if !errs.Is(err, errs.Conflict) {
			return done, err
		}
		lost = err // somebody was quicker with the customer, the lead or this very enquiry
	}
	return Captured{}, errs.E(errs.Unavailable, "too much happens to this customer at once; send it again: %w", lost)
}

// capture is one attempt.
type capture struct {
	d     app.Deps
	co    ident.Company
	e     enquiry.Enquiry
	place Place
	yard  string
	write commit
	ops   []table.Op
}

func (c *capture) run(ctx context.Context) (Captured, error) {
	key, version, now := c.e.Key(), c.e.Digest(), c.d.Now().UTC()
	record, err := receipts.Get(ctx, c.d.Table, receiptKey(c.co, key))
	if err != nil && !errs.Is(err, errs.NotFound) {
		return Captured{}, err
	}
	earlier := record.Value
	if earlier.known(version) || len(earlier.Versions) >= maxVersions {
		known, err := Load(ctx, c.d, c.co, earlier.Lead)
		return Captured{known.Value, Known}, err
	}
	if c.yard, err = c.chosenYard(ctx); err != nil {
		return Captured{}, err
	}
	who, err := customer.Meet(ctx, c.d, c.co, particulars(c.e), key)
	if err != nil {
		return Captured{}, err
	}
	c.write = who.Commit(c.d, c.co)
	// Enquiries of one customer take turns, or two at once about one car would not see each other's lead.
	turn, err := turns.Get(ctx, c.d.Table, turnKey(c.co, who.ID))
	if err != nil && !errs.Is(err, errs.NotFound) {
		return Captured{}, err
	}
	turn.Value.At = now
	open, err := c.openLead(ctx, earlier.Lead, who.ID)
	if err != nil {
		return Captured{}, err
	}
	id := ID(ident.Of("lead of enquiry", c.co.ID(), key, now.Format(instant)))
	if open != nil {
		id = open.Value.ID
	}
	record.Value = receipt{Lead: id, At: cmp.Or(earlier.At, now), Versions: append(slices.Clone(earlier.Versions), version)}
	c.ops = []table.Op{
		turns.Save(turnKey(c.co, who.ID), turn),
		c.alert(receipts.Save(receiptKey(c.co, key), record).Until(expiry(c.e, now)), Arrival{Lead: id, Enquiry: version, Again: open != nil}),
		enquired.Overwrite(enquiryPartition(c.co, id).At(now.Format(instant), version), Asked{At: now, Enquiry: c.e}),
	}
	if open != nil {
		joined, err := c.join(ctx, *open)
		return Captured{joined, Joined}, err
	}
	begun, err := c.begin(ctx, id, who.Customer)
	return Captured{begun, Created}, err
}

// alert promises with an op that people are told, where nobody has handed the enquiry in.
func (c *capture) alert(op table.Op, a Arrival) table.Op {
	if c.place.By != "" {
		return op
	}
	return op.Emit(Alert.Message(c.co, a))
}

// begin files a lead that the enquiry begins.
func (c *capture) begin(ctx context.Context, id ID, who customer.Customer) (Lead, error) {
	l := Lead{
		ID: id, Customer: who.ID, CustomerName: who.Name(), Yard: c.yard, Source: cut(c.e.Provider.Name, maxSource), Type: sort(c.e),
		CreatedBy: c.place.By, Enquiries: 1, EnquiredAt: c.d.Now().UTC(),
	}
	if v := c.e.Vehicle; v != nil {
		l.Vehicle, l.Stock = v.Vehicle, v.Stock
	}
	if own := c.e.TradeIn; own != nil && own.Vehicle != (vehicle.Vehicle{}) {
		l.TradeIn = &own.Vehicle
	}
	return file(ctx, c.d, c.co, l.begun(ctx, c.d), func(ctx context.Context, ops ...table.Op) error {
		return c.write(ctx, append(ops, c.ops...)...)
	})
}

// join adds the enquiry to a lead that is open. What the lead does not know of the vehicles is filled in.
func (c *capture) join(ctx context.Context, record table.Record[Lead]) (Lead, error) {
	before, l := record.Value, &record.Value
	now := c.d.Now().UTC()
	l.Enquiries, l.EnquiredAt, l.UpdatedAt = l.Enquiries+1, now, now
	if v := c.e.Vehicle; v != nil {
		l.Vehicle, l.Stock = l.Vehicle.Completed(v.Vehicle), cmp.Or(l.Stock, v.Stock)
	}
	if own := c.e.TradeIn; own != nil && l.TradeIn == nil && own.Vehicle != (vehicle.Vehicle{}) {
		l.TradeIn = &own.Vehicle
	}
	err := board.Write(ctx, c.d.Table, c.co, &before, l, func(ctx context.Context) error {
		return c.write(ctx, append(c.ops, leads.Update(record), customer.Activity(c.co, l.Customer, now, "lead", string(l.ID), "Further enquiry"))...)
	})
	return *l, err
}

// openLead is the lead that the enquiry belongs to: the one of its earlier version, else one of the same customer and
// vehicle in any yard; nil where there is none that is open.
func (c *capture) openLead(ctx context.Context, earlier ID, who customer.ID) (*table.Record[Lead], error) {
	if earlier != "" {
		record, err := Load(ctx, c.d, c.co, earlier)
		if err == nil {
			record, err = standing(ctx, c.d, c.co, record)
		}
		if err == nil && !record.Value.Ended() {
			return &record, nil
		}
		if err != nil && !errs.Is(err, errs.NotFound) {
			return nil, err
		}
	}
	yards, err := company.Yards(ctx, c.d, c.co)
	if err != nil {
		return nil, err
	}
	facets, err := openOf(ctx, c.d, c.co, who)
	if err != nil {
		return nil, err
	}
	q := search.Query{Facets: facets, Limit: maxOpen}
	for _, yard := range yards {
		q.Yards = append(q.Yards, yard.ID)
	}
	open, err := board.First(ctx, c.d.Table, c.co, q)
	if err != nil {
		return nil, err
	}
	for _, record := range open {
		if sameCar(record.Value, c.e.Vehicle) {
			return &record, nil
		}
	}
	return nil, nil
}

// sameCar reports whether a lead is about the vehicle that an enquiry asks about: by VIN or rego, else by stock number, else
// by all that either says. Two that say nothing are both about the dealer.
func sameCar(l Lead, v *enquiry.Vehicle) bool {
	if v == nil {
		return l.Vehicle == (vehicle.Vehicle{}) && l.Stock == ""
	}
	_, known := vehicle.Key(l.Vehicle)
	_, told := vehicle.Key(v.Vehicle)
	if known && told {
		return vehicle.Same(l.Vehicle, v.Vehicle)
	}
	if l.Stock != "" && v.Stock != "" {
		return strings.EqualFold(l.Stock, v.Stock)
	}
	return !known && !told && l.Stock == v.Stock && l.Vehicle.Year == v.Year &&
		strings.EqualFold(l.Vehicle.Make, v.Make) && strings.EqualFold(l.Vehicle.Model, v.Model)
}

// chosenYard is the yard whose name the enquiry's vendor has, else the first.
func (c *capture) chosenYard(ctx context.Context) (string, error) {
	if len(c.place.Yards) == 0 {
		return "", errs.E(errs.Conflict, "there is no yard for this lead")
	}
	if c.e.Vendor == (enquiry.Vendor{}) || len(c.place.Yards) == 1 {
		return c.place.Yards[0], nil
	}
	yards, err := company.Yards(ctx, c.d, c.co)
	if err != nil {
		return "", err
	}
	for _, yard := range yards {
		if slices.Contains(c.place.Yards, yard.ID) && (strings.EqualFold(yard.Name, c.e.Vendor.Name) || strings.EqualFold(yard.Name, c.e.Vendor.ID)) {
			return yard.ID, nil
		}
	}
	return c.place.Yards[0], nil
}

// maxSource is the longest source of a lead, in characters.
const maxSource = 100

// sort is a lead's type as its enquiry says it: what the customer wants if that is not to buy, else whether the car is new
// or used.
func sort(e enquiry.Enquiry) string {
	v := e.Vehicle
	if v == nil {
		v = e.TradeIn
	}
	switch {
	case v == nil:
		return ""
	case v.Interest != "" && v.Interest != enquiry.Buy:
		return string(v.Interest)
	}
	return v.Status
}

// particulars are the customer of an enquiry as customers are stored. A name that cannot be taken apart stands in one field.
func particulars(e enquiry.Enquiry) customer.Customer {
	who := e.Customer
	c := customer.Customer{
		First: strings.TrimSpace(who.Name.First + " " + who.Name.Middle), Last: cmp.Or(who.Name.Last, who.Name.Full), Company: who.Company, Email: who.Email,
		Address: customer.Address{
			Street: who.Address.Street, City: who.Address.City, State: who.Address.RegionCode, Postcode: who.Address.PostalCode, Country: who.Address.Country,
		},
	}
	for _, p := range who.Phones {
		n, _ := p.Dials()
		switch {
		case p.Type == "fax" || p.Type == "pager":
		case c.Mobile == "" && (p.Type == "cellphone" || n.Texts()):
			c.Mobile = p.Number
		case c.Phone == "":
			c.Phone = p.Number
		}
	}
	return c
}

func cut(text string, most int) string {
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most])
	}
	return text
}
