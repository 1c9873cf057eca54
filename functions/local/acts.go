package main

import (
	"bytes"
	"context"
	"fmt"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"
)

// counts are how far a batch is.
type counts struct {
	Total, Queued, Submitted, Active, Errored, Duplicates int
	Done                                                  bool
}

// upload sends the list and says what became of its rows. It goes as a form, which may be in any encoding.
func (p performance) upload(ctx context.Context, m material) (batch string, err error) {
	var form bytes.Buffer
	parts := multipart.NewWriter(&form)
	part, err := parts.CreateFormFile("file", m.name)
	if err != nil {
		return "", err
	}
	if _, err := part.Write(m.list); err != nil {
		return "", err
	}
	if err := parts.Close(); err != nil {
		return "", err
	}
	var answer struct {
		Batch                                     string
		Rows, Accepted, Duplicates, RejectedTotal int
		Rejected                                  []struct {
			Line           int
			Column, Reason string
		}
	}
	if err := p.manager.call(ctx, http.MethodPost, "/v1/recaptures/uploads", parts.FormDataContentType(), &form, &answer); err != nil {
		if m.own {
			err = fmt.Errorf("%w\nA list is CSV with a line of column names, of which vin, or rego and state, are needed", err)
		}
		return "", err
	}
	p.say("   %d rows: %d accepted, %d duplicates, %d rejected\n", answer.Rows, answer.Accepted, answer.Duplicates, answer.RejectedTotal)
	for _, r := range answer.Rejected[:min(len(answer.Rejected), 3)] {
		p.say("   line %d, %s: %s\n", r.Line, r.Column, r.Reason)
	}
	if answer.Accepted == 0 {
		return "", fmt.Errorf("none of the rows can be watched")
	}
	return answer.Batch, nil
}

// watch shows how the vehicles of a batch go from step to step.
func (p performance) watch(ctx context.Context, batch string) error {
	var now counts
	for _, step := range []struct {
		name   string
		passed func() int
	}{
		{"queued", func() int { return now.Total }},
		{"submitted", func() int { return now.Total - now.Queued }},
		{"watched", func() int { return now.Active + now.Errored + now.Duplicates }},
	} {
		err := p.follow(ctx, step.name, func() (int, int, error) {
			err := p.manager.get(ctx, "/v1/recapture-batches/"+batch, &now)
			return step.passed(), now.Total, err
		})
		if err != nil {
			return err
		}
	}
	p.say("   %d watched, %d refused by the partner, %d duplicates\n", now.Active, now.Errored, now.Duplicates)
	return nil
}

// sight gives the partner its listings and waits until every meeting has reached the dashboard.
func (p performance) sight(ctx context.Context, m material) error {
	var feed struct{ Rows, New int }
	if err := p.partner.call(ctx, http.MethodPost, "/_sim/listings", "text/csv", bytes.NewReader(m.feed), &feed); err != nil {
		return err
	}
	p.say("   %d rows of listings, %d cars for sale\n", feed.Rows, feed.New)
	var calls struct{ Sent, Pending int }
	err := p.follow(ctx, "pushed", func() (int, int, error) {
		err := p.partner.get(ctx, "/_sim/calls", &calls)
		return calls.Sent, calls.Sent + calls.Pending, err
	})
	if err != nil {
		return err
	}
	// A push is only a hint; what it says is looked up, written down and told by workers.
	drained := make(chan error, 1)
	go func() { drained <- p.drain(ctx) }()
	var sum summary
	done := false
	err = p.follow(ctx, "looked up", func() (int, int, error) {
		select {
		case err := <-drained:
			if done = true; err != nil {
				return 0, 0, err
			}
		default:
		}
		err := p.manager.get(ctx, "/v1/recaptures/summary", &sum)
		if seen := sum.CapturedCustomers; !done {
			return seen, max(calls.Sent, seen+1), err
		}
		return sum.CapturedCustomers, sum.CapturedCustomers, err // a car that is listed twice was pushed twice
	})
	if err == nil && sum.CapturedCustomers == 0 {
		p.say("   None of the cars is in this feed. %s\n", m.hint())
	}
	return err
}

// drain returns when nothing is left to do.
func (p performance) drain(ctx context.Context) error {
	for {
		var answer struct{ Drained bool }
		if err := p.anonymous.post(ctx, "/_local/drain", map[string]string{"timeout": "30s"}, &answer); answer.Drained || err != nil {
			return err
		}
	}
}

// hint says what to do about a feed without any of the cars.
func (m material) hint() string {
	switch {
	case m.own && !m.ownFeed:
		return "It is the sample's; give your own with LISTINGS=feed.csv."
	case m.ownFeed && !m.own:
		return "The list is the sample; give your own with FILE=my.csv."
	}
	return "Cars are met by vin, or by rego and state."
}

