package recapture

import (
	"context"
	"fmt"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/winback-auto/winback/internal/company"
	"github.com/winback-auto/winback/internal/partner"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/metric"
	"github.com/winback-auto/winback/internal/platform/web"
)

// Push is what the partner told us, as it was stored before we answered. Verified says what became of it.
type Push struct {
	ID         string               `json:"id"` // see pushID
	Connection company.ConnectionID `json:"connection"`
	Event      partner.Event        `json:"event"`
	Ref        string               `json:"ref"`
	ReceivedAt time.Time            `json:"receivedAt"`
	Outcome    PushOutcome          `json:"outcome,omitempty"`
	Attempts   int                  `json:"attempts,omitempty"`
}

// PushOutcome is what asking the partner made of a push.
type PushOutcome string

// The outcomes; an empty one is pending.
const (
	Confirmed  PushOutcome = "confirmed"   // the partner confirms it and it was news
	Known      PushOutcome = "known"       // the partner confirms it and we knew
	Unverified PushOutcome = "unverified"  // the partner does not confirm it, or we do not watch the vehicle
	OwnStock   PushOutcome = "own"         // it is the company's own listing (C15)
	NotOurCar  PushOutcome = "not_our_car" // it is a listing of another car, as a user has said
)

// pushRef is the command to look into a push.
type pushRef struct {
	Push string `json:"push"`
}

// Bounds of a push.
const (
	maxPush  = 256 << 10           // bytes
	keepPush = 30 * 24 * time.Hour // repeated within it, a push is known
)

// Webhook takes the partner's pushes.
func Webhook(parse partner.Parse) app.Function {
	return app.Function{
		Name: "sighting-webhook",
		Doc:  "Takes the partner's pushes, durable before the answer.",
		HTTP: func(api huma.API, d app.Deps) {
			h := hook{d, parse}
			web.Post(api, "/webhooks/autograb/{token}", web.Public("the partner has no sign-in; the token in the path names the connection"), web.Route{
				ID: "receiveSighting", Tag: "Webhooks", MaxBody: maxPush,
				Summary:     "A push of the partner.",
				Description: "Answered as soon as it is durable. A push is a hint: the partner is asked before anything comes of it. Repeated pushes have one effect.",
			}, h.receive)
		},
		Uses: app.Uses{Table: app.Get | app.Put, Sends: app.Topics(VerifyTopic)},
	}
}

type hook struct {
	app.Deps
	parse partner.Parse
}

type receiveInput struct {
	Token string `path:"token" maxLength:"200"`
	web.Raw
}

// receive answers a push as soon as it is stored.
func (h hook) receive(ctx context.Context, in *receiveInput) (*web.Empty, error) {
	co, connection, push, err := h.read(ctx, in)
	if err == nil {
		return nil, h.store(ctx, co, connection, push)
	}
	if errs.Is(err, errs.NotFound) || errs.Is(err, errs.Invalid) {
		metric.Add(ctx, metric.PushesRefused, 1)
	}
	return nil, err
}

// read finds out whom a push is for and what it says.
func (h hook) read(ctx context.Context, in *receiveInput) (ident.Company, company.ConnectionID, partner.Push, error) {
	co, connection, err := company.ByHook(ctx, h.Deps, in.Token)
	if err != nil {
		return ident.Company{}, "", partner.Push{}, err
	}
	push, err := h.parse(in.RawBody)
	return co, connection, push, err
}

// store keeps a push and promises to look into it; a ping only proves that pushes arrive.
func (h hook) store(ctx context.Context, co ident.Company, connection company.ConnectionID, push partner.Push) error {
	if push.Event == partner.EventPing {
		return company.Pinged(ctx, h.Deps, co, connection)
	}
	if push.Ref == "" {
		h.Log.InfoContext(ctx, "push about no vehicle", "company", co.ID(), "connection", connection, "event", push.Event)
		return nil
	}
	stored := Push{ID: pushID(connection, push, h.Now()), Connection: connection, Event: push.Event, Ref: push.Ref, ReceivedAt: h.Now()}
	op := pushes.Create(pushKey(co, stored.ID), stored).Emit(VerifyTopic.Message(co, pushRef{stored.ID})).Until(h.Now().Add(keepPush))
	err := h.Commit(ctx, op)
	if errs.Is(err, errs.Conflict) {
		return nil // the same push again
	}
	if err == nil {
		metric.Add(ctx, metric.PushesAccepted, 1)
	}
	return err
}

// pushID follows from what a push says, not from when: the partner may repeat it at any time. One that names no sighting
// says too little for that; it is the same only within the hour.
func pushID(connection company.ConnectionID, push partner.Push, now time.Time) string {
	parts := []string{"push", string(connection), string(push.Event), push.Ref}
	if len(push.Sightings) == 0 {
		parts = append(parts, now.UTC().Truncate(time.Hour).Format(time.RFC3339))
	}
	for _, s := range push.Sightings {
		parts = append(parts, s.ID, s.At.UTC().Format(time.RFC3339Nano), fmt.Sprint(s.Price), fmt.Sprint(s.Delisted))
	}
	return ident.Of(parts...)
}
