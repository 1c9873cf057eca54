package rehearse

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/mail"
	"slices"
	"strings"
	"time"

	"github.com/winback-auto/winback/internal/notify"
)

// Outcome is what a main job has led to, as far as it does not depend on when what happened.
type Outcome struct {
	Batches    []Batch
	Summary    Summary
	Vehicles   map[string]Vehicle // by VIN
	Notices    map[string]int     // by user
	Told       map[string]int     // sightings that mails tell of, and other mails and text messages, by recipient
	MailsTwice int                // mails of a send id that had gone out before
	Leads      int                // of the sightings
	Prospects  int
	Answers    int // mails of customers that landed on leads
	Customers  int // at the partner
	Duplicates int // customers that the partner was given twice
	Refused    map[string]int

	batches []string
}

// Batch is how far a list has come.
type Batch struct {
	Total, Queued, Submitted, Active, Errored, Duplicates int
	Done                                                  bool
}

// Summary are the totals of the dashboard.
type Summary struct {
	TotalCustomers, CapturedCustomers, DistinctCustomers int
	ByStatus                                             map[string]int
}

// Vehicle is what has become of one car.
type Vehicle struct {
	Status    string
	Sightings []string
	Leads     int
	Prospects int
}

// count reads the outcome.
func (p *play) count(ctx context.Context, _ int) error {
	for _, batch := range p.out.batches {
		var counts Batch
		if err := p.manager.get(ctx, "/v1/recapture-batches/"+batch, &counts); err != nil {
			return err
		}
		p.out.Batches = append(p.out.Batches, counts)
	}
	if err := p.manager.get(ctx, "/v1/recaptures/summary", &p.out.Summary); err != nil {
		return err
	}
	if err := p.vehicles(ctx); err != nil {
		return err
	}
	if err := p.partner.get(ctx, "/_sim/calls", &p.out); err != nil { // customers and duplicates
		return err
	}
	if err := p.notices(ctx); err != nil {
		return err
	}
	return p.mails(ctx)
}

func (p *play) vehicles(ctx context.Context) error {
	all, err := p.list(ctx, "")
	if err != nil {
		return err
	}
	p.out.Vehicles = map[string]Vehicle{}
	for _, r := range all {
		var whole struct {
			Sightings []struct {
				At    time.Time
				URL   string
				Price json.RawMessage
			}
			CreatedLeads, CreatedProspects []string
			LastSighting                   *struct{}
		}
		if err := p.manager.get(ctx, "/v1/recaptures/"+r.ID, &whole); err != nil {
			return err
		}
		v := Vehicle{Status: r.Status, Leads: len(whole.CreatedLeads), Prospects: len(whole.CreatedProspects)}
		for _, s := range whole.Sightings {
			at := s.At.Format(time.DateOnly)
			if !s.At.Equal(s.At.Truncate(24 * time.Hour)) {
				at = "read" // the feed's date is to come: the car appears when the feed is read
			}
			v.Sightings = append(v.Sightings, fmt.Sprintf("%s %s %s", at, s.URL, s.Price))
		}
		if _, twice := p.out.Vehicles[r.Vehicle.VIN]; twice {
			return fmt.Errorf("rehearse: %s stands in the list twice", r.Vehicle.VIN)
		}
		p.out.Vehicles[r.Vehicle.VIN] = v
		p.out.Leads, p.out.Prospects = p.out.Leads+v.Leads, p.out.Prospects+v.Prospects
	}
	return nil
}

// waited are the kinds of notices that depend on how long leads have lain, which they do longer where the clock can be moved.
var waited = map[notify.Kind]bool{notify.LeadUntouched: true, notify.LeadEscalated: true, notify.LeadAllocated: true}

func (p *play) notices(ctx context.Context) error {
	p.out.Notices = map[string]int{}
	for user, person := range map[string]client{"manager": p.manager, "sales": p.sales, "rival": p.rival} {
		for cursor := ""; ; {
			var page struct {
				Items []struct{ Kind notify.Kind }
				Next  string
			}
			if err := person.get(ctx, "/v1/notifications?limit=200"+cursor, &page); err != nil {
				return err
			}
			for _, n := range page.Items {
				if !waited[n.Kind] {
					p.out.Notices[user]++
				}
			}
			if page.Next == "" {
				break
			}
			cursor = "&cursor=" + page.Next
		}
	}
	return nil
}

func (p *play) mails(ctx context.Context) error {
	var page struct {
		Items []struct {
			Channel, To, Subject string
			Kind                 notify.Kind
			Headers              map[string]string
		}
	}
	if err := (client{base: p.Winback}).get(ctx, "/_local/outbox?limit=100000", &page); err != nil {
		return err
	}
	p.out.Told = map[string]int{}
	sends := map[string]bool{}
	for _, m := range page.Items {
		if waited[m.Kind] {
			continue
		}
		if m.Channel == "sms" {
			p.out.Told[m.To]++
			continue
		}
		address, err := mail.ParseAddress(m.To)
		if err != nil {
			return fmt.Errorf("rehearse: %w", err)
		}
		told := 1
		if _, err := fmt.Sscanf(m.Subject, "Seen online: %d sightings", &told); err != nil {
			told = 1
		}
		p.out.Told[address.Address] += told
		if id := m.Headers["X-Winback-Send-Id"]; sends[id] {
			p.out.MailsTwice++
		} else {
			sends[id] = true
		}
	}
	return nil
}

// detail is what a problem says.
func (r *refusal) detail() string {
	var problem struct{ Detail string }
	_ = json.Unmarshal(r.body, &problem) // what is no problem has no detail
	return problem.Detail
}

// Missing counts what the other outcome has and this one has not: things that were lost here, or doubled there.
func (o Outcome) Missing(other Outcome) (n int) {
	less := func(here, there int) { n += max(0, there-here) }
	for i := range min(len(o.Batches), len(other.Batches)) {
		less(o.Batches[i].Active, other.Batches[i].Active)
	}
	less(o.Leads, other.Leads)
	less(o.Prospects, other.Prospects)
	less(o.Answers, other.Answers)
	less(o.Customers, other.Customers)
	less(o.Duplicates, other.Duplicates)
	less(o.MailsTwice, other.MailsTwice)
	for _, vin := range slices.Sorted(maps.Keys(other.Vehicles)) {
		less(len(o.Vehicles[vin].Sightings), len(other.Vehicles[vin].Sightings))
		if o.Vehicles[vin].Status == "" {
			n++
		}
	}
	for user, there := range other.Notices {
		less(o.Notices[user], there)
	}
	for address, there := range other.Told {
		less(o.Told[address], there)
	}
	return n
}

// String is the outcome in one line.
func (o Outcome) String() string {
	seen := 0
	for _, v := range o.Vehicles {
		seen += len(v.Sightings)
	}
	var told []string
	for _, address := range slices.Sorted(maps.Keys(o.Told)) {
		told = append(told, fmt.Sprintf("%s of %d", address, o.Told[address]))
	}
	return fmt.Sprintf("%d vehicles, %d sightings, %d notices, mails tell %s, %d leads, %d prospects",
		len(o.Vehicles), seen, o.Notices["manager"]+o.Notices["sales"]+o.Notices["rival"], strings.Join(told, ", "), o.Leads, o.Prospects)
}
