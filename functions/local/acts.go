package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
)

// counts are how far a batch is.
type counts struct {
	Total, Queued, Submitted, Active, Errored, Duplicates int
	Done                                                  bool
}

// upload sends the list and says what became of its rows.
func (p performance) upload(ctx context.Context, list []byte) (batch string, err error) {
	var answer struct {
		Batch                                     string
		Rows, Accepted, Duplicates, RejectedTotal int
		Rejected                                  []struct {
			Line           int
			Column, Reason string
		}
	}
	if err := p.manager.call(ctx, http.MethodPost, "/v1/recaptures/uploads", "text/csv", bytes.NewReader(list), &answer); err != nil {
		return "", err
	}
	fmt.Printf("   %d rows: %d accepted, %d duplicates, %d rejected\n", answer.Rows, answer.Accepted, answer.Duplicates, answer.RejectedTotal)
	for _, r := range answer.Rejected[:min(len(answer.Rejected), 3)] {
		fmt.Printf("   line %d %s: %s\n", r.Line, r.Column, r.Reason)
	}
	return answer.Batch, nil
}

// watch shows how the vehicles of a batch go from step to step.
func (p performance) watch(ctx context.Context, batch string) error {
	var now counts
	if err := p.manager.get(ctx, "/v1/recapture-batches/"+batch, &now); err != nil {
		return err
	}
	steps := []struct {
		name   string
		passed func(counts) int
	}{
		{"queued", func(c counts) int { return c.Total }},
		{"submitted", func(c counts) int { return c.Total - c.Queued }},
		{"watched", func(c counts) int { return c.Active + c.Errored + c.Duplicates }},
	}
	for _, step := range steps {
		progress := bar(now.Total, step.name)
		err := until(ctx, func() (bool, int, error) {
			if err := p.manager.get(ctx, "/v1/recapture-batches/"+batch, &now); err != nil {
				return false, 0, err
			}
			passed := step.passed(now)
			return passed >= now.Total, passed, progress.Set(passed)
		})
		if err != nil {
			return err
		}
	}
	fmt.Printf("   %d watched, %d refused by the partner, %d duplicates\n", now.Active, now.Errored, now.Duplicates)
	return nil
}

// sight gives the partner its listings and waits until every meeting has reached the dashboard.
func (p performance) sight(ctx context.Context, feed []byte) error {
	if err := p.partner.call(ctx, http.MethodPost, "/_sim/listings", "text/csv", bytes.NewReader(feed), nil); err != nil {
		return err
	}
	var calls struct{ Sent, Pending int }
	if err := p.partner.get(ctx, "/_sim/calls", &calls); err != nil {
		return err
	}
	progress := bar(calls.Sent+calls.Pending, "sightings")
	err := until(ctx, func() (bool, int, error) {
		if err := p.partner.get(ctx, "/_sim/calls", &calls); err != nil {
			return false, 0, err
		}
		progress.ChangeMax(max(calls.Sent+calls.Pending, 1))
		return calls.Pending == 0, calls.Sent, progress.Set(calls.Sent)
	})
	if err != nil {
		return err
	}
	if calls.Sent == 0 {
		fmt.Println("   none of the vehicles is in this listing feed")
	}
	var drained struct{ Drained bool }
	return p.anonymous.post(ctx, "/_local/drain", map[string]string{"timeout": "50s"}, &drained)
}

// told shows what the user got.
func (p performance) told(ctx context.Context) error {
	var mails struct {
		Items []struct{ To, Subject, Text string }
	}
	if err := p.anonymous.get(ctx, "/_local/outbox?limit=100000", &mails); err != nil {
		return err
	}
	fmt.Printf("   %d mails in the outbox", len(mails.Items))
	if len(mails.Items) > 0 {
		fmt.Printf(", the latest to %s: %q", mails.Items[0].To, mails.Items[0].Subject)
	}
	var notices struct {
		Items []struct{ Title string }
		Next  string
	}
	if err := p.manager.get(ctx, "/v1/notifications?unread=true&limit=200", &notices); err != nil {
		return err
	}
	more := ""
	if notices.Next != "" {
		more = "more than "
	}
	fmt.Printf("\n   %s%d unread notifications\n", more, len(notices.Items))
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
		Site, URL string
	}
}

// makeLead turns the newest sighting into a lead.
func (p performance) makeLead(ctx context.Context) error {
	var page struct{ Items []sighted }
	if err := p.manager.get(ctx, "/v1/recaptures?status=new_sighting&limit=200", &page); err != nil {
		return err
	}
	if len(page.Items) == 0 {
		fmt.Println("   there is no sighting to make one of")
		return nil
	}
	r := page.Items[max(0, slices.IndexFunc(page.Items, func(r sighted) bool { return r.Customer.Last != "" }))]
	fmt.Printf("   %d %s %s of %s %s was seen on %s for %s %d\n", r.Vehicle.Year, r.Vehicle.Make, r.Vehicle.Model, r.Customer.First, r.Customer.Last,
		r.LastSighting.Site, r.LastSighting.Price.Currency, r.LastSighting.Price.Amount/100)
	var lead struct{ ID, Status string }
	if err := p.manager.post(ctx, "/v1/recaptures/"+r.ID+"/leads", map[string]string{"notes": "Seen online, call today."}, &lead); err != nil {
		return err
	}
	fmt.Printf("   lead %s is %s\n", lead.ID, lead.Status)
	return nil
}

// summarise reads the totals and says what to try next.
func (p performance) summarise(ctx context.Context) error {
	var sum struct {
		TotalCustomers, CapturedCustomers, DistinctCustomers int
		ByStatus                                             map[string]int
	}
	if err := p.manager.get(ctx, "/v1/recaptures/summary", &sum); err != nil {
		return err
	}
	fmt.Printf(`
In short: %d cars of %d customers are on the list, %d were seen online, %d of them wait for somebody to look.

Try next:
  make dev DATA=%s            serve this data, then open http://127.0.0.1:8080/docs
  make demo FILE=my.csv LISTINGS=feed.csv.gz
                               the same with your own list and a listing feed
`, sum.TotalCustomers, sum.DistinctCustomers, sum.CapturedCustomers, sum.ByStatus["new_sighting"], p.folder)
	return nil
}

// marker says that a folder is a demo's and may be deleted by the next one.
const marker = "demo-data"

// fresh makes an empty folder, in place of the one that an earlier demo left.
func fresh(folder string) error {
	if _, err := os.Stat(folder); err == nil {
		if _, err := os.Stat(filepath.Join(folder, marker)); err != nil {
			return fmt.Errorf("%s was not made by a demo; name another folder with -data", folder)
		}
		if err := os.RemoveAll(folder); err != nil {
			return err
		}
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder, marker), nil, 0o600)
}
