package alert

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/winback-auto/winback/internal/company"
	"github.com/winback-auto/winback/internal/customer"
	"github.com/winback-auto/winback/internal/lead"
	"github.com/winback-auto/winback/internal/lead/enquiry"
	"github.com/winback-auto/winback/internal/notify"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/vehicle"
)

// story is all that there is to tell of a lead, whoever is told.
type story struct {
	d        app.Deps
	co       ident.Company
	lead     lead.Lead
	arrival  lead.Arrival
	asked    lead.Asked // what the customer wants, as it came in last
	customer customer.Customer
	company  company.Company
	yard     company.Yard
	staff    []access.User   // of the company
	team     []lead.Assignee // who works on leads in the yard
	words    words
}

// gather reads it.
func gather(ctx context.Context, d app.Deps, co ident.Company, l lead.Lead, a lead.Arrival) (*story, error) {
	s := &story{d: d, co: co, lead: l, arrival: a}
	var err error
	if s.company, err = company.Load(ctx, d, co); err != nil {
		return nil, err
	}
	s.words = wordsFor(s.company.Language)
	yard, err := company.LoadYard(ctx, d, co, l.Yard)
	if err != nil && !errs.Is(err, errs.NotFound) {
		return nil, err
	}
	s.yard = yard.Value
	who, err := customer.Load(ctx, d, co, l.Customer)
	if err != nil && !errs.Is(err, errs.NotFound) {
		return nil, err
	}
	s.customer = who.Value
	enquiries, err := lead.Enquiries(ctx, d, co, l)
	if err != nil {
		return nil, err
	}
	if len(enquiries) > 0 {
		s.asked = enquiries[0]
	}
	if s.staff, err = d.Access.Users(ctx, co); err != nil {
		return nil, err
	}
	s.team, err = lead.Assignees(ctx, d, co, l.Yard)
	return s, err
}

// title says in one line what has come.
func (s *story) title() string {
	what := s.words.arrived
	if s.arrival.Again {
		what = s.words.again
	}
	about := s.lead.CustomerName
	if s.lead.Vehicle != (vehicle.Vehicle{}) {
		about = s.lead.Vehicle.Describe() + " – " + about
	}
	return notify.Clip(what+": "+about, maxTitle)
}

// maxTitle is the longest subject, in characters.
const maxTitle = 150

// state says whose the lead is.
func (s *story) state(reader access.UserID) string {
	switch {
	case s.lead.User == "":
		return s.words.nobodys
	case s.lead.User == reader:
		return s.words.yours
	}
	return strings.Replace(s.words.theirs, "%s", s.name(s.lead.User), 1)
}

// name is how colleagues call a user.
func (s *story) name(id access.UserID) string {
	i := slices.IndexFunc(s.staff, func(u access.User) bool { return u.ID == id })
	if i < 0 {
		return s.words.somebody
	}
	return notify.Clip(cmp.Or(s.staff[i].Name(), s.staff[i].Email), maxValue)
}

// Bounds of what a mail shows, in characters.
const (
	maxValue   = 120
	maxComment = 1_500
	maxLines   = 30
)

// fact is a line of a table. A link makes a call or a mail of it.
type fact struct{ Label, Value, Link string }

type facts []fact

func (f *facts) add(label, value string) { f.link(label, value, "") }

func (f *facts) link(label, value, link string) {
	if value = notify.Clip(value, maxValue); value != "" {
		*f = append(*f, fact{label, value, link})
	}
}

// car is what is known of the vehicle that is asked about (L5).
func (s *story) car() (f facts) {
	w, l, v := s.words, s.lead, enquiry.Vehicle{}
	if s.asked.Vehicle != nil {
		v = *s.asked.Vehicle
	}
	if l.Vehicle != (vehicle.Vehicle{}) {
		f.add(w.vehicle, strings.TrimSpace(l.Vehicle.Describe()+" "+v.Trim))
	}
	f.add(w.stock, l.Stock)
	f.add(w.rego, strings.TrimSpace(l.Vehicle.Rego+" "+l.Vehicle.State))
	f.add(w.vin, l.Vehicle.VIN)
	if !v.Price.IsZero() {
		f.add(w.price, v.Price.String())
	}
	if v.Odometer != nil {
		f.add(w.odometer, strconv.Itoa(v.Odometer.Value)+" "+v.Odometer.Unit)
	}
	if own := l.TradeIn; own != nil {
		f.add(w.tradeIn, strings.TrimSpace(own.Describe()+" "+own.Rego))
	}
	return f
}

// person is what is known of the customer (L5).
func (s *story) person() (f facts) {
	w, c := s.words, s.customer
	f.add(w.customer, cmp.Or(s.lead.CustomerName, c.Name()))
	if c.Company != s.lead.CustomerName {
		f.add(w.firm, c.Company)
	}
	for _, number := range []string{c.Mobile, c.Phone} {
		f.link(w.phone, number, dial(number))
	}
	f.link(w.email, c.Email, mailto(c.Email))
	if s.asked.Customer.PreferredContact != "" {
		f.add(w.prefers, map[string]string{"email": w.byEmail, "phone": w.byPhone}[s.asked.Customer.PreferredContact])
	}
	f.add(w.timeframe, s.asked.Timeframe)
	f.add(w.source, s.lead.Source)
	f.add(w.kind, s.lead.Type)
	f.add(w.yard, s.yard.Name)
	f.add(w.received, s.local(s.lead.EnquiredAt))
	return f
}

// local is an instant on the yard's clock.
func (s *story) local(at time.Time) string {
	zone, err := time.LoadLocation(cmp.Or(s.yard.TimeZone, s.company.TimeZone))
	if err != nil {
		zone = time.UTC
	}
	return at.In(zone).Format(s.words.clock)
}

// comment is what the customer wrote, line by line.
func (s *story) comment() (lines []string) {
	left := maxComment
	for line := range strings.Lines(strings.ReplaceAll(s.asked.Comments, "\r", "\n")) {
		if line = notify.Clip(line, left); line == "" {
			continue
		}
		lines = append(lines, line)
		if left -= len([]rune(line)); left < 2 || len(lines) == maxLines {
			return append(lines, "…")
		}
	}
	return lines
}

// dial is the link that calls a number; empty where it is none that could be dialled.
func dial(number string) string {
	digits := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r == '+' {
			return r
		}
		return -1
	}, number)
	if len(digits) < 5 {
		return ""
	}
	return "tel:" + digits
}

// mailto is the link that writes to an address; empty where its characters mean something else in links.
func mailto(address string) string {
	if address == "" || strings.ContainsAny(address, "?&%#<>\"' ") {
		return ""
	}
	return "mailto:" + address
}
