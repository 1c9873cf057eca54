package rehearse

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/winback-auto/winback/internal/local/fleet"
)

// World is an installation as the main job sees it: a deployment that is rehearsed, or local mode.
type World struct {
	Winback string // base URL of the interface, with the addresses under /_local
	Partner string // base URL of the partner simulator's controls
	// Pass lets time pass, which both worlds do without waiting.
	Pass func(context.Context, time.Duration) error
	// Did hears of each step of the main job after it; nil: nobody does.
	Did func(step string) error
}

// The main job.
const (
	seenShare = 0.2 // of the cars come up for sale again
	jobSeed   = 2027
	patience  = 6 * time.Minute // with the first thousand of cars, and with each further; several worlds share the processors
)

// seen is how many of the cars come up for sale again.
func seen(cars int) int { return int(seenShare*float64(cars) + 0.5) }

// play is a main job under way.
type play struct {
	World
	cars    int
	partner client
	admin   client // Ada of Harbour Motors
	manager client // Mara of the same
	sales   client // Sam of the same
	rival   client // Mara of Nordlicht Autohaus
	out     Outcome
}

// Play plays the main job on the demonstration data: two people upload their lists of cars that were once sold; they are
// submitted and watched; some appear online, are pushed, looked up and told; one becomes a lead and one a prospect; another
// company sees nothing of it. Beside that people do what they do every day. Then every lease and every question that was left open runs out. It acts and learns only
// through the interface.
func Play(ctx context.Context, w World, cars int) (Outcome, error) {
	p := &play{World: w, partner: client{base: w.Partner}, cars: cars}
	for _, step := range []struct {
		name string
		take func(context.Context, int) error
	}{
		{"sign in", p.signIn},
		{"upload", p.upload},
		{"sight", p.sight},
		{"tell", p.tell},
		{"work", p.work},
		{"strangers", p.strangers},
		{"mistakes", p.mistakes},
		{"daily work", p.dailyWork},
		{"refusals", p.refusals},
		{"settle", p.settle},
		{"count", p.count},
	} {
		err := step.take(ctx, cars)
		if err == nil && w.Did != nil {
			err = w.Did(step.name)
		}
		if err != nil {
			return p.out, fmt.Errorf("%s: %w", step.name, err)
		}
	}
	return p.out, nil
}

// patience is how long anything may take.
func (p *play) patience() time.Duration { return patience * time.Duration(1+p.cars/1000) }

func (p *play) signIn(ctx context.Context, _ int) error {
	anonymous := client{base: p.Winback}
	for email, into := range map[string]*client{
		"admin@harbour.example": &p.admin, "manager@harbour.example": &p.manager, "sales1@harbour.example": &p.sales, "manager@nordlicht.example": &p.rival,
	} {
		var err error
		if *into, err = anonymous.signIn(ctx, email); err != nil {
			return err
		}
	}
	return nil
}

// upload sends both lists and waits until the partner watches everything on them.
func (p *play) upload(ctx context.Context, cars int) error {
	all := fleet.Generate(jobSeed, cars)
	for n, person := range []client{p.manager, p.sales} {
		var list bytes.Buffer
		if err := fleet.WriteList(&list, all[n*cars/2:(n+1)*cars/2]); err != nil {
			return err
		}
		var answer struct{ Batch string }
		if err := person.upload(ctx, "/v1/recaptures/uploads", "sold.csv", list.Bytes(), &answer); err != nil {
			return err
		}
		p.out.batches = append(p.out.batches, answer.Batch)
	}
	for _, batch := range p.out.batches {
		if err := p.watched(ctx, batch); err != nil {
			return err
		}
	}
	return nil
}

// watched waits until the partner watches everything of a batch.
func (p *play) watched(ctx context.Context, batch string) error {
	var counts Batch
	err := until(ctx, p.patience(), func() (bool, error) {
		err := p.manager.get(ctx, "/v1/recapture-batches/"+batch, &counts)
		return counts.Done, err
	})
	if err != nil {
		return fmt.Errorf("%w: the batch stands at %+v", err, counts)
	}
	return p.drain(ctx)
}

