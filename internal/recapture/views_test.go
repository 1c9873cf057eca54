package recapture_test

import (
	"fmt"
	"strings"
	"time"

	"github.com/winback-auto/winback/internal/partner"
)

// What the interface answers, as a client reads it.
type (
	carView struct {
		VIN, Rego, State, Make, Model string
		Year                          int
	}
	seenView struct {
		At    time.Time
		Price *struct {
			Amount   int64
			Currency string
		}
		Listing, Site, URL, Seller string
		Delisted, Sold, NotOurCar  bool
	}
	recaptureView struct {
		ID, Status, Progress, Error, Yard, Origin, User, Reference string
		Vehicle                                                    carView
		Customer                                                   struct{ ID, First, Last, Email, Mobile string }
		SubmittedAt, ActivityAt, MonitorUntil                      time.Time
		LastSighting                                               *seenView
		Ended                                                      *endedView
		Match                                                      string
		Sightings                                                  []seenView
		SourceLeads, SourceAppraisals                              []string
		CreatedLeads, CreatedProspects                             []string
		Related                                                    struct{ SourceLeads, SourceAppraisals, CreatedLeads, CreatedProspects []lineView }
	}
	endedView struct {
		At         time.Time
		Reason, By string
	}
	lineView struct {
		ID, Name, Vehicle, Status, Yard, User, UserName string
		At                                              time.Time
	}
	batchView struct {
		ID                                        string
		Total, Queued, Submitted, Active, Errored int
		Duplicates, Deleted                       int
		RejectedTotal                             int
		Done                                      bool
		Problem                                   string
	}
	remarkView struct {
		ID, Column, Reason string
		Line               int
	}
	checkView struct {
		Batch             string
		Accepted          int
		Skipped, Warnings []remarkView
	}
	uploadView struct {
		Batch, Yard                               string
		Rows, Accepted, Duplicates, RejectedTotal int
		Rejected, Warnings                        []remarkView
		Sample                                    []struct {
			Vehicle  carView
			Customer struct{ First, Last string }
		}
	}
	summaryView struct {
		TotalCustomers, CapturedCustomers, DistinctCustomers int
		ByStatus                                             map[string]int
	}
	pageView[T any] struct {
		Items []T
		Next  string
	}
	leadView struct { // a lead, prospect or appraisal
		ID, Customer, CustomerName, Yard, User, Status, Source, Recapture string
		Vehicle                                                           carView
		Watchlist                                                         *struct{ Recapture, Banner string }
	}
	noticeView struct {
		ID, Title, Kind string
		Facts           []struct{ Label, Value string }
		About           struct{ Type, ID string }
	}
)

const polo = "WVWZZZAWZKU065305"

// vin is the n-th of many valid VINs.
func vin(n int) string { return fmt.Sprintf("WVWZZZAWZKU%06d", n) }

// check submits the body of a check as a user.
func (w *world) check(user, body string) checkView {
	w.Helper()
	return want[checkView](w, 202, user, "POST", "/v1/recaptures", body)
}

// cars submits the first vehicles of many.
func (w *world) cars(user string, n int) checkView {
	w.Helper()
	vehicles := make([]string, n)
	for i := range vehicles {
		vehicles[i] = fmt.Sprintf(`{"vin":"%s","make":"VW","customer":{"first":"Car","last":"Owner%d"}}`, vin(i), i)
	}
	return w.check(user, `{"vehicles":[`+strings.Join(vehicles, ",")+`]}`)
}

// watched submits one vehicle and works until it is watched; it returns its id.
func (w *world) watched(user, vehicle string) string {
	w.Helper()
	w.check(user, `{"vehicles":[`+vehicle+`]}`)
	w.run()
	return w.list(user, "")[0].ID
}

func (w *world) list(user, filters string) []recaptureView {
	w.Helper()
	return want[pageView[recaptureView]](w, 200, user, "GET", "/v1/recaptures?limit=200&"+filters, "").Items
}

func (w *world) get(user, id string) recaptureView {
	w.Helper()
	return want[recaptureView](w, 200, user, "GET", "/v1/recaptures/"+id, "")
}

func (w *world) batch(id string) batchView {
	w.Helper()
	return want[batchView](w, 200, ann, "GET", "/v1/recapture-batches/"+id, "")
}

func (w *world) summary(user string) summaryView {
	w.Helper()
	return want[summaryView](w, 200, user, "GET", "/v1/recaptures/summary", "")
}

// notices lists the titles of what a user was told.
func (w *world) notices(user string) (titles []string) {
	w.Helper()
	for _, n := range want[pageView[noticeView]](w, 200, user, "GET", "/v1/notifications?limit=200", "").Items {
		titles = append(titles, n.Title)
	}
	return titles
}

// push delivers a push of the partner about a vehicle of ours to harbour and returns the status of the answer.
func (w *world) push(event partner.Event, id string, sightings ...string) int {
	w.Helper()
	seen := make([]string, len(sightings))
	for i, s := range sightings {
		seen[i] = fmt.Sprintf(`{"ID":"%s"}`, s)
	}
	body := fmt.Sprintf(`{"Event":"%s","Ref":"%s","ID":"%s","Sightings":[%s]}`, event, refOf(id), id, strings.Join(seen, ","))
	return w.call("", "POST", w.hook, body).status
}

// sight puts a vehicle on sale, has it pushed and works until it is known.
func (w *world) sight(id string, s partner.Sighting) {
	w.Helper()
	w.partner.list(id, s)
	if status := w.push(partner.EventNew, id, s.ID+s.At.String()); status != 204 {
		w.Fatalf("push: %d", status)
	}
	w.run()
}

// onSale is a listing of a vehicle some hours from now.
func (w *world) onSale(hours int, price int64) partner.Sighting {
	return partner.Sighting{
		ID: "L1", At: w.Now().Add(time.Duration(hours) * time.Hour), Price: price, URL: "https://cars.example/1", Site: "cars.example", Seller: "private",
	}
}
