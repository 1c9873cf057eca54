package dms

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/platform/web"
	"github.com/winback-auto/winback/internal/prospect"
)

// EndpointView is an endpoint as the interface shows one: never its secret.
type EndpointView struct {
	ID           EndpointID `json:"id"`
	Name         string     `json:"name"`
	URL          string     `json:"url"`
	SecretLast4  string     `json:"secretLast4"`
	OldSignsTill time.Time  `json:"oldSecretUntil,omitzero" doc:"Until when the replaced secret signs beside the new one."`
	State        string     `json:"state" enum:"active,disabled"`
	Why          string     `json:"why,omitempty" doc:"Why it is disabled."`
	DisabledAt   time.Time  `json:"disabledAt,omitzero"`
	FailingSince time.Time  `json:"failingSince,omitzero" doc:"Since when it has taken nothing of what was sent to it."`
	CreatedAt    time.Time  `json:"createdAt"`
}

func (a api) view(ctx context.Context, r table.Record[Endpoint]) (EndpointView, error) {
	e := r.Value
	v := EndpointView{ID: e.ID, Name: e.Name, URL: e.URL, SecretLast4: e.Secrets[0].Last4, State: "active", CreatedAt: e.CreatedAt}
	if len(e.Secrets) > 1 && a.Now().Before(e.Secrets[1].Until) {
		v.OldSignsTill = e.Secrets[1].Until
	}
	if e.Disabled {
		v.State, v.Why, v.DisabledAt = "disabled", e.Why, e.DisabledAt
	}
	h, err := healthOf(ctx, a.Deps, access.From(ctx).Company, e.ID)
	v.FailingSince = h.FailingSince
	return v, err
}

// taggedEndpoint is an endpoint with its entity tag.
type taggedEndpoint struct {
	ETag string `header:"ETag"`
	Body EndpointView
}

func (a api) shown(ctx context.Context, r table.Record[Endpoint], err error) (*taggedEndpoint, error) {
	if err != nil {
		return nil, err
	}
	v, err := a.view(ctx, r)
	return &taggedEndpoint{web.ETag(r.Version()), v}, err
}

// DeliveryView is a delivery as the interface shows one: what was told of, never what was said.
type DeliveryView struct {
	ID          int64               `json:"id" doc:"The number of the entry in the feed."`
	WebhookID   string              `json:"webhookId" doc:"The same at each attempt: who gets it twice has it already."`
	Type        prospect.ChangeType `json:"type"`
	State       DeliveryState       `json:"state" enum:"waiting,delivered,failed,held" doc:"held: the endpoint is or was disabled; ask for redelivery."`
	Attempts    int                 `json:"attempts"`
	LastStatus  int                 `json:"lastStatus,omitempty" doc:"Of HTTP; absent where there was no answer."`
	LastError   string              `json:"lastError,omitempty"`
	CreatedAt   time.Time           `json:"createdAt"`
	LastAt      time.Time           `json:"lastAttemptAt,omitzero"`
	NextAt      time.Time           `json:"nextAttemptAt,omitzero" doc:"Up to a minute later."`
	DeliveredAt time.Time           `json:"deliveredAt,omitzero"`
}

func showDelivery(d Delivery) DeliveryView {
	return DeliveryView{d.Number, d.ID, d.Type, d.State, d.Attempts, d.Status, d.Error, d.CreatedAt, d.LastAt, d.NextAt, d.DeliveredAt}
}

type endpointIn struct {
	Body struct {
		Name   string `json:"name" maxLength:"100"`
		URL    string `json:"url" maxLength:"500" doc:"Begins with https:// and leads to a public address. Redirects are not followed." example:"https://dms.example/hooks/winback"`
		Secret string `json:"secret" maxLength:"120" writeOnly:"true" doc:"whsec_ and 24 to 64 random bytes in base64, as Standard Webhooks have it. It is sealed and never shown again."`
	}
}

