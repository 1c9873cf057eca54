package rehearse

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
)

// integrate says that the company works with a dealer's management system.
func integrate(ctx context.Context, admin client) error {
	var home map[string]any
	if err := admin.get(ctx, "/v1/company", &home); err != nil {
		return err
	}
	home["features"] = map[string]any{"prospects": true, "dms": true}
	return admin.send(ctx, http.MethodPut, "/v1/company", home, nil)
}

// told is what a dealer's management system reads of a change.
type told struct{ ID, Type, DMSID, Lead string }

// exchange plays a dealer's management system: it hands in three follow-ups, one of them again and one that is wrong; one is
// completed, one turned into a lead, and both are told; so are follow-ups that are made of a sighting and of a lost lead.
func (p *play) exchange(ctx context.Context) error {
	system, manager := p.admin, p.manager
	if err := integrate(ctx, system); err != nil {
		return err
	}
	seen, err := behind(ctx, system, "")
	if err != nil {
		return err
	}
	endpoint, err := p.subscribe(ctx, system)
	if err != nil {
		return err
	}
	row := func(id string, version int, yard string) map[string]any {
		return map[string]any{
			"id": id, "version": version, "yard": yard, "user": "manager@harbour.example", "due": "2026-11-25T23:00:00Z",
			"customer": map[string]string{"id": "C-1", "last": "Fox", "email": "fox@mail.example"},
		}
	}
	var done struct {
		Counts map[string]int
		Items  []struct{ Prospect string }
	}
	rows := []any{row("R-1", 1, "Sydney"), row("R-2", 2, "Sydney"), row("R-2", 1, "Sydney"), row("R-3", 1, "Atlantis")}
	if err := system.send(ctx, http.MethodPost, "/v1/dms/prospects", map[string]any{"prospects": rows}, &done); err != nil {
		return err
	}
	if done.Counts["created"] != 2 || done.Counts["stale"] != 1 || done.Counts["rejected"] != 1 {
		return fmt.Errorf("rehearse: of what the DMS hands in becomes %v", done.Counts)
	}
	one, two := "/v1/prospects/"+done.Items[0].Prospect, "/v1/prospects/"+done.Items[1].Prospect
	for _, step := range []struct {
		path string
		body map[string]string
	}{
		{one + "/attempts", map[string]string{"notes": "no answer"}},
		{one + "/messages", map[string]string{"channel": "email", "subject": "Your car", "body": "Shall we talk?"}},
		{one + "/complete", map[string]string{"notes": "has bought elsewhere"}},
		{two + "/convert", map[string]string{}},
	} {
		if err := manager.send(ctx, http.MethodPost, step.path, step.body, nil); err != nil {
			return err
		}
	}
	if err := p.followUps(ctx); err != nil {
		return err
	}
	var changes []told
	var all []string
	err = until(ctx, p.patience(), func() (bool, error) {
		after, err := behind(ctx, system, seen.Next)
		seen.Next = after.Next
		for _, t := range after.Items {
			changes, all = append(changes, t), append(all, t.DMSID+" "+t.Type)
		}
		return !slices.ContainsFunc(feedback, func(want string) bool { return !slices.Contains(all, want) }), err
	})
	if err != nil {
		return fmt.Errorf("%w: the DMS is told %q, not all of %q", err, all, feedback)
	}
	if err := p.heard(ctx, changes); err != nil {
		return err
	}
	return p.unsubscribe(ctx, system, endpoint)
}

// feedback is what the management system must be told.
var feedback = []string{"R-1 prospect.attempted", "R-1 prospect.contacted", "R-1 prospect.completed", "R-2 prospect.converted", " prospect.created"}

// followUps makes one follow-up of a sighting and one of a lead that is lost.
func (p *play) followUps(ctx context.Context) error {
	sighted, err := p.list(ctx, "?status=new_sighting")
	if err != nil {
		return err
	}
	if len(sighted) == 0 {
		return errors.New("rehearse: no car is seen")
	}
	lead, err := p.manager.first(ctx, "/v1/leads?q=imogen&limit=1")
	if err != nil {
		return err
	}
	if _, err := p.manager.post(ctx, "/v1/recaptures/"+sighted[len(sighted)-1].ID+"/prospects", map[string]any{"type": "Phone Out"}); err != nil {
		return err
	}
	return p.manager.send(ctx, http.MethodPost, "/v1/leads/"+lead+"/close", map[string]any{"outcome": "lost", "reason": "Too dear", "closeToProspect": true}, nil)
}

// page is a page of the feed.
type page struct {
	Items []told
	Next  string
}

// behind is all of the feed behind a cursor, and where it goes on.
func behind(ctx context.Context, system client, cursor string) (all page, err error) {
	for all.Next = cursor; ; {
		var next page
		if err := system.get(ctx, "/v1/dms/changes?limit=100&cursor="+all.Next, &next); err != nil {
			return page{}, err
		}
		all.Items, all.Next = append(all.Items, next.Items...), next.Next
		if len(next.Items) == 0 {
			return all, nil
		}
	}
}
