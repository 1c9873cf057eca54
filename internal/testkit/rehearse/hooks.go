package rehearse

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

// Secrets of the management system, before and after it changes.
const (
	firstSecret  = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	secondSecret = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
)

// subscribe has the feed sent to the management system, and returns the path of its endpoint. The system is away when the
// first message comes.
func (s *Stand) subscribe(ctx context.Context, admin client) (string, error) {
	system := client{base: s.partner.url}
	var at struct{ URL string }
	if err := system.get(ctx, "/_dms/address", &at); err != nil {
		return "", err
	}
	id, err := admin.post(ctx, "/v1/dms/endpoints", map[string]any{"name": "Autoline", "url": at.URL, "secret": firstSecret})
	if err != nil {
		return "", err
	}
	path := "/v1/dms/endpoints/" + id
	for _, step := range []struct {
		who  client
		path string
		body any
	}{
		{system, "/_dms/secrets", map[string]any{"secrets": []string{secondSecret}}},
		{system, "/_dms/faults", map[string]any{"status": 503, "times": 1}},
		{admin, path + "/rotate-secret", map[string]any{"secret": secondSecret}},
	} {
		if err := step.who.send(ctx, http.MethodPost, step.path, step.body, nil); err != nil {
			return "", err
		}
	}
	return path, nil
}

// heard checks that the management system has got every change, those that it did not take at first, too, under the ids of
// the feed and signed with a secret that it knows.
func (s *Stand) heard(ctx context.Context, want []told) error {
	if err := s.Age(2 * time.Minute); err != nil {
		return err
	}
	if err := s.Drain(ctx); err != nil {
		return err
	}
	var got struct {
		Items []struct {
			ID                 string
			Times              int
			Verified, Accepted bool
		}
	}
	if err := (client{base: s.partner.url}).get(ctx, "/_dms/received", &got); err != nil {
		return err
	}
	times := map[string]int{}
	repeated := 0
	for _, m := range got.Items {
		if m.Verified && m.Accepted {
			times[m.ID] = m.Times
			repeated += m.Times - 1
		}
	}
	for _, change := range want {
		if times[change.ID] == 0 {
			return fmt.Errorf("rehearse: the management system has not got %s %s of %d: %+v", change.Type, change.ID, len(want), got.Items)
		}
	}
	if repeated == 0 {
		return fmt.Errorf("rehearse: what the management system did not take at first did not come again: %+v", got.Items)
	}
	return nil
}

// unsubscribe asks for a message again, which the management system answers with Gone: that disables the endpoint, and the
// administrators are told. Then the endpoint goes.
func (s *Stand) unsubscribe(ctx context.Context, admin client, path string) error {
	if err := (client{base: s.partner.url}).send(ctx, http.MethodPost, "/_dms/faults", map[string]any{"status": 410, "times": 1}, nil); err != nil {
		return err
	}
	var log struct{ Items []struct{ ID int64 } }
	if err := admin.get(ctx, path+"/deliveries?limit=1", &log); err != nil {
		return err
	}
	if len(log.Items) == 0 {
		return fmt.Errorf("rehearse: nothing was sent to %s", path)
	}
	if err := admin.send(ctx, http.MethodPost, fmt.Sprintf("%s/deliveries/%d/redeliver", path, log.Items[0].ID), map[string]any{}, nil); err != nil {
		return err
	}
	if err := s.Drain(ctx); err != nil {
		return err
	}
	var endpoint struct{ State, Why string }
	if err := admin.get(ctx, path, &endpoint); err != nil {
		return err
	}
	if endpoint.State != "disabled" {
		return fmt.Errorf("rehearse: an endpoint that is gone is %s", endpoint.State)
	}
	return admin.call(ctx, http.MethodDelete, path, "", nil, nil)
}