// told shows what the user got: the first sighting at once, the others of its minute together. Nobody waits for the minute to
// end: the clock of the application moves on.
func (p performance) told(ctx context.Context) error {
	if err := p.mailed(ctx); err != nil {
		return err
	}
	p.say("   A minute later, what else was seen in it comes as one mail.\n")
	if err := p.anonymous.post(ctx, "/_local/clock", map[string]string{"advance": "1m"}, nil); err != nil {
		return err
	}
	if err := p.drain(ctx); err != nil {
		return err
	}
	if err := p.mailed(ctx); err != nil {
		return err
	}
	notices := 0
	for cursor := ""; ; {
		var page struct {
			Items []struct{ ID string }
			Next  string
		}
		if err := p.manager.get(ctx, "/v1/notifications?unread=true&limit=200"+cursor, &page); err != nil {
			return err
		}
		notices += len(page.Items)
		if page.Next == "" {
			break
		}
		cursor = "&cursor=" + page.Next
	}
	p.say("   %d unread notifications\n", notices)
	return nil
}

// mailed shows the outbox.
func (p performance) mailed(ctx context.Context) error {
	var mails struct {
		Items []struct{ To, Subject string }
	}
	if err := p.anonymous.get(ctx, "/_local/outbox?limit=100000", &mails); err != nil {
		return err
	}
	p.say("   %d mails in the outbox\n", len(mails.Items))
	if len(mails.Items) > 0 {
		p.say("   the latest: %q\n   to %s\n", mails.Items[0].Subject, mails.Items[0].To)
	}
	return nil
}

// sighted is a recapture as far as the demo shows it.
type sighted struct {
	ID      string
	Vehicle struct {
		VIN, Make, Model string
		Year             int
	}
	Customer     struct{ First, Last string }
	LastSighting struct {
		Price struct {
			Amount   int64
			Currency string
		}
		Site string
	}
}

// String is what was seen, as far as it is known.
func (s sighted) String() string {
	var b strings.Builder
	if s.Vehicle.Year > 0 {
		fmt.Fprintf(&b, "%d ", s.Vehicle.Year)
	}
	b.WriteString(strings.TrimSpace(s.Vehicle.Make + " " + s.Vehicle.Model))
	if name := strings.TrimSpace(s.Customer.First + " " + s.Customer.Last); name != "" {
		fmt.Fprintf(&b, " of %s", name)
	}
	fmt.Fprintf(&b, " was seen on %s", s.LastSighting.Site)
	if price := s.LastSighting.Price; price.Amount > 0 {
		fmt.Fprintf(&b, " for %s %d", price.Currency, price.Amount/100)
	}
	return b.String()
}

// makeLead turns the newest sighting into a lead, one of a customer whose name is known where there is one.
func (p performance) makeLead(ctx context.Context) error {
	var page struct{ Items []sighted }
	if err := p.manager.get(ctx, "/v1/recaptures?status=new_sighting&limit=200", &page); err != nil {
		return err
	}
	if len(page.Items) == 0 {
		p.say("   There is no sighting to make one of.\n")
		return nil
	}
	r := page.Items[max(0, slices.IndexFunc(page.Items, func(r sighted) bool { return r.Customer.Last != "" }))]
	p.say("   %s\n", r)
	var lead struct{ ID, Status string }
	if err := p.manager.post(ctx, "/v1/recaptures/"+r.ID+"/leads", map[string]string{"notes": "Seen online, call today."}, &lead); err != nil {
		return err
	}
	p.say("   lead %s is %s\n", lead.ID, lead.Status)
	return nil
}

// summary are the totals of the dashboard.
type summary struct {
	TotalCustomers, CapturedCustomers, DistinctCustomers int
	ByStatus                                             map[string]int
}

// summarise reads the totals and says what to try next.
func (p performance) summarise(ctx context.Context) error {
	var sum summary
	if err := p.manager.get(ctx, "/v1/recaptures/summary", &sum); err != nil {
		return err
	}
	p.say(`
In short
   cars on the list      %6d
   their customers       %6d
   cars seen online      %6d
   nobody looked at yet  %6d

Try next
   make dev DATA=%s
        serves this data; read /docs there
   make demo FILE=my.csv LISTINGS=feed.csv.gz
        does the same with your own list and a listing feed
`, sum.TotalCustomers, sum.DistinctCustomers, sum.CapturedCustomers, sum.ByStatus["new_sighting"], p.folder)
	return nil
}
