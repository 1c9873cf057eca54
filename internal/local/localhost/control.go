package localhost

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/web"
)

// control lays out the addresses that only local mode has (api.md). They need no token: whoever reaches them owns the machine.
func (h *Host) control(mux *http.ServeMux) {
	handle := func(pattern string, do func(*http.Request) (any, error)) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			answer, err := do(r)
			if err != nil {
				web.Refuse(r.Context(), w, err)
				return
			}
			w.Header().Set("Content-Type", "application/json")
			if err := json.NewEncoder(w).Encode(answer); err != nil {
				h.log.WarnContext(r.Context(), "an answer was not taken", "error", err)
			}
		})
	}
	handle("GET /_local/health", func(*http.Request) (any, error) { return map[string]string{"status": "ready"}, nil })
	handle("POST /_local/token", h.postToken)
	handle("GET /_local/outbox", h.getOutbox)
	mux.HandleFunc("GET /_local/outbox/{id}/raw", h.getRaw)
	handle("GET /_local/clock", func(*http.Request) (any, error) { return h.clockNow(), nil })
	handle("POST /_local/clock", h.postClock)
	handle("POST /_local/run/{function}", h.postRun)
	handle("POST /_local/drain", h.postDrain)
	handle("POST /_local/redrive/{topic}", h.postRedrive)
	handle("GET /_local/usage", func(*http.Request) (any, error) { return h.table.Usage(), nil })
	mux.HandleFunc("/_local/", func(w http.ResponseWriter, r *http.Request) {
		web.Refuse(r.Context(), w, errs.E(errs.NotFound, "local mode has no such address"))
	})
}

// maxControl bounds the body of a control request, in bytes.
const maxControl = 1 << 16

// read decodes a small JSON body strictly; an empty body is an empty object.
func read(r *http.Request, into any) error {
	decoder := json.NewDecoder(io.LimitReader(r.Body, maxControl))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil && !errors.Is(err, io.EOF) {
		return errs.Violate(errs.Violation{Location: "body", Message: "cannot be read: " + err.Error()})
	}
	return nil
}

// duration reads a Go duration such as 24h or 90s.
func duration(location, text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		return 0, errs.Violate(errs.Violation{Location: location, Message: "is not a duration such as 24h, 90s or 500ms"})
	}
	return d, nil
}

const defaultTokenLife = time.Hour

// postToken signs a user of the local data in, by e-mail address.
func (h *Host) postToken(r *http.Request) (any, error) {
	var body struct{ Email, TTL string }
	if err := read(r, &body); err != nil {
		return nil, err
	}
	life := defaultTokenLife
	if body.TTL != "" {
		var err error
		if life, err = duration("body.ttl", body.TTL); err != nil {
			return nil, err
		}
	}
	subject, err := h.tokens.Subject(r.Context(), body.Email)
	if err != nil {
		return nil, err
	}
	token, err := h.tokens.Token(r.Context(), subject, life)
	if err != nil {
		return nil, err
	}
	return map[string]string{"token": token}, nil
}

// shownMails is the most mails of an answer where the caller names no limit.
const shownMails = 1000

func (h *Host) getOutbox(r *http.Request) (any, error) {
	limit := shownMails
	if text := r.URL.Query().Get("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			return nil, errs.Violate(errs.Violation{Location: "query.limit", Message: "is not a number of mails"})
		}
		limit = n
	}
	mails, err := h.mail.List(r.Context(), limit)
	if err != nil {
		return nil, err
	}
	return map[string]any{"items": append([]any{}, toAny(mails)...)}, nil
}

func toAny[T any](list []T) []any {
	all := make([]any, len(list))
	for i, v := range list {
		all[i] = v
	}
	return all
}

func (h *Host) getRaw(w http.ResponseWriter, r *http.Request) {
	raw, err := h.mail.Raw(r.PathValue("id"))
	if err != nil {
		web.Refuse(r.Context(), w, err)
		return
	}
	w.Header().Set("Content-Type", "message/rfc822")
	if _, err := w.Write(raw); err != nil {
		h.log.WarnContext(r.Context(), "an answer was not taken", "error", err)
	}
}

func (h *Host) clockNow() any { return map[string]time.Time{"now": h.Clock.Now()} }

// postClock moves the application clock forward.
func (h *Host) postClock(r *http.Request) (any, error) {
	var body struct {
		Advance string
		Now     time.Time
	}
	if err := read(r, &body); err != nil {
		return nil, err
	}
	to := body.Now
	if body.Advance != "" {
		d, err := duration("body.advance", body.Advance)
		if err != nil {
			return nil, err
		}
		to = h.Clock.Now().Add(d)
	}
	if to.IsZero() {
		return nil, errs.Violate(errs.Violation{Location: "body", Message: `say how far: {"advance": "24h"} or {"now": "2026-12-24T08:00:00Z"}`})
	}
	if err := h.Advance(r.Context(), to); err != nil {
		return nil, err
	}
	return h.clockNow(), nil
}

// postRun fires a schedule now.
func (h *Host) postRun(r *http.Request) (any, error) {
	f := h.functions[r.PathValue("function")]
	if f == nil || f.Every == nil {
		return nil, errs.E(errs.NotFound, "there is no scheduled function of this name")
	}
	h.turn.Lock()
	defer h.turn.Unlock()
	if err := h.fire(r.Context(), f, h.Clock.Now()); err != nil {
		return nil, err
	}
	return map[string]string{"function": f.Name, "status": "done"}, nil
}

const defaultDrain = 30 * time.Second

// postDrain waits until nothing is left to do.
func (h *Host) postDrain(r *http.Request) (any, error) {
	var body struct{ Timeout string }
	if err := read(r, &body); err != nil {
		return nil, err
	}
	timeout := defaultDrain
	if body.Timeout != "" {
		var err error
		if timeout, err = duration("body.timeout", body.Timeout); err != nil {
			return nil, err
		}
	}
	ctx, cancel := context.WithTimeout(r.Context(), timeout)
	defer cancel()
	return h.Drain(ctx)
}

// postRedrive moves a topic's dead letters back into its queue.
func (h *Host) postRedrive(r *http.Request) (any, error) {
	moved, err := h.queue.Redrive(r.Context(), r.PathValue("topic"), 100_000)
	return map[string]int{"moved": moved}, err
}
