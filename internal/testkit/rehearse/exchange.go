package rehearse

import (
	"context"
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
func (s *Stand) exchange(ctx context.Context, manager client) error {
	system, err := client{base: s.url}.signIn(ctx, "admin@harbour.example")
	if err != nil {
		return err
	}
	if err := integrate(ctx, system); err != nil {
		return err
	}
	seen, err := behind(ctx, system, "")
	if err != nil {
		return err
	}
	endpoint, err := s.subscribe(ctx, system)
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
	}{{one + "/attempts", map[string]string{"notes": "no answer"}}, {one + "/complete", map[string]string{"notes": "has bought elsewhere"}}, {two + "/convert", map[string]string{}}} {
		if err := manager.send(ctx, http.MethodPost, step.path, step.body, nil); err != nil {
			return err
		}
	}
	if err := followUps(ctx, manager); err != nil {
		return err
	}
	if err := s.Drain(ctx); err != nil {
		return err
	}
	after, err := behind(ctx, system, seen.Next)
	if err != nil {
		return err
	}
	var all []string
	for _, t := range after.Items {
		all = append(all, t.DMSID+" "+t.Type)
	}
	for _, want := range []string{"R-1 prospect.attempted", "R-1 prospect.completed", "R-2 prospect.converted", " prospect.created"} {
		if !slices.Contains(all, want) {
			return fmt.Errorf("rehearse: the DMS is told %q, not %s", all, want)
		}
	}
	if err := s.heard(ctx, after.Items); err != nil {
		return err
	}
	return s.unsubscribe(ctx, system, endpoint)
}

// followUps makes one follow-up of a sighting and one of a lead that is lost.
func followUps(ctx context.Context, manager client) error {
	for _, step := range []struct {
		list, path string
		body       map[string]any
	}{
		{"/v1/recaptures?status=new_sighting&limit=1", "/v1/recaptures/%s/prospects", map[string]any{"type": "Phone Out"}},
		{"/v1/leads?q=imogen&limit=1", "/v1/leads/%s/close", map[string]any{"outcome": "lost", "reason": "Too dear", "closeToProspect": true}},
	} {
		var found struct{ Items []struct{ ID string } }
		if err := manager.get(ctx, step.list, &found); err != nil {
			return err
		}
		if len(found.Items) == 0 {
			return fmt.Errorf("rehearse: nothing at %s", step.list)
		}
		if err := manager.send(ctx, http.MethodPost, fmt.Sprintf(step.path, found.Items[0].ID), step.body, nil); err != nil {
			return err
		}
	}
	return nil
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
