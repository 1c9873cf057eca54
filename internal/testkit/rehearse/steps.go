package rehearse

import (
	"context"
	"errors"
	"fmt"
	"net/http"
)

// reads are addresses that lists and forms of the application ask for.
var reads = []string{
	"/v1/me", "/v1/leads?limit=2", "/v1/customers?limit=2", "/v1/appraisals?limit=2", "/v1/prospects?limit=2", "/v1/recaptures?limit=2", "/v1/notifications?limit=2",
	"/v1/templates", "/v1/templates/variables", "/v1/groups",
}

// More is what the main job leaves out and people do all the same: they turn pages, read what they were told, and give a car
// up; a provider sends a lead; a prospect is written to; connections are compared, and strangers read the reference.
func (s *Stand) More(ctx context.Context) error {
	anonymous := client{base: s.url}
	manager, err := anonymous.signIn(ctx, "manager@harbour.example")
	if err != nil {
		return err
	}
	for _, path := range reads {
		if err := manager.turn(ctx, path); err != nil {
			return err
		}
	}
	if err := anonymous.get(ctx, "/docs", nil); err != nil {
		return err
	}
	for _, step := range []func(context.Context, client) error{
		readNotice,
		giveUp,
		s.setRules,
		s.receiveLead,
		s.followLinks,
		s.handOver,
		answer,
		s.exchange,
		s.leave,
		s.followUp,
	} {
		if err := step(ctx, manager); err != nil {
			return err
		}
	}
	if err := s.Drain(ctx); err != nil {
		return err
	}
	if err := s.Tick(ctx, "sighting-reconcile"); err != nil {
		return err
	}
	return s.Drain(ctx)
}

// turn asks for a page and the one after it.
func (c client) turn(ctx context.Context, path string) error {
	var page struct{ Next string }
	if err := c.get(ctx, path, &page); err != nil || page.Next == "" {
		return err
	}
	return c.get(ctx, path+"&cursor="+page.Next, nil)
}

// readNotice marks the newest notification as read.
func readNotice(ctx context.Context, c client) error {
	var page struct{ Items []struct{ ID string } }
	if err := c.get(ctx, "/v1/notifications?limit=1", &page); err != nil {
		return err
	}
	if len(page.Items) == 0 {
		return errors.New("rehearse: nobody was told anything")
	}
	return c.send(ctx, http.MethodPost, "/v1/notifications/"+page.Items[0].ID+"/read", map[string]any{}, nil)
}

// giveUp ends the watch of a car.
func giveUp(ctx context.Context, c client) error {
	var page struct{ Items []struct{ ID string } }
	if err := c.get(ctx, "/v1/recaptures?status=active&limit=1", &page); err != nil {
		return err
	}
	if len(page.Items) == 0 {
		return errors.New("rehearse: no car is watched")
	}
	if err := c.call(ctx, http.MethodDelete, "/v1/recaptures/"+page.Items[0].ID, "", nil, nil); err != nil {
		return fmt.Errorf("%w (a car that is given up)", err)
	}
	return nil
}