// sight lets cars appear online, and waits until everything is looked up.
func (p *play) sight(ctx context.Context, cars int) error {
	var feed bytes.Buffer
	if err := fleet.WriteListings(&feed, fleet.Generate(jobSeed, cars), seenShare, jobSeed); err != nil {
		return err
	}
	if err := p.partner.call(ctx, http.MethodPost, "/_sim/listings", "text/csv", feed.Bytes(), nil); err != nil {
		return err
	}
	if err := p.pushed(ctx); err != nil {
		return err
	}
	// What a worker held when it died is looked up only when it is seen again, which no drain waits for.
	var sum Summary
	err := until(ctx, p.patience(), func() (bool, error) {
		err := p.manager.get(ctx, "/v1/recaptures/summary", &sum)
		return sum.CapturedCustomers == seen(cars), err
	})
	if err != nil {
		return fmt.Errorf("%w: %d cars were seen", err, sum.CapturedCustomers)
	}
	return p.drain(ctx)
}

// pushed waits until the partner has settled every push.
func (p *play) pushed(ctx context.Context) error {
	err := until(ctx, p.patience(), func() (bool, error) {
		var calls struct{ Pending int }
		err := p.partner.get(ctx, "/_sim/calls", &calls)
		return calls.Pending == 0, err
	})
	if err != nil {
		return fmt.Errorf("%w: pushes are left", err)
	}
	return nil
}

// tell lets the minute pass after which digests are sent.
func (p *play) tell(ctx context.Context, _ int) error { return p.pass(ctx, 61*time.Second) }

// work makes a lead of the first sighting and a prospect of the second, by their VINs.
func (p *play) work(ctx context.Context, _ int) error {
	sighted, err := p.list(ctx, "?status=new_sighting")
	if err != nil {
		return err
	}
	if len(sighted) < 2 {
		return fmt.Errorf("rehearse: only %d cars were seen", len(sighted))
	}
	if _, err := p.manager.post(ctx, "/v1/recaptures/"+sighted[0].ID+"/leads", map[string]string{"notes": "Seen online, call today."}); err != nil {
		return err
	}
	if _, err := p.manager.post(ctx, "/v1/recaptures/"+sighted[1].ID+"/prospects", map[string]string{"type": "Phone Out"}); err != nil {
		return err
	}
	return p.drain(ctx)
}

// strangers checks that another company sees nothing, and that our ids are to it as ones that never were.
func (p *play) strangers(ctx context.Context, _ int) error {
	ours, err := p.list(ctx, "?status=active")
	if err != nil || len(ours) == 0 {
		return fmt.Errorf("rehearse: no car of ours: %w", err)
	}
	var theirs struct{ Items []recapture }
	if err := p.rival.get(ctx, "/v1/recaptures", &theirs); err != nil {
		return err
	}
	if len(theirs.Items) > 0 {
		return fmt.Errorf("rehearse: another company sees %d cars", len(theirs.Items))
	}
	for path, id := range map[string]string{"/v1/recaptures/": ours[0].ID, "/v1/recapture-batches/": p.out.batches[0]} {
		foreign, unknown := new(refusal), new(refusal)
		if !errors.As(p.rival.get(ctx, path+id, nil), &foreign) || !errors.As(p.rival.get(ctx, path+neverGiven, nil), &unknown) {
			return fmt.Errorf("rehearse: another company gets %s%s", path, id)
		}
		if foreign.status != http.StatusNotFound || foreign.detail() != unknown.detail() {
			return fmt.Errorf("rehearse: a foreign id is told from an unknown one: %v, %v", foreign, unknown)
		}
	}
	return nil
}

