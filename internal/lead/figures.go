package lead

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/winback-auto/winback/internal/company"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
)

// Figures are what became of the leads that were created in a time, as they are now: each lead counts once, where it
// belongs now.
type Figures struct {
	From    time.Time `json:"from"`
	To      time.Time `json:"to"`
	Total   Figure    `json:"total"`
	Users   []Figure  `json:"users" doc:"By whose work they are now; an empty key: nobody's."`
	Sources []Figure  `json:"sources" doc:"An empty key: without a source. Upper and lower case are alike."`
	Yards   []Figure  `json:"yards"`
}

// Figure counts some leads.
type Figure struct {
	Key      string   `json:"key,omitempty" doc:"Id of the user or yard, or the source."`
	Name     string   `json:"name,omitempty" doc:"What the user or yard is called."`
	Leads    int      `json:"leads"`
	Open     int      `json:"open" doc:"New ones included."`
	Won      int      `json:"won"`
	Lost     int      `json:"lost"`
	Response Response `json:"response"`
}

// Response is how long customers waited. Leads without a response are in no percentile, so they are counted beside.
type Response struct {
	Answered   int `json:"answered" doc:"Leads with a response: a mail or text message that somebody wrote, a call, or an appointment that took place."`
	Unanswered int `json:"unanswered" doc:"Leads without, closed ones included."`
	Median     int `json:"medianSeconds,omitempty" doc:"Half of the answered leads waited at most so long, from their creation to the first response, nights and weekends included."`
	P90        int `json:"p90Seconds,omitempty" doc:"Nine of ten waited at most so long."`
}

// figuresOf are the leads that figures are asked for.
type figuresOf struct {
	From time.Time `query:"from" doc:"Created not before. Default: 30 days before to."`
	To   time.Time `query:"to" doc:"Created before. Default: now."`
	Yard string    `query:"yard" maxLength:"64" doc:"Default: all yards of the caller."`
}

// longest is the longest time of figures.
const longest = 400 * 24 * time.Hour

// figures counts the leads in the caller's yards (median and p90 by nearest rank: both are waits that a customer had).
func figures(ctx context.Context, d app.Deps, caller access.Caller, of figuresOf) (Figures, error) {
	if of.To.IsZero() {
		of.To = d.Now().UTC()
	}
	if of.From.IsZero() {
		of.From = of.To.AddDate(0, 0, -30)
	}
	switch {
	case !of.From.Before(of.To):
		return Figures{}, errs.Violate(errs.Violation{Location: "query.to", Message: "is not after from"})
	case of.To.Sub(of.From) > longest:
		return Figures{}, errs.Violate(errs.Violation{Location: "query.from", Message: "is more than 400 days before to"})
	}
	yards := caller.Yards(access.LeadRead)
	if of.Yard != "" {
		yards = slices.DeleteFunc(yards, func(yard string) bool { return yard != of.Yard })
	}
	found, err := gathered(ctx, d, caller.Company, yards, of.From, of.To)
	if err != nil {
		return Figures{}, err
	}
	f := Figures{From: of.From.UTC(), To: of.To.UTC()}
	users, sources, places := counts{}, counts{}, counts{}
	var total count
	for yard, all := range found {
		for _, one := range all {
			total.add(one)
			users.of(string(one.User), string(one.User)).add(one)
			sources.of(strings.ToLower(one.Source), one.Source).add(one)
			places.of(yard, yard).add(one)
		}
	}
	f.Total, f.Users, f.Sources, f.Yards = total.figure(), users.figures(), sources.figures(), places.figures()
	return f, named(ctx, d, caller, &f)
}

// named adds what users and yards are called.
func named(ctx context.Context, d app.Deps, caller access.Caller, f *Figures) error {
	users, err := d.Access.Users(ctx, caller.Company)
	if err != nil {
		return err
	}
	yards, err := company.Yards(ctx, d, caller.Company)
	if err != nil {
		return err
	}
	names := map[string]string{}
	for _, u := range users {
		names[string(u.ID)] = u.Name()
	}
	for i := range f.Users {
		f.Users[i].Name = names[f.Users[i].Key]
	}
	for i := range f.Yards {
		for _, yard := range yards {
			if yard.ID == f.Yards[i].Key {
				f.Yards[i].Name = yard.Name
			}
		}
	}
	return nil
}

// count counts leads.
type count struct {
	key             string
	open, won, lost int
	unanswered      int
	waits           []time.Duration
}

func (c *count) add(f fact) {
	switch f.Status {
	case Won:
		c.won++
	case Lost:
		c.lost++
	default:
		c.open++
	}
	if f.Responded {
		c.waits = append(c.waits, f.After)
	} else {
		c.unanswered++
	}
}

func (c count) figure() Figure {
	slices.Sort(c.waits)
	return Figure{
		Key: c.key, Leads: c.open + c.won + c.lost, Open: c.open, Won: c.won, Lost: c.lost,
		Response: Response{Answered: len(c.waits), Unanswered: c.unanswered, Median: rank(c.waits, 50), P90: rank(c.waits, 90)},
	}
}

// rank is the smallest of the sorted waits that p of a hundred do not exceed, in whole seconds; 0 where there is none.
func rank(waits []time.Duration, p int) int {
	if len(waits) == 0 {
		return 0
	}
	return int(waits[(len(waits)*p+99)/100-1] / time.Second)
}

// counts are counts by a value.
type counts map[string]*count

// of is the count of a value, which is shown as it is first met.
func (c counts) of(value, shown string) *count {
	if c[value] == nil {
		c[value] = &count{key: shown}
	}
	return c[value]
}

// figures are the counts, most leads first.
func (c counts) figures() []Figure {
	all := make([]Figure, 0, len(c))
	for _, key := range slices.Sorted(maps.Keys(c)) {
		all = append(all, c[key].figure())
	}
	slices.SortStableFunc(all, func(a, b Figure) int { return cmp.Compare(b.Leads, a.Leads) })
	return all
}
