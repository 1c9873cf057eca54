package lead_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/lead"
	"github.com/winback-auto/winback/internal/lead/enquiry"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/table/tabletest"
	"github.com/winback-auto/winback/internal/testkit/dealership"
	"github.com/winback-auto/winback/internal/vehicle"
)

var both = lead.Place{Yards: []string{"sydney", "melbourne"}}

// kate asks about a car by its VIN.
func kate() enquiry.Enquiry {
	return enquiry.Enquiry{
		Provider: enquiry.Provider{Name: "Carfinder"}, RequestDate: dealership.Noon, Comments: "Is it there?",
		Customer: enquiry.Customer{
			Name: enquiry.Name{First: "Kate", Last: "Fox"}, Email: "kate.fox@mail.example", Phones: []enquiry.Phone{{Number: "+61412345678", Type: "cellphone"}},
		},
		Vehicle: &enquiry.Vehicle{Vehicle: vehicle.Vehicle{VIN: vin, Make: "BMW", Model: "320i", Year: 2012}, Status: "used", Stock: "B-17"},
		TradeIn: &enquiry.Vehicle{Vehicle: vehicle.Vehicle{Make: "Mazda", Model: "2"}, Interest: enquiry.TradeIn},
	}
}

func capture(t *testing.T, w *dealership.World, e enquiry.Enquiry) lead.Captured {
	t.Helper()
	done, err := lead.Capture(t.Context(), w.Deps, dealership.Harbour, e, both)
	if err != nil {
		t.Fatal(err)
	}
	return done
}

// manager may do everything with leads of Harbour.
func manager() access.Caller {
	return access.NewCaller(dealership.Harbour, dealership.Manager, "", access.Grant{Role: access.ManageLeads, Manager: true, Yards: both.Yards})
}

// shown is a lead as the interface shows it.
type shown struct {
	lead.Lead
	OpenLeads   []lead.Lead
	Asked       []lead.Asked
	Allocations []lead.Allocation
}

func show(t *testing.T, w *dealership.World, id lead.ID) (s shown) {
	t.Helper()
	w.Want(t, 200, dealership.Manager, "GET", "/v1/leads/"+string(id), "").Into(t, &s)
	return s
}

func TestAnEnquiryBeginsALeadThatIsNobodysYet(t *testing.T) {
	w := open(t)
	done := capture(t, w, kate())
	s := show(t, w, done.Lead.ID)
	if done.Outcome != lead.Created || s.Status != lead.New || s.User != "" || s.CreatedBy != "" || s.Yard != "sydney" || s.Source != "Carfinder" ||
		s.Type != "used" || s.Vehicle.VIN != vin || s.Stock != "B-17" || s.TradeIn == nil || s.TradeIn.Make != "Mazda" || s.Enquiries != 1 || !s.EnquiredAt.Equal(w.Time) {
		t.Errorf("%s %+v", done.Outcome, s)
	}
	if len(s.Asked) != 1 || s.Asked[0].Comments != "Is it there?" || s.Asked[0].Vehicle.Stock != "B-17" {
		t.Errorf("asked %+v", s.Asked)
	}
	var who struct {
		Name          struct{ First, Last string }
		Email, Mobile string
	}
	w.Want(t, 200, dealership.Manager, "GET", "/v1/customers/"+string(s.Customer), "").Into(t, &who)
	if who.Name.First != "Kate" || who.Email != "kate.fox@mail.example" || who.Mobile != "+61412345678" || s.CustomerName != "Kate Fox" {
		t.Errorf("the customer is %+v", who)
	}
}

func TestARepeatedEnquiryHasNoEffect(t *testing.T) {
	for name, id := range map[string]string{"by its provider's id": "CF-1", "by what it says": ""} {
		w := open(t)
		e := kate()
		e.ID = id
		first := capture(t, w, e)
		w.Time = w.Time.Add(20 * 24 * time.Hour)
		e.RequestDate = w.Time
		again := capture(t, w, e)
		if again.Outcome != lead.Known || again.Lead.ID != first.Lead.ID {
			t.Errorf("%s: %s %s", name, again.Outcome, again.Lead.ID)
		}
		if s := show(t, w, first.Lead.ID); s.Enquiries != 1 || len(s.Asked) != 1 || total(t, w, dealership.Manager, "/v1/leads") != 1 {
			t.Errorf("%s: %+v", name, s)
		}
	}
}