// mistakes are requests that are refused, and how.
func (p *play) mistakes(ctx context.Context, _ int) error {
	p.out.Refused = map[string]int{}
	for _, m := range []struct {
		who                             client
		method, path, contentType, body string
	}{
		{p.manager, "POST", "/v1/recaptures/uploads", "text/csv", "make,model\nToyota,Camry\n"},
		{p.manager, "POST", "/v1/recaptures/uploads", "text/csv", ""},
		{p.manager, "POST", "/v1/recaptures", "application/json", `{"vehicles": [{"vin": "6T153BK360X070769"}], "vehicles": []}`},
		{p.manager, "POST", "/v1/recaptures", "application/json", `{"vehicles": [{"vin": "SHORT"}]}`},
		{p.manager, "POST", "/v1/leads", "application/json", `{"customer": {"email": "no address"}}`},
		{p.manager, "GET", "/v1/leads?limit=100000", "", ""},
		{p.sales, "GET", "/v1/roles", "", ""},
		{client{base: p.Winback}, "GET", "/v1/leads", "", ""},
		{client{base: p.Winback, token: "nonsense"}, "GET", "/v1/leads", "", ""},
	} {
		var refused *refusal
		if err := m.who.call(ctx, m.method, m.path, m.contentType, []byte(m.body), nil); !errors.As(err, &refused) {
			return fmt.Errorf("rehearse: %s %s %s is not refused: %w", m.method, m.path, m.body, err)
		}
		p.out.Refused[m.method+" "+m.path+" "+m.body] = refused.status
	}
	return nil
}

// settle lets every lease and every wait run out.
func (p *play) settle(ctx context.Context, _ int) error {
	for range 3 {
		if err := p.pass(ctx, time.Hour); err != nil {
			return err
		}
	}
	return nil
}

func (p *play) pass(ctx context.Context, d time.Duration) error {
	if err := p.Pass(ctx, d); err != nil {
		return err
	}
	return p.drain(ctx)
}

// drain waits until nothing is left to do now.
func (p *play) drain(ctx context.Context) error {
	left := ""
	err := until(ctx, p.patience(), func() (bool, error) {
		var answer struct {
			Drained bool
			Dead    map[string]int
			Left    string
		}
		err := client{base: p.Winback}.send(ctx, http.MethodPost, "/_local/drain", map[string]string{"timeout": "30s"}, &answer)
		if err == nil && len(answer.Dead) > 0 {
			err = fmt.Errorf("rehearse: messages are dead: %v", answer.Dead)
		}
		left = answer.Left
		return answer.Drained, err
	})
	if errors.Is(err, errLate) && left != "" {
		err = fmt.Errorf("%w: %s", err, left)
	}
	return err
}

// recapture is one as lists show it.
type recapture struct {
	ID, Status string
	Vehicle    struct{ VIN string }

	LastSighting *struct{ Listing string }
}

// list is the manager's list, by VIN.
func (p *play) list(ctx context.Context, query string) ([]recapture, error) {
	var all []recapture
	separator := "?"
	if query != "" {
		separator = "&"
	}
	for cursor := ""; ; {
		var page struct {
			Items []recapture
			Next  string
		}
		if err := p.manager.get(ctx, "/v1/recaptures"+query+separator+"limit=200"+cursor, &page); err != nil {
			return nil, err
		}
		all = append(all, page.Items...)
		if page.Next == "" {
			slices.SortFunc(all, func(a, b recapture) int { return strings.Compare(a.Vehicle.VIN, b.Vehicle.VIN) })
			return all, nil
		}
		cursor = "&cursor=" + page.Next
	}
}

// errLate says that something has not happened in time.
var errLate = errors.New("rehearse: it takes too long")

// until asks again and again until the answer is yes.
func until(ctx context.Context, limit time.Duration, ask func() (bool, error)) error {
	timer := time.NewTicker(100 * time.Millisecond)
	defer timer.Stop()
	for deadline := time.Now().Add(limit); ; {
		done, err := ask()
		switch {
		case done || err != nil:
			return err
		case time.Now().After(deadline):
			return errLate
		}
		select {
		case <-timer.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
