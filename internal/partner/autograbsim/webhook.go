package autograbsim

import (
	"net/http"
	"net/url"
	"slices"
	"time"
)

// Events that webhooks subscribe to. The partner knows more; these are the ones that happen here.
const (
	eventPing        = "ping"
	eventNew         = "recapture_new"
	eventPriceChange = "recapture_price_change"
	eventDelist      = "recapture_delist"
)

// webhook is where an account wants its pushes of a region.
type webhook struct {
	ID       string   `json:"id"`
	Account  string   `json:"account"`
	Region   string   `json:"region"`
	Name     string   `json:"name"`
	Endpoint string   `json:"endpoint"`
	Events   []string `json:"events"`
}

func (h webhook) object() webhookObject {
	return webhookObject{ID: h.ID, Name: h.Name, Region: h.Region, Format: "json", Endpoint: h.Endpoint, Events: h.Events}
}

func (s *Simulator) createWebhook(who caller, r *http.Request) (int, any, error) {
	var body webhookObject
	if refused, err := read(r, &body); err != nil || refused != "" {
		return http.StatusBadRequest, refusal(refused), err
	}
	endpoint, err := url.Parse(body.Endpoint)
	switch {
	case body.Region != who.region:
		return http.StatusBadRequest, refusal(textRegion), nil
	case body.Name == "":
		return http.StatusBadRequest, refusal("name is required"), nil
	case body.Format != "json":
		return http.StatusBadRequest, refusal("format must be json"), nil
	case err != nil || endpoint.Host == "" || endpoint.Scheme != "https" && endpoint.Scheme != "http":
		return http.StatusBadRequest, refusal("endpoint must be a URL"), nil
	case len(body.Events) == 0:
		return http.StatusBadRequest, refusal("events is required"), nil
	}
	hook := webhook{
		ID: s.options.NewID(), Account: who.account, Region: who.region, Name: body.Name, Endpoint: body.Endpoint, Events: body.Events,
	}
	return http.StatusCreated, hook.object(), s.change(func(c *change) error {
		if err := enlist(c.batch, key(keyWebhooks, hook.Account, hook.Region), hook.ID); err != nil {
			return err
		}
		return put(c.batch, key(keyWebhook, hook.ID), hook)
	})
}

// webhookOf reads a webhook on behalf of a caller. A status other than 0 refuses; the two texts are the documented ones.
func (s *Simulator) webhookOf(who caller, id string) (hook webhook, status int, answer any, err error) {
	hook, found, err := get[webhook](s.db, key(keyWebhook, id))
	switch {
	case err != nil:
	case !found:
		status, answer = http.StatusNotFound, refusal("Webhook not found")
	case hook.Account != who.account:
		status, answer = http.StatusForbidden, refusal(textForeignWebhook)
	case hook.Region != who.region:
		status, answer = http.StatusBadRequest, refusal(textRegion)
	}
	return hook, status, answer, err
}

func (s *Simulator) readWebhook(who caller, r *http.Request) (int, any, error) {
	hook, status, answer, err := s.webhookOf(who, r.PathValue("id"))
	if err != nil || status != 0 {
		return status, answer, err
	}
	return http.StatusOK, hook.object(), nil
}

// deleteWebhook ends the pushes, pending ones included, and answers with the configuration as it was.
func (s *Simulator) deleteWebhook(who caller, r *http.Request) (int, any, error) {
	hook, status, answer, err := s.webhookOf(who, r.PathValue("id"))
	if err != nil || status != 0 {
		return status, answer, err
	}
	return http.StatusOK, hook.object(), s.change(func(c *change) error {
		if err := delist(c.batch, key(keyWebhooks, hook.Account, hook.Region), hook.ID); err != nil {
			return err
		}
		return c.batch.Delete(key(keyWebhook, hook.ID), nil)
	})
}

// pingWebhook plans a test push, whatever the webhook subscribes to. The fault switches leave it alone.
func (s *Simulator) pingWebhook(who caller, r *http.Request) (int, any, error) {
	hook, status, answer, err := s.webhookOf(who, r.PathValue("id"))
	if err != nil || status != 0 {
		return status, answer, err
	}
	return http.StatusAccepted, refusal("Ping queued"), s.change(func(c *change) error {
		body, err := encode(pushObject{Event: eventPing, Region: hook.Region, SentAt: c.now})
		if err != nil {
			return err
		}
		return c.plan(hook, body, []time.Duration{0})
	})
}

// hooksOf are the webhooks of an account in a region, read once per change.
func (c *change) hooksOf(account, region string) ([]webhook, error) {
	index := key(keyWebhooks, account, region)
	if hooks, known := c.hooks[string(index)]; known {
		return hooks, nil
	}
	ids, _, err := get[[]string](c.batch, index)
	if err != nil {
		return nil, err
	}
	var hooks []webhook
	for _, id := range ids {
		hook, found, err := get[webhook](c.batch, key(keyWebhook, id))
		if err != nil {
			return nil, err
		}
		if found {
			hooks = append(hooks, hook)
		}
	}
	if c.hooks == nil {
		c.hooks = map[string][]webhook{}
	}
	c.hooks[string(index)] = hooks
	return hooks, nil
}

// announce plans a push about a customer for every webhook that wants it.
func (c *change) announce(w customer, event string) error {
	hooks, err := c.hooksOf(w.Account, w.Region)
	if err != nil {
		return err
	}
	var body []byte
	for _, hook := range hooks {
		if !slices.Contains(hook.Events, event) {
			continue
		}
		if body == nil {
			object := w.object()
			if body, err = encode(pushObject{Event: event, Region: w.Region, SentAt: c.now, Customer: &object}); err != nil {
				return err
			}
		}
		waits := c.sim.dice.fate()
		if len(waits) == 0 {
			c.totals.Dropped++
		}
		for i := range waits {
			waits[i] += c.sim.options.PushDelay
		}
		if err := c.plan(hook, body, waits); err != nil {
			return err
		}
	}
	return nil
}
