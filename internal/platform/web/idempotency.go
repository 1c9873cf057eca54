package web

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
)

const (
	idempotencyHeader = "Idempotency-Key"
	maxIdempotencyKey = 200
	// answerLife is how long a repetition gets the first answer.
	answerLife = 24 * time.Hour
	// attemptLease is how long an attempt may be under way; an HTTP API gives up after 30 seconds.
	attemptLease = 30 * time.Second
	// maxAnswer is the largest body that is kept, in bytes. A larger answer is made anew by the handler.
	maxAnswer = 48 << 10
)

type intentKey struct{}

// IdempotencyKey is the id of what the request under way intends: the same for every repetition of the same request by the
// same user under the same Idempotency-Key, and empty without one. A handler that creates a record uses it as the
// record's id:
//
//	id := cmp.Or(web.IdempotencyKey(ctx), d.NewID())
//
// Then an attempt that died between its effect and its answer is completed by the next one, which meets its own record:
// the handler takes a Conflict on that id as its own success. A handler that does not is repeated after such a death.
func IdempotencyKey(ctx context.Context) string {
	id, _ := ctx.Value(intentKey{}).(string)
	return id
}

// answer is the record of one intent: under way until Status is set.
type answer struct {
	Request string            `json:"request"` // digest of method, address and body
	Until   time.Time         `json:"until"`   // an attempt under way counts as dead from then on
	Status  int               `json:"status,omitempty"`
	Header  map[string]string `json:"header,omitempty"`
	Body    []byte            `json:"body,omitempty"`
}

var answers = table.Kind[answer]{Name: "idempotent answer", Schema: 1, Limit: 2 * maxAnswer}

// idempotency gives repeated requests the answer of the first. One attempt at a time holds the record; only successes are
// kept, since a refused request has no effect and may be repeated in earnest.
type idempotency struct {
	table *table.Table
	log   *slog.Logger
}

func (i idempotency) handle(ctx huma.Context, next func(huma.Context)) {
	name := ctx.Header(idempotencyHeader)
	if idempotent, _ := ctx.Operation().Metadata[idempotentKey].(bool); !idempotent || name == "" {
		next(ctx)
		return
	}
	if len(name) > maxIdempotencyKey {
		refuse(ctx, invalid([]errs.Violation{{Location: "header." + idempotencyHeader, Message: fmt.Sprintf("has more than %d bytes", maxIdempotencyKey)}}))
		return
	}
	caller := access.From(ctx.Context())
	intent := ident.Of(caller.Company.ID(), string(caller.User), ctx.Operation().OperationID, name)
	key := table.In(caller.Company, "idempotency", intent).At()
	earlier, err := i.claim(ctx.Context(), key, digest(ctx))
	switch {
	case err != nil:
		p := problemOf(err)
		note(ctx.Context(), p, err)
		refuse(ctx, p)
		return
	case earlier.Status != 0:
		earlier.replay(ctx)
		return
	}
	request := digest(ctx) // the key is forgotten one day; under another request it must not lead to an old record
	kept := &keeper{humaContext: huma.WithValue(ctx, intentKey{}, ident.Of(intent, request))}
	next(kept)
	i.settle(ctx.Context(), key, request, kept)
	if _, err := ctx.BodyWriter().Write(kept.body.Bytes()); err != nil {
		i.log.WarnContext(ctx.Context(), "answer not delivered", "error", err)
	}
}

// claim makes this attempt the one under way, or returns the answer of an earlier one.
func (i idempotency) claim(ctx context.Context, key table.Key, request string) (answer, error) {
	now := i.table.Now()
	claim := answer{Request: request, Until: now.Add(attemptLease)}
	err := i.table.Write(ctx, answers.Create(key, claim).Until(now.Add(answerLife)))
	if !errs.Is(err, errs.Conflict) {
		return answer{}, err
	}
	record, err := answers.Get(ctx, i.table, key)
	switch {
	case errs.Is(err, errs.NotFound):
		return answer{}, underWay()
	case err != nil:
		return answer{}, err
	case record.Value.Request != request:
		return answer{}, errs.Violate(errs.Violation{Location: "header." + idempotencyHeader, Message: "was used for another request"})
	case record.Value.Status != 0:
		return record.Value, nil
	case now.Before(record.Value.Until):
		return answer{}, underWay()
	}
	expires := record.Expires()
	record.Value.Until = claim.Until
	if err := i.table.Write(ctx, answers.Update(record).Until(expires)); errs.Is(err, errs.Conflict) {
		return answer{}, underWay()
	} else if err != nil {
		return answer{}, err
	}
	return answer{}, nil
}

func underWay() error {
	return errs.E(errs.Conflict, "the same request is under way; try again in a moment")
}

// settle keeps a success for repetitions and forgets anything else. Where that fails, repetitions wait for the lease to
// end and are then completed by the handler.
func (i idempotency) settle(ctx context.Context, key table.Key, request string, kept *keeper) {
	op := table.Removal(key)
	if kept.status >= 200 && kept.status < 300 && kept.body.Len() <= maxAnswer {
		op = answers.Overwrite(key, answer{
			Request: request, Status: kept.status, Header: kept.header, Body: kept.body.Bytes(),
		}).Until(i.table.Now().Add(answerLife))
	}
	if err := i.table.Write(ctx, op); err != nil {
		i.log.WarnContext(ctx, "answer not kept for repetitions", "error", err)
	}
}

func (a answer) replay(ctx huma.Context) {
	for name, value := range a.Header {
		ctx.SetHeader(name, value)
	}
	ctx.SetHeader("Idempotency-Replayed", "true")
	ctx.SetStatus(a.Status)
	_, _ = ctx.BodyWriter().Write(a.Body) // a client that has gone misses nothing
}

// digest tells requests apart: method, address and body.
func digest(ctx huma.Context) string {
	u := ctx.URL()
	sum := sha256.New()
	fmt.Fprintf(sum, "%s %s?%s\n", ctx.Method(), u.Path, u.RawQuery)
	if in, ok := ctx.Context().Value(receivedKey{}).(*received); ok {
		sum.Write(in.body)
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// keeper is the context of an attempt: it passes status and header on and keeps a copy, and holds the body back until the
// answer is settled.
type keeper struct {
	humaContext
	status int
	header map[string]string
	body   bytes.Buffer
}

// Unwrap leads to the adapter's own context.
func (k *keeper) Unwrap() huma.Context { return k.humaContext }

// SetStatus sets and remembers the status.
func (k *keeper) SetStatus(status int) {
	k.status = status
	k.humaContext.SetStatus(status)
}

// SetHeader sets and remembers a header.
func (k *keeper) SetHeader(name, value string) {
	if k.header == nil {
		k.header = make(map[string]string)
	}
	k.header[name] = value
	k.humaContext.SetHeader(name, value)
}

// BodyWriter takes the body.
func (k *keeper) BodyWriter() io.Writer { return &k.body }
