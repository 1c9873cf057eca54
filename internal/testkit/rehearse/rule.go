package rehearse

import (
	"context"
	"net/http"
)

// setRules makes the rules about new leads, changes its mind about one, and gives it up: with the managers as recipients in
// turn, who are told in every way, one rule stays for the leads that come.
func (p *play) setRules(ctx context.Context) error {
	admin := p.admin
	var me struct{ ID string }
	if err := p.manager.get(ctx, "/v1/me", &me); err != nil {
		return err
	}
	wishes := map[string]any{"mobile": "0491 570 157", "notify": map[string]bool{"email": true, "sms": true, "inApp": true}}
	if err := admin.send(ctx, http.MethodPatch, "/v1/users/"+me.ID, wishes, nil); err != nil {
		return err
	}
	rule := map[string]any{"name": "In turn", "recipients": []string{me.ID}, "mode": "round_robin", "capacity": 100, "channels": []string{"email", "sms"}}
	if _, err := admin.post(ctx, "/v1/lead-rules", rule); err != nil {
		return err
	}
	rule["name"], rule["conditions"] = "Toyotas", map[string]string{"make": "Toyota"}
	id, err := admin.post(ctx, "/v1/lead-rules", rule)
	if err != nil {
		return err
	}
	rule["name"] = "Toyotas, in turn"
	if err := admin.send(ctx, http.MethodPut, "/v1/lead-rules/"+id, rule, nil); err != nil {
		return err
	}
	if err := admin.get(ctx, "/v1/lead-rules", nil); err != nil {
		return err
	}
	return admin.call(ctx, http.MethodDelete, "/v1/lead-rules/"+id, "", nil, nil)
}
