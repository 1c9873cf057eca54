package rehearse

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// followUp is a prospect's story: standard responses and a group are made, the customer gets a mail and a text message, and
// joins the group when the work is done. What was made only to be given up again goes at the end.
func (p *play) followUp(ctx context.Context) error {
	admin, manager := p.admin, p.manager
	type body = map[string]any
	var ids []string
	for _, made := range []struct {
		path string
		body body
	}{
		{"/v1/templates", body{"name": "Check", "channel": "email", "subject": "Your {{vehicle.model|car}}", "body": "Dear {{customer.firstName}}, how is it going?"}},
		{"/v1/templates", body{"name": "Hello", "channel": "sms", "body": "Hi {{customer.firstName}}, it is {{user.firstName}}."}},
		{"/v1/groups", body{"name": "Spring", "description": "Those who might buy in spring."}},
	} {
		id, err := admin.post(ctx, made.path, made.body)
		if err != nil {
			return err
		}
		ids = append(ids, id)
	}
	mail, text, group := "/v1/templates/"+ids[0], "/v1/templates/"+ids[1], "/v1/groups/"+ids[2]
	var made struct{ ID, Customer string }
	if err := manager.send(ctx, http.MethodPost, "/v1/prospects", body{
		"customer": body{"first": "Nora", "last": "Ellis", "email": "nora.ellis@mail.example", "mobile": "0491 570 156"},
		"vehicle":  body{"vin": "6T153BK360X070769", "make": "Toyota", "model": "Camry"},
	}, &made); err != nil {
		return err
	}
	prospect := "/v1/prospects/" + made.ID
	for _, step := range []struct {
		who          client
		method, path string
		body         any
	}{
		{admin, http.MethodPut, mail, body{"name": "Checking in", "channel": "email", "subject": "Your {{vehicle.model|car}}", "body": "Dear {{customer.firstName}}, how is it going?"}},
		{manager, http.MethodPost, "/v1/templates/preview", body{"channel": "sms", "body": "Hi {{customer.firstName}}", "customer": made.Customer}},
		{manager, http.MethodPost, mail + "/default", nil},
		{manager, http.MethodGet, prospect + "/responses", nil},
		{manager, http.MethodPost, prospect + "/messages", body{"channel": "email", "template": ids[0]}},
		{manager, http.MethodPost, prospect + "/messages", body{"channel": "sms", "template": ids[1]}},
		{manager, http.MethodPatch, prospect, body{"due": time.Now().Add(48 * time.Hour).UTC().Format(time.RFC3339)}},
		{manager, http.MethodPost, prospect + "/attempts", body{"notes": "Nobody answered the phone."}},
		{manager, http.MethodPost, prospect + "/complete", body{"notes": "Comes by on Saturday.", "group": ids[2]}},
		{manager, http.MethodGet, group + "/members?limit=1", nil},
		{manager, http.MethodDelete, group + "/members/" + made.Customer, nil},
		{manager, http.MethodPost, group + "/members", body{"customers": []string{made.Customer}}},
		{admin, http.MethodPut, group, body{"name": "Spring and summer"}},
	} {
		if err := step.who.send(ctx, step.method, step.path, step.body, nil); err != nil {
			return fmt.Errorf("%w (%s %s)", err, step.method, step.path)
		}
	}
	if err := p.drain(ctx); err != nil {
		return err
	}
	var sent struct {
		Items []struct{ Channel, State string }
	}
	if err := until(ctx, p.patience(), func() (bool, error) {
		err := manager.get(ctx, prospect+"/messages", &sent)
		return len(sent.Items) == 2 && sent.Items[0].State == "delivered" && sent.Items[1].State == "delivered", err
	}); err != nil {
		return fmt.Errorf("%w: the messages stand at %+v", err, sent.Items)
	}
	// Who does not want to be written to is not.
	if err := manager.send(ctx, http.MethodPatch, "/v1/customers/"+made.Customer, body{"contact": body{"sms": "refused"}}, nil); err != nil {
		return err
	}
	refused := new(refusal)
	if err := manager.send(ctx, http.MethodPost, prospect+"/messages", body{"channel": "sms", "body": "Hi"}, nil); !errors.As(err, &refused) || refused.status != http.StatusConflict {
		return fmt.Errorf("rehearse: a text message to who wants none: %w", err)
	}
	for _, gone := range []struct {
		who  client
		path string
	}{
		{manager, mail + "/default"}, {manager, group + "/members/" + made.Customer}, {admin, text}, {admin, group},
	} {
		if err := gone.who.call(ctx, http.MethodDelete, gone.path, "", nil, nil); err != nil {
			return fmt.Errorf("%w (DELETE %s)", err, gone.path)
		}
	}
	return nil
}