func TestTheSameWordsAreMeantAnewAfterAMonth(t *testing.T) {
	w := open(t)
	first := capture(t, w, kate())
	if _, err := lead.Close(t.Context(), w.Deps, manager(), first.Lead.ID, lead.Lost, ""); err != nil {
		t.Fatal(err)
	}
	if again := capture(t, w, kate()); again.Outcome != lead.Known {
		t.Errorf("the next moment it is %s", again.Outcome)
	}
	w.Time = w.Time.Add(31 * 24 * time.Hour)
	if again := capture(t, w, kate()); again.Outcome != lead.Created || again.Lead.ID == first.Lead.ID || again.Lead.Customer != first.Lead.Customer {
		t.Errorf("a month later it is %s of %s", again.Outcome, again.Lead.Customer)
	}
}

func TestAnEnquiryJoinsTheOpenLeadOfTheSameCustomerAndVehicle(t *testing.T) {
	plain := kate()
	plain.Vehicle = &enquiry.Vehicle{Vehicle: vehicle.Vehicle{Make: "BMW", Model: "320i"}}
	none := kate()
	none.Vehicle = nil
	stock := kate()
	stock.Vehicle = &enquiry.Vehicle{Stock: "B-17"}
	for _, test := range []struct {
		name   string
		first  enquiry.Enquiry
		change func(*enquiry.Enquiry)
		want   lead.Outcome
	}{
		{"another text", kate(), func(*enquiry.Enquiry) {}, lead.Joined},
		{"another provider", kate(), func(e *enquiry.Enquiry) { e.Provider.Name = "Website" }, lead.Joined},
		{"the number only", kate(), func(e *enquiry.Enquiry) { e.Customer.Email = "" }, lead.Joined},
		{"the address only, otherwise written", kate(), func(e *enquiry.Enquiry) {
			e.Customer.Phones, e.Customer.Email, e.Customer.Name = nil, "Kate.Fox@mail.example", enquiry.Name{Full: "kate"}
		}, lead.Joined},
		{"the same car by its stock number", stock, func(e *enquiry.Enquiry) { *e.Vehicle = *kate().Vehicle }, lead.Joined},
		{"the same sort of car", plain, func(e *enquiry.Enquiry) {
			e.Vehicle = &enquiry.Vehicle{Vehicle: vehicle.Vehicle{Make: "bmw", Model: "320I"}}
		}, lead.Joined},
		{"no car twice", none, func(*enquiry.Enquiry) {}, lead.Joined},
		{"another car", kate(), func(e *enquiry.Enquiry) { e.Vehicle.VIN = "WBA3A5C51CF256652" }, lead.Created},
		{"another stock number", stock, func(e *enquiry.Enquiry) { e.Vehicle = &enquiry.Vehicle{Stock: "B-18"} }, lead.Created},
		{"no car", kate(), func(e *enquiry.Enquiry) { e.Vehicle = nil }, lead.Created},
		{"a car after none", none, func(e *enquiry.Enquiry) { e.Vehicle = kate().Vehicle }, lead.Created},
		{"somebody else", kate(), func(e *enquiry.Enquiry) { e.Customer.Email, e.Customer.Phones = "bob@mail.example", nil }, lead.Created},
		{"the other half of a couple", kate(), func(e *enquiry.Enquiry) { e.Customer.Name.First = "Bob" }, lead.Created},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := open(t)
			first := capture(t, w, test.first)
			w.Time = w.Time.Add(time.Hour)
			next := test.first
			if next.Vehicle != nil {
				next.Vehicle = &enquiry.Vehicle{Vehicle: next.Vehicle.Vehicle, Stock: next.Vehicle.Stock, Status: next.Vehicle.Status}
			}
			next.Comments = "And does it have a tow bar?"
			test.change(&next)
			done := capture(t, w, next)
			if done.Outcome != test.want || (done.Lead.ID == first.Lead.ID) != (test.want == lead.Joined) {
				t.Fatalf("%s, lead %s after %s", done.Outcome, done.Lead.ID, first.Lead.ID)
			}
			s := show(t, w, done.Lead.ID)
			if test.want == lead.Joined && (s.Enquiries != 2 || len(s.Asked) != 2 || s.Asked[0].Comments != next.Comments || s.Status != lead.New || !s.UpdatedAt.Equal(w.Time)) {
				t.Errorf("joined to %+v", s)
			}
			if others := len(s.OpenLeads); test.want == lead.Created && (s.Customer == first.Lead.Customer) != (others == 1) {
				t.Errorf("%d other open leads", others)
			}
		})
	}
}