type endpointChange struct {
	ID EndpointID `path:"id" maxLength:"64"`
	web.Precondition
	Body struct {
		Name     string `json:"name" maxLength:"100"`
		URL      string `json:"url" maxLength:"500"`
		Disabled bool   `json:"disabled,omitempty" doc:"Sends nothing; what it misses is held."`
	}
}

type endpointOne struct {
	ID EndpointID `path:"id" maxLength:"64"`
}

type endpointRemoval struct {
	ID EndpointID `path:"id" maxLength:"64"`
	web.Precondition
}

type secretIn struct {
	ID   EndpointID `path:"id" maxLength:"64"`
	Body struct {
		Secret string `json:"secret" maxLength:"120" writeOnly:"true" doc:"The new one."`
	}
}

type deliveriesIn struct {
	ID EndpointID `path:"id" maxLength:"64"`
	web.Paging
}

type deliveryIn struct {
	ID       EndpointID `path:"id" maxLength:"64"`
	Delivery int64      `path:"delivery" minimum:"1"`
}

type missedIn struct {
	ID   EndpointID `path:"id" maxLength:"64"`
	Body struct {
		Behind int64 `json:"behind,omitempty" minimum:"0" doc:"The next of the answer before."`
	}
}

// Promised is what a redelivery of all that was missed has promised.
type Promised struct {
	Promised int   `json:"promised"`
	Next     int64 `json:"next,omitempty" doc:"There is more: ask again behind it."`
}

func endpointRoute(id, summary string) web.Route {
	return web.Route{ID: id, Tag: tag, Summary: summary}
}

func (a api) endpointRoutes(h huma.API) {
	web.Get(h, "/v1/dms/endpoints", web.Can(access.SettingsRead), endpointRoute("listDMSEndpoints", "Where the feed is sent to."), a.endpoints)
	create := endpointRoute("createDMSEndpoint", "Have the feed sent to an address, from now on.")
	create.Status, create.Idempotent = http.StatusCreated, true
	create.Description = "Each entry of the feed is posted as {type, timestamp, data} with the headers of Standard Webhooks; data is the entry. Any 2xx within 15 seconds takes it. Otherwise it is sent again after 5 s, 5 min, 30 min, " +
		"2, 5, 10, 14, 20 and 24 h, under the same webhook-id; Retry-After is honoured up to a day; 410 disables the endpoint at once. Entries may come in any order and more than once: their numbers and ids tell."
	web.Post(h, "/v1/dms/endpoints", web.Can(access.SettingsWrite), create, a.createEndpoint)
	web.Get(h, "/v1/dms/endpoints/{id}", web.Can(access.SettingsRead), endpointRoute("getDMSEndpoint", "An endpoint."), a.endpoint)
	web.Put(h, "/v1/dms/endpoints/{id}", web.Can(access.SettingsWrite), endpointRoute("putDMSEndpoint", "Change an endpoint's name and address, disable or enable it."), a.putEndpoint)
	web.Delete(h, "/v1/dms/endpoints/{id}", web.Can(access.SettingsWrite), endpointRoute("deleteDMSEndpoint", "End an endpoint."), a.deleteEndpoint)
	web.Post(h, "/v1/dms/endpoints/{id}/rotate-secret", web.Can(access.SettingsWrite),
		endpointRoute("rotateDMSSecret", "Give an endpoint another secret; the old one signs beside it for 24 hours."), a.rotate)
	web.Get(h, "/v1/dms/endpoints/{id}/deliveries", web.Can(access.SettingsRead), endpointRoute("listDMSDeliveries", "What was sent to an endpoint, newest first, and what became of it."), a.deliveries)
	web.Post(h, "/v1/dms/endpoints/{id}/redeliver", web.Can(access.SettingsWrite),
		endpointRoute("redeliverDMSMissed", "Send all that an endpoint has missed again: what failed and what was held."), a.redeliverMissed)
	web.Post(h, "/v1/dms/endpoints/{id}/deliveries/{delivery}/redeliver", web.Can(access.SettingsWrite),
		endpointRoute("redeliverDMSDelivery", "Send an entry again, whatever became of it before."), a.redeliver)
}

