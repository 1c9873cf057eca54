package rehearse

import (
	"context"
	"errors"
	"net/http"
	"time"
)

// handOver gives a lead to another user, who is told by mail and, as the rule for such leads allows, by text message.
func (p *play) handOver(ctx context.Context) error {
	admin, manager := p.admin, p.manager
	id, err := manager.post(ctx, "/v1/leads", map[string]any{"customer": map[string]string{"last": "Hand"}, "source": "Handed over"})
	if err != nil {
		return err
	}
	var users struct {
		Items []struct {
			ID    string
			Owner bool
		}
	}
	if err := manager.get(ctx, "/v1/leads/"+id+"/assignees", &users); err != nil {
		return err
	}
	for _, user := range users.Items {
		if user.Owner {
			continue
		}
		rule := map[string]any{"name": "Handed over", "conditions": map[string]string{"source": "Handed over"}, "recipients": []string{user.ID}, "channels": []string{"email", "sms"}}
		if _, err := admin.post(ctx, "/v1/lead-rules", rule); err != nil {
			return err
		}
		if err := admin.send(ctx, http.MethodPatch, "/v1/users/"+user.ID, map[string]any{"mobile": "0491 570 156", "notify": map[string]bool{"email": true, "sms": true, "inApp": true}}, nil); err != nil {
			return err
		}
		return manager.send(ctx, http.MethodPost, "/v1/leads/"+id+"/allocate", map[string]any{"user": user.ID, "notes": "They know each other."}, nil)
	}
	return errors.New("rehearse: there is nobody else to whom the lead could go")
}

// leave sets what becomes of leads that nobody works on, leaves one lying until its owner is reminded of it and somebody
// else gets it, closes that one, and sets that nothing happens any more.
func (p *play) leave(ctx context.Context) error {
	admin, manager := p.admin, p.manager
	settings := map[string]any{"remind": map[string]any{"after": "2h", "times": 1}, "escalate": "2h", "return": map[string]any{"after": "4h", "to": "next"}}
	if err := admin.send(ctx, http.MethodPut, "/v1/lead-settings", settings, nil); err != nil {
		return err
	}
	id, err := manager.post(ctx, "/v1/leads", map[string]any{"customer": map[string]string{"last": "Idle"}, "vehicle": map[string]string{"make": "Lada"}})
	if err != nil {
		return err
	}
	if err := p.drain(ctx); err != nil { // the lead is known to whoever watches over leads
		return err
	}
	for _, span := range []time.Duration{3 * time.Hour, 2 * time.Hour} { // first the reminders, then the next owner
		if err := p.pass(ctx, span); err != nil {
			return err
		}
	}
	if err := manager.send(ctx, http.MethodPost, "/v1/leads/"+id+"/close", map[string]any{"outcome": "lost"}, nil); err != nil {
		return err
	}
	if err := admin.get(ctx, "/v1/lead-settings", nil); err != nil {
		return err
	}
	return admin.send(ctx, http.MethodPut, "/v1/lead-settings", map[string]any{}, nil)
}

// answer writes to a lead's customer, by mail and by text message, notes a call, and looks at the figures.
func (p *play) answer(ctx context.Context) error {
	manager := p.manager
	id, err := manager.post(ctx, "/v1/leads", map[string]any{"customer": map[string]string{"first": "Ada", "last": "Reply", "email": "ada.reply@mail.example", "mobile": "0491 570 110"}})
	if err != nil {
		return err
	}
	for _, step := range []struct {
		path string
		body map[string]string
	}{
		{"/reply/preview", map[string]string{"subject": "Hello", "body": "Dear {{customer.firstName}}"}},
		{"/reply", map[string]string{"subject": "Hello", "body": "Dear {{customer.firstName}}"}},
		{"/reply", map[string]string{"channel": "sms", "body": "Hi {{customer.firstName}}"}},
		{"/calls", map[string]string{"notes": "Comes by."}},
		{"/events", map[string]string{"title": "Test drive", "start": time.Now().UTC().AddDate(0, 0, 2).Format(time.RFC3339)}},
	} {
		if err := manager.send(ctx, http.MethodPost, "/v1/leads/"+id+step.path, step.body, nil); err != nil {
			return err
		}
	}
	for _, path := range []string{"/v1/leads/" + id + "/work", "/v1/leads/figures"} {
		if err := manager.get(ctx, path, nil); err != nil {
			return err
		}
	}
	return nil
}