func TestAClosedLeadIsNotJoined(t *testing.T) {
	w := open(t)
	first := capture(t, w, kate())
	if _, err := lead.Close(t.Context(), w.Deps, manager(), first.Lead.ID, lead.Won, ""); err != nil {
		t.Fatal(err)
	}
	next := kate()
	next.Comments = "One more thing"
	if done := capture(t, w, next); done.Outcome != lead.Created || done.Lead.Customer != first.Lead.Customer {
		t.Errorf("%+v", done)
	}
}

func TestALaterVersionOfAnEnquiryJoinsItsLead(t *testing.T) {
	w := open(t)
	e := kate()
	e.ID = "CF-1"
	first := capture(t, w, e)
	e.Comments, e.Customer.Phones = "Corrected", nil
	later := capture(t, w, e)
	if later.Outcome != lead.Joined || later.Lead.ID != first.Lead.ID || later.Lead.Enquiries != 2 {
		t.Errorf("%+v", later)
	}
	if again := capture(t, w, e); again.Outcome != lead.Known {
		t.Errorf("again: %s", again.Outcome)
	}
}

func TestAnEnquiryGoesToTheYardThatItNames(t *testing.T) {
	for name, want := range map[string]string{"Melbourne": "melbourne", "melbourne": "melbourne", "Perth": "sydney", "": "sydney"} {
		w := open(t)
		e := kate()
		e.Vendor.Name = name
		if done := capture(t, w, e); done.Lead.Yard != want {
			t.Errorf("%q: %s", name, done.Lead.Yard)
		}
	}
	w := open(t)
	e := kate()
	e.Vendor.Name = "Melbourne"
	done, err := lead.Capture(t.Context(), w.Deps, dealership.Harbour, e, lead.Place{Yards: []string{"sydney"}})
	if err != nil || done.Lead.Yard != "sydney" {
		t.Errorf("a yard that is none of the place's: %+v, %v", done, err)
	}
}

func TestWhatAnEnquiryTellsOfAKnownCustomerIsFilledIn(t *testing.T) {
	w := open(t)
	id := w.Want(t, 201, dealership.Manager, "POST", "/v1/customers", `{"name": {"first": "Kate", "last": "Fox"}, "mobile": "0412 345 678"}`).ID(t)
	e := kate()
	e.Customer.Address = enquiry.Address{City: "Sydney", RegionCode: "NSW"}
	done := capture(t, w, e)
	var who struct {
		Email, Mobile, Phone string
		Address              struct{ City string }
	}
	w.Want(t, 200, dealership.Manager, "GET", "/v1/customers/"+id, "").Into(t, &who)
	if string(done.Lead.Customer) != id || who.Email != "kate.fox@mail.example" || who.Mobile != "0412 345 678" || who.Phone != "" || who.Address.City != "Sydney" {
		t.Errorf("%s became %+v", id, who)
	}
	e.Customer.Email, e.Comments = "other@mail.example", "from elsewhere"
	if again := capture(t, w, e); string(again.Lead.Customer) != id || again.Outcome != lead.Joined {
		t.Errorf("with the number it is %+v", again)
	}
	w.Want(t, 200, dealership.Manager, "GET", "/v1/customers/"+id, "").Into(t, &who)
	if who.Email != "kate.fox@mail.example" {
		t.Errorf("the address was replaced: %+v", who)
	}
}