func (a api) endpoints(ctx context.Context, _ *struct{}) (*web.ListReply[EndpointView], error) {
	all, err := allEndpoints(ctx, a.Deps, access.From(ctx).Company)
	if err != nil {
		return nil, err
	}
	views := make([]EndpointView, len(all))
	for i, record := range all {
		if views[i], err = a.view(ctx, record); err != nil {
			return nil, err
		}
	}
	return web.Page(views, ""), nil
}

func (a api) createEndpoint(ctx context.Context, in *endpointIn) (*taggedEndpoint, error) {
	made, err := Open(ctx, a.Deps, a.hooks, access.From(ctx).Company, Endpoint{
		ID: EndpointID(web.IdempotencyKey(ctx)), Name: strings.TrimSpace(in.Body.Name), URL: strings.TrimSpace(in.Body.URL),
	}, in.Body.Secret)
	return a.shown(ctx, made, err)
}

func (a api) endpoint(ctx context.Context, in *endpointOne) (*taggedEndpoint, error) {
	record, err := loadEndpoint(ctx, a.Deps, access.From(ctx).Company, in.ID)
	return a.shown(ctx, record, err)
}

func (a api) putEndpoint(ctx context.Context, in *endpointChange) (*taggedEndpoint, error) {
	record, err := alter(ctx, a.Deps, access.From(ctx).Company, in.Precondition, in.ID, func(e *Endpoint) error {
		e.Name, e.URL = strings.TrimSpace(in.Body.Name), strings.TrimSpace(in.Body.URL)
		switch {
		case in.Body.Disabled && !e.Disabled:
			e.Why, e.DisabledAt = "an administrator has disabled it", a.Now().UTC()
		case !in.Body.Disabled:
			e.Why, e.DisabledAt = "", time.Time{}
		}
		e.Disabled = in.Body.Disabled
		return errs.Violate(e.problems(a.hooks)...)
	})
	return a.shown(ctx, record, err)
}

func (a api) deleteEndpoint(ctx context.Context, in *endpointRemoval) (*web.Empty, error) {
	company := access.From(ctx).Company
	record, err := loadEndpoint(ctx, a.Deps, company, in.ID)
	if err == nil {
		err = in.Match(record.Version())
	}
	if err == nil {
		err = in.Stale(a.Commit(ctx, endpoints.Remove(record), table.Removal(healthKey(company, in.ID))))
	}
	return nil, err
}

func (a api) rotate(ctx context.Context, in *secretIn) (*taggedEndpoint, error) {
	company := access.From(ctx).Company
	if err := errs.Violate(secretProblems(in.Body.Secret)...); err != nil {
		return nil, err
	}
	record, err := alter(ctx, a.Deps, company, web.Precondition{}, in.ID, func(e *Endpoint) (err error) {
		*e, err = e.signedWith(ctx, a.Deps, company, in.Body.Secret)
		return err
	})
	return a.shown(ctx, record, err)
}

func (a api) deliveries(ctx context.Context, in *deliveriesIn) (*web.ListReply[DeliveryView], error) {
	page, next, err := deliveriesOf(ctx, a.Deps, access.From(ctx).Company, in.ID, in.Paging)
	if err != nil {
		return nil, err
	}
	views := make([]DeliveryView, len(page))
	for i, d := range page {
		views[i] = showDelivery(d)
	}
	return web.Page(views, next), nil
}

func (a api) redeliver(ctx context.Context, in *deliveryIn) (*web.Reply[DeliveryView], error) {
	d, err := redeliver(ctx, a.Deps, access.From(ctx).Company, in.ID, in.Delivery)
	if err != nil {
		return nil, err
	}
	return web.OK(showDelivery(d)), nil
}

func (a api) redeliverMissed(ctx context.Context, in *missedIn) (*web.Reply[Promised], error) {
	promised, next, err := redeliverAll(ctx, a.Deps, access.From(ctx).Company, in.ID, in.Body.Behind)
	if err != nil {
		return nil, err
	}
	return web.OK(Promised{promised, next}), nil
}
