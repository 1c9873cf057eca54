package rehearse

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"
)

// Secrets of the management system, before and after it changes.
const (
	firstSecret  = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	secondSecret = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
)

// subscribe has the feed sent to the management system, and returns the path of its endpoint. The system is away when the
// first message comes.
func (p *play) subscribe(ctx context.Context, admin client) (string, error) {
	system := p.partner
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
func (p *play) heard(ctx context.Context, want []told) error {
	if err := p.pass(ctx, 2*time.Minute); err != nil {
		return err
	}
	var got struct {
		Items []struct {
			ID                 string
			Times              int
			Verified, Accepted bool
		}
	}
	err := until(ctx, p.patience(), func() (bool, error) {
		if err := p.partner.get(ctx, "/_dms/received", &got); err != nil {
			return false, err
		}
		times, repeated := map[string]int{}, false
		for _, m := range got.Items {
			if m.Verified && m.Accepted {
				times[m.ID], repeated = m.Times, repeated || m.Times > 1
			}
		}
		lacks := slices.ContainsFunc(want, func(change told) bool { return times[change.ID] == 0 })
		return repeated && !lacks, nil
	})
	if err != nil {
		return fmt.Errorf("%w: of %d changes the management system has got %+v, and none of them again", err, len(want), got.Items)
	}
	return nil
}

// unsubscribe asks for a message again, which the management system answers with Gone: that disables the endpoint, and the
// administrators are told. Then the endpoint goes.
func (p *play) unsubscribe(ctx context.Context, admin client, path string) error {
	if err := p.partner.send(ctx, http.MethodPost, "/_dms/faults", map[string]any{"status": 410, "times": 1}, nil); err != nil {
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
	if err := p.drain(ctx); err != nil {
		return err
	}
	var endpoint struct{ State, Why string }
	err := until(ctx, p.patience(), func() (bool, error) {
		err := admin.get(ctx, path, &endpoint)
		return endpoint.State == "disabled", err
	})
	if err != nil {
		return fmt.Errorf("%w: an endpoint that is gone is %s", err, endpoint.State)
	}
	return admin.call(ctx, http.MethodDelete, path, "", nil, nil)
}