func TestANameAloneIsNobody(t *testing.T) {
	w := open(t)
	e := kate()
	e.Customer.Email, e.Customer.Phones = "", nil
	first := capture(t, w, e)
	e.Comments = "another day"
	if second := capture(t, w, e); second.Outcome != lead.Created || second.Lead.Customer == first.Lead.Customer {
		t.Errorf("two Kate Foxes are one: %+v", second)
	}
}

func TestTheGreatestEnquiryFits(t *testing.T) {
	w := open(t)
	e := kate()
	e.Comments = string(slices.Repeat([]rune("ä"), 8000))
	for range 60 {
		e.Further = append(e.Further, string(slices.Repeat([]rune("€"), 400)))
	}
	if done := capture(t, w, e); show(t, w, done.Lead.ID).Asked[0].Comments != e.Comments {
		t.Error("the comments are not those that came in")
	}
}

// Whichever write the process dies at, carried out or not, the enquiry that is sent again ends as if nothing had happened.
func TestAfterACrashAtAnyWriteAnEnquiryHasOneEffect(t *testing.T) {
	for crash := range tabletest.Crashes(t, 6) {
		w := open(t)
		w.Crash = crash
		for _, comments := range []string{"Is it there?", "Is it there?", "And a tow bar?", "And a tow bar?"} {
			e := kate()
			e.Comments = comments
			w.Insist(t, func() error {
				_, err := lead.Capture(t.Context(), w.Deps, dealership.Harbour, e, both)
				return err
			})
		}
		crash.Over()
		ids, _ := w.Want(t, 200, dealership.Manager, "GET", "/v1/leads", "").List(t)
		if len(ids) != 1 || total(t, w, dealership.Manager, "/v1/customers") != 1 {
			t.Fatalf("leads %v", ids)
		}
		s := show(t, w, lead.ID(ids[0]))
		history, _ := w.Want(t, 200, dealership.Manager, "GET", "/v1/customers/"+string(s.Customer)+"/activity", "").List(t)
		if s.Enquiries != 2 || len(s.Asked) != 2 || len(history) != 2 {
			t.Errorf("%d enquiries, %d shown, history %v", s.Enquiries, len(s.Asked), history)
		}
	}
}

// Providers send twice at the same time, and a customer asks about two cars in two windows.
func TestEnquiriesAtTheSameTimeMeet(t *testing.T) {
	for round := range 20 {
		w := open(t)
		if round%2 == 1 {
			w.Want(t, 201, dealership.Manager, "POST", "/v1/customers", `{"name": {"first": "Kate", "last": "Fox"}, "email": "KATE.fox@mail.example"}`)
		}
		var all sync.WaitGroup
		for i := range 12 {
			all.Go(func() {
				e := kate()
				e.Comments = fmt.Sprintf("text %d", i%3)
				if i%4 == 3 {
					e.Vehicle.VIN = "WBA3A5C51CF256652"
				}
				for range 10 {
					_, err := lead.Capture(t.Context(), w.Deps, dealership.Harbour, e, both)
					if err == nil {
						return
					}
					if !errs.Is(err, errs.Unavailable) {
						t.Error(err)
						return
					}
				}
				t.Error("never captured")
			})
		}
		all.Wait()
		if customers := total(t, w, dealership.Manager, "/v1/customers"); customers != 1 {
			t.Fatalf("round %d: %d customers", round, customers)
		}
		ids, _ := w.Want(t, 200, dealership.Manager, "GET", "/v1/leads", "").List(t)
		sum := 0
		for _, id := range ids {
			sum += show(t, w, lead.ID(id)).Enquiries
		}
		if len(ids) != 2 || sum != 6 {
			t.Fatalf("round %d: leads %v with %d enquiries", round, ids, sum)
		}
	}
}
