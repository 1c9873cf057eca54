package rehearse

import (
	"context"
	"errors"
	"fmt"
	"net/http"
)

// dailyWork is what the main job leaves out and people do all the same. Every function of the catalogue has its part in it.
func (p *play) dailyWork(ctx context.Context, _ int) error {
	for _, step := range []struct {
		name string
		take func(context.Context) error
	}{
		{"pages", p.turnPages},
		{"a notification", p.readNotice},
		{"a car that is given up", p.giveUp},
		{"a car that is valued", p.appraise},
		{"rules about leads", p.setRules},
		{"electronic leads", p.receiveLead},
		{"links in a mail", p.followLinks},
		{"a lead that is handed over", p.handOver},
		{"a lead that is answered", p.answer},
		{"a customer who answers", p.converse},
		{"the management system", p.exchange},
		{"a lead that is left lying", p.leave},
		{"a prospect that is written to", p.followUp},
		{"cars that are sold", p.sell},
		{"pushes that never came", p.missPushes},
		{"a car that is given up too early", p.giveUpEarly},
		{"watches that end", p.endWatches},
		{"a user who leaves and comes back", p.rehire},
	} {
		if err := step.take(ctx); err != nil {
			return fmt.Errorf("%s: %w", step.name, err)
		}
		if err := p.drain(ctx); err != nil {
			return fmt.Errorf("%s: %w", step.name, err)
		}
	}
	return nil
}

// reads are addresses that lists and forms of the application ask for.
var reads = []string{
	"/v1/me", "/v1/leads?limit=2", "/v1/customers?limit=2", "/v1/appraisals?limit=2", "/v1/prospects?limit=2", "/v1/recaptures?limit=2", "/v1/notifications?limit=2",
	"/v1/templates", "/v1/templates/variables", "/v1/groups",
}

// turnPages asks for lists, for the page after the first one, and for the public reference.
func (p *play) turnPages(ctx context.Context) error {
	for _, path := range reads {
		if err := p.manager.turn(ctx, path); err != nil {
			return err
		}
	}
	if err := p.admin.turn(ctx, "/v1/audit?limit=2"); err != nil {
		return err
	}
	return client{base: p.Winback}.get(ctx, "/docs", nil)
}

// turn asks for a page and the one after it.
func (c client) turn(ctx context.Context, path string) error {
	var page struct{ Next string }
	if err := c.get(ctx, path, &page); err != nil || page.Next == "" {
		return err
	}
	return c.get(ctx, path+"&cursor="+page.Next, nil)
}

// first is the id of what a list begins with.
func (c client) first(ctx context.Context, path string) (string, error) {
	var page struct{ Items []struct{ ID string } }
	if err := c.get(ctx, path, &page); err != nil {
		return "", err
	}
	if len(page.Items) == 0 {
		return "", errors.New("rehearse: nothing is listed at " + path)
	}
	return page.Items[0].ID, nil
}

// readNotice marks the newest notification as read.
func (p *play) readNotice(ctx context.Context) error {
	id, err := p.manager.first(ctx, "/v1/notifications?limit=1")
	if err != nil {
		return err
	}
	return p.manager.send(ctx, http.MethodPost, "/v1/notifications/"+id+"/read", map[string]any{}, nil)
}

// giveUp ends the watch of a car.
func (p *play) giveUp(ctx context.Context) error {
	watched, err := p.list(ctx, "?status=active")
	if err != nil || len(watched) == 0 {
		return fmt.Errorf("rehearse: no car is watched: %w", err)
	}
	return p.manager.call(ctx, http.MethodDelete, "/v1/recaptures/"+watched[0].ID, "", nil, nil)
}

// appraise enters an appraisal and asks the partner what the car is worth.
func (p *play) appraise(ctx context.Context) error {
	id, err := p.manager.post(ctx, "/v1/appraisals", map[string]any{
		"customer": map[string]string{"last": "Lund"}, "vehicle": map[string]string{"vin": "6T153BK360X070769"}, "odometer": 84000,
	})
	if err != nil {
		return err
	}
	var valued struct {
		Valuation struct{ Retail struct{ Amount int64 } }
	}
	if err := p.manager.send(ctx, http.MethodPost, "/v1/appraisals/"+id+"/valuation", map[string]int{"condition": 4}, &valued); err != nil {
		return err
	}
	if valued.Valuation.Retail.Amount == 0 {
		return errors.New("rehearse: a car is worth nothing")
	}
	return nil
}

// rehire lets a user go, come back, be deleted, and be invited once more, whom the sign-in service knows by then.
func (p *play) rehire(ctx context.Context) error {
	tom := map[string]any{"name": map[string]string{"first": "Tom", "last": "Temporary"}, "email": "tom@harbour.example"}
	id, err := p.admin.post(ctx, "/v1/users", tom)
	if err != nil {
		return err
	}
	for _, disabled := range []bool{true, false} {
		if err := p.admin.send(ctx, http.MethodPatch, "/v1/users/"+id, map[string]bool{"disabled": disabled}, nil); err != nil {
			return err
		}
	}
	if err := p.admin.call(ctx, http.MethodDelete, "/v1/users/"+id, "", nil, nil); err != nil {
		return err
	}
	_, err = p.admin.post(ctx, "/v1/users", tom)
	return err
}

// run fires a schedule and waits for what comes of it.
func (p *play) run(ctx context.Context, function string) error {
	if err := (client{base: p.Winback}).send(ctx, http.MethodPost, "/_local/run/"+function, map[string]any{}, nil); err != nil {
		return err
	}
	return p.drain(ctx)
}
