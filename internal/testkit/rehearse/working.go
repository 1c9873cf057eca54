package rehearse

import (
	"context"
	"errors"
	"net/http"
)

// handOver gives a lead to another user, who is told.
func handOver(ctx context.Context, manager client) error {
	var leads, users struct{ Items []struct{ ID, User string } }
	if err := manager.get(ctx, "/v1/leads?limit=1", &leads); err != nil {
		return err
	}
	if len(leads.Items) == 0 {
		return errors.New("rehearse: there is no lead")
	}
	lead := leads.Items[0]
	if err := manager.get(ctx, "/v1/leads/"+lead.ID+"/assignees", &users); err != nil {
		return err
	}
	for _, user := range users.Items {
		if user.ID != lead.User {
			return manager.send(ctx, http.MethodPost, "/v1/leads/"+lead.ID+"/allocate", map[string]any{"user": user.ID, "notes": "They know each other."}, nil)
		}
	}
	return errors.New("rehearse: there is nobody else to whom the lead could go")
}
