package localhost

import (
	"context"
	"net/http"
	"time"

	"github.com/winback-auto/winback/internal/local/dirinbox"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/queue"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/platform/web"
)

// localPrefix begins the addresses that only local mode has (api.md).
const localPrefix = "/_local/"

// control serves them. They are operations like all others, as strict and with the same problems, but need no token:
// whoever reaches them owns the machine.
func (h *Host) control() http.Handler {
	api, handler := web.New(web.Config{Title: "Winback on one machine", Log: h.log})
	anybody := web.Public("whoever reaches local mode owns the machine")
	route := func(id string) web.Route { return web.Route{ID: id, Tag: "Local mode"} }
	web.Get(api, "/_local/health", anybody, route("health"), h.getHealth)
	web.Post(api, "/_local/token", anybody, route("token"), h.postToken)
	web.Get(api, "/_local/outbox", anybody, route("outbox"), h.getOutbox)
	web.Get(api, "/_local/outbox/{id}/raw", anybody, route("rawMail"), h.getRaw)
	web.Post(api, inboxPath, anybody, web.Route{ID: "deliver", Tag: "Local mode", Status: http.StatusAccepted, MaxBody: dirinbox.MaxMail, Takes: map[string]any{aMail: nil}}, h.postInbox)
	web.Get(api, "/_local/clock", anybody, route("clock"), h.getClock)
	web.Post(api, "/_local/clock", anybody, route("advance"), h.postClock)
	web.Post(api, "/_local/run/{function}", anybody, route("run"), h.postRun)
	web.Post(api, "/_local/drain", anybody, route("drain"), h.postDrain)
	web.Post(api, "/_local/redrive/{topic}", anybody, route("redrive"), h.postRedrive)
	web.Get(api, "/_local/usage", anybody, route("usage"), h.getUsage)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		media := "application/json"
		if r.URL.Path == inboxPath {
			media = aMail
		}
		r.Header.Set("Content-Type", media) // curl -d says something else
		handler.ServeHTTP(w, r)
	})
}

// none is the input of an operation that takes nothing.
type none = struct{}

type health struct {
	Status string `json:"status"`
}

func (h *Host) getHealth(context.Context, *none) (*web.Reply[health], error) {
	if !h.ready.Load() {
		return nil, errs.Later(errs.Unavailable, time.Second, "Winback is starting")
	}
	return web.OK(health{"ready"}), nil
}

type tokenInput struct {
	Body struct {
		Email string `json:"email" minLength:"1" maxLength:"320"`
		TTL   string `json:"ttl,omitempty" doc:"How long the token lives, for example 30m; 0s for one that has expired."`
	}
}

type token struct {
	Token string `json:"token"`
}

const defaultTokenLife = time.Hour

// postToken signs a user of the local data in, by e-mail address.
func (h *Host) postToken(ctx context.Context, in *tokenInput) (*web.Reply[token], error) {
	life, err := duration("body.ttl", in.Body.TTL, defaultTokenLife)
	if err != nil {
		return nil, err
	}
	subject, err := h.tokens.Subject(ctx, in.Body.Email)
	if err != nil {
		return nil, err
	}
	signed, err := h.tokens.Token(ctx, subject, life)
	if err != nil {
		return nil, err
	}
	return web.OK(token{signed}), nil
}

type clock struct {
	Now time.Time `json:"now"`
}

func (h *Host) getClock(context.Context, *none) (*web.Reply[clock], error) {
	return web.OK(clock{h.Clock.Now()}), nil
}

type clockInput struct {
	Body struct {
		Advance string    `json:"advance,omitempty" doc:"How far forward, for example 24h."`
		Now     time.Time `json:"now,omitempty" doc:"Where to."`
	}
}

// postClock moves the application clock forward.
func (h *Host) postClock(ctx context.Context, in *clockInput) (*web.Reply[clock], error) {
	to := in.Body.Now
	if to.IsZero() == (in.Body.Advance == "") {
		return nil, errs.Violate(errs.Violation{Location: "body", Message: `says either how far, {"advance": "24h"}, or where to, {"now": "2026-12-24T08:00:00Z"}`})
	}
	if to.IsZero() {
		wait, err := duration("body.advance", in.Body.Advance, 0)
		if err != nil {
			return nil, err
		}
		to = h.Clock.Now().Add(wait)
	}
	if err := h.Advance(ctx, to); err != nil {
		return nil, err
	}
	return h.getClock(ctx, nil)
}

type runInput struct {
	Function string `path:"function" maxLength:"100"`
}

type ran struct {
	Function string `json:"function"`
	Status   string `json:"status"`
}

// postRun fires a schedule now, and answers when it is done.
func (h *Host) postRun(ctx context.Context, in *runInput) (*web.Reply[ran], error) {
	f := h.function(in.Function)
	if f == nil || f.Every == nil {
		return nil, errs.E(errs.NotFound, "there is no scheduled function of this name")
	}
	h.turn.Lock()
	defer h.turn.Unlock()
	if err := h.fire(ctx, f, h.Clock.Now()); err != nil {
		return nil, err
	}
	return web.OK(ran{f.Name, "done"}), nil
}

type drainInput struct {
	Body *struct {
		Timeout string `json:"timeout,omitempty" doc:"How long to wait at most, for example 30s."`
	}
}

const (
	defaultDrain = 30 * time.Second
	maxDrain     = 10 * time.Minute
)

// postDrain waits until nothing is left to do.
func (h *Host) postDrain(ctx context.Context, in *drainInput) (*web.Reply[Drained], error) {
	text := ""
	if in.Body != nil {
		text = in.Body.Timeout
	}
	timeout, err := duration("body.timeout", text, defaultDrain)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, min(timeout, maxDrain))
	defer cancel()
	drained, err := h.Drain(ctx)
	if err != nil {
		return nil, err
	}
	return web.OK(drained), nil
}

type redriveInput struct {
	Topic string `path:"topic" maxLength:"100"`
}

type redriven struct {
	Moved int `json:"moved"`
}

// redriveAtOnce is the most dead letters moved by one request.
const redriveAtOnce = 100_000

// postRedrive moves a topic's dead letters back into its queue.
func (h *Host) postRedrive(ctx context.Context, in *redriveInput) (*web.Reply[redriven], error) {
	for _, f := range h.consumers {
		if f.Consumes.Topic == in.Topic {
			moved, err := h.queue.Redrive(ctx, in.Topic, redriveAtOnce)
			return web.OK(redriven{moved}), err
		}
	}
	return nil, errs.E(errs.NotFound, "there is no topic of this name")
}

// usage is what the functions have cost since the process began.
type usage struct {
	table.Usage
	Peak  float64     `json:"peak" doc:"Most write units that one partition key got in any one second. Local mode has no pace."`
	Queue queue.Usage `json:"queue" doc:"Calls to the queues."`
}

func (h *Host) getUsage(context.Context, *none) (*web.Reply[usage], error) {
	return web.OK(usage{h.table.Usage(), h.peak.Peak(), h.calls.Usage()}), nil
}

// duration reads a Go duration such as 24h or 90s; an empty text is the other one.
func duration(location, text string, other time.Duration) (time.Duration, error) {
	if text == "" {
		return other, nil
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		return 0, errs.Violate(errs.Violation{Location: location, Message: "is not a duration such as 24h, 90s or 500ms"})
	}
	return d, nil
}
