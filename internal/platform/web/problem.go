package web

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-json-experiment/json"

	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/event"
	"github.com/winback-auto/winback/internal/platform/link"
)

// Problem is the body of every answer that is not a success, as RFC 9457 describes it.
type Problem struct {
	Type     string      `json:"type" doc:"What sort of problem this is: /problems/invalid, /problems/not-found …" example:"/problems/invalid"`
	Title    string      `json:"title" doc:"The sort of problem in words."`
	Status   int         `json:"status" doc:"The HTTP status."`
	Detail   string      `json:"detail,omitempty" doc:"This problem in words."`
	Instance string      `json:"instance,omitempty" doc:"The request's id; quote it when you ask for help."`
	Errors   []Violation `json:"errors,omitempty" doc:"Every broken rule of an invalid input."`

	retryAfter time.Duration
}

// Violation is one broken rule of the input.
type Violation struct {
	Location string `json:"location" doc:"Where: body.vehicles[3].vin, query.limit, path.id, header.If-Match." example:"body.vehicles[3].vin"`
	Message  string `json:"message" doc:"What is wrong."`
}

// maxViolations bounds the list of an answer; a body of a megabyte can break many rules.
const maxViolations = 200

// kinds is what each kind of error is to a client of HTTP. The type of a problem is the kind's name.
var kinds = map[errs.Kind]struct {
	status int
	title  string
}{
	errs.Internal:        {http.StatusInternalServerError, "Something went wrong on our side"},
	errs.Invalid:         {http.StatusUnprocessableEntity, "The input breaks a rule"},
	errs.Unauthenticated: {http.StatusUnauthorized, "Sign in first"},
	errs.Forbidden:       {http.StatusForbidden, "A role is missing"},
	errs.NotFound:        {http.StatusNotFound, "There is no such thing"},
	errs.Conflict:        {http.StatusConflict, "The present state does not allow it"},
	errs.Gone:            {http.StatusGone, "It has ended for good"},
	errs.TooMany:         {http.StatusTooManyRequests, "Too many requests"},
	errs.Unavailable:     {http.StatusServiceUnavailable, "Not available for the moment"},
	errs.TooLarge:        {http.StatusRequestEntityTooLarge, "The body is too large"},
}

// titles are those of the problems that are HTTP's own.
var titles = map[string]string{
	"malformed":              "The request cannot be read",
	"head-too-large":         "The address or the headers are too large",
	"unsupported-media-type": "The body has the wrong media type",
	"method-not-allowed":     "The method is not allowed here",
	"stale":                  "Somebody else changed it in the meantime",
}

// internalDetail is all that a client learns of an internal error.
const internalDetail = "The request could not be completed. It has been recorded under the instance."

// newProblem is a problem of HTTP's own.
func newProblem(status int, name, detail string) *Problem {
	return &Problem{Type: "/problems/" + name, Title: titles[name], Status: status, Detail: detail}
}

// tooLargeFor names the bound that a client is meant to keep.
func tooLargeFor(operation *huma.Operation) *Problem {
	if most, _ := operation.Metadata[maxFileKey].(int64); most > 0 {
		return problemOf(errs.E(errs.TooLarge, "the file is larger than %d bytes; split it into smaller ones", most))
	}
	return tooLarge(operation.Metadata[maxBodyKey].(int64))
}

func tooLarge(most int64) *Problem {
	return problemOf(errs.E(errs.TooLarge, "the body is larger than %d bytes", most))
}

// problemOf turns any error into what the client may know about it.
func problemOf(err error) *Problem {
	var own *Problem
	if errors.As(err, &own) {
		return own
	}
	kind := errs.KindOf(err)
	p := &Problem{Type: "/problems/" + kind.String(), Title: kinds[kind].title, Status: kinds[kind].status, Detail: errs.Text(err)}
	switch kind {
	case errs.Internal:
		p.Detail = internalDetail
	case errs.TooMany, errs.Unavailable:
		p.retryAfter = cmp.Or(errs.RetryAfter(err), defaultRetry)
	}
	if errors.Is(err, link.ErrCursor) {
		// We made it and the client only hands it back: one that does not verify is malformed, not an input to be mended.
		p = newProblem(http.StatusBadRequest, "malformed", link.ErrCursor.Error())
		p.Errors = []Violation{{"query.cursor", "is not a cursor of this list"}}
	}
	p.list(errs.ViolationsOf(err))
	return p
}

// defaultRetry is when a client may try again where the error does not say.
const defaultRetry = 5 * time.Second

func (p *Problem) list(violations []errs.Violation) {
	for _, v := range violations {
		p.Errors = append(p.Errors, Violation{bounded(v.Location, maxLocation), v.Message})
	}
	slices.SortStableFunc(p.Errors, func(a, b Violation) int {
		return cmp.Or(cmp.Compare(a.Location, b.Location), cmp.Compare(a.Message, b.Message))
	})
	if extra := len(p.Errors) - maxViolations; extra > 0 {
		p.Errors = append(p.Errors[:maxViolations], Violation{"body", fmt.Sprintf("breaks %d more rules", extra)})
	}
}

// problemOfHuma rewrites the errors that huma makes itself, those of validation, into ours: without the rejected values.
func problemOfHuma(ctx huma.Context, _ string, body any) (any, error) {
	model, ok := body.(*huma.ErrorModel)
	if !ok {
		return body, nil
	}
	if model.Status >= http.StatusInternalServerError {
		p := problemOf(errors.New(model.Detail))
		p.Instance = event.CallOf(ctx.Context()).RequestID
		return p, nil
	}
	violations := slices.Clone(violationsOf(ctx.Context()))
	for _, detail := range model.Errors {
		violations = append(violations, errs.Violation{Location: parameter(detail.Location), Message: detail.Message})
	}
	var p *Problem
	switch model.Status {
	case http.StatusUnprocessableEntity:
		p = invalid(violations)
	default:
		p = newProblem(model.Status, "malformed", model.Detail)
		p.list(violations)
	}
	p.Instance = event.CallOf(ctx.Context()).RequestID
	note(ctx.Context(), p, nil)
	return p, nil
}

// parameter is the location of a query parameter without the number that huma gives to each of its values.
func parameter(location string) string {
	if strings.HasPrefix(location, "query.") {
		location, _, _ = strings.Cut(location, "[")
	}
	return location
}

// invalid is the problem of an input that breaks rules.
func invalid(violations []errs.Violation) *Problem {
	p := problemOf(errs.Violate(violations...))
	p.Detail = "the input breaks a rule, see errors"
	if n := len(violations); n > 1 {
		p.Detail = fmt.Sprintf("the input breaks %d rules, see errors", n)
	}
	return p
}

// kind is the last part of the type, for logs.
func (p *Problem) kind() string { return p.Type[len("/problems/"):] }

// Error, GetStatus, GetHeaders and ContentType let huma answer with a problem that a handler returns as its error.
func (p *Problem) Error() string { return p.Title + ": " + p.Detail }

// GetStatus is the HTTP status.
func (p *Problem) GetStatus() int { return p.Status }

// GetHeaders are those that belong to the status.
func (p *Problem) GetHeaders() http.Header {
	header := http.Header{}
	if p.retryAfter > 0 {
		header.Set("Retry-After", strconv.Itoa(int((p.retryAfter+time.Second-1)/time.Second)))
	}
	if p.Status == http.StatusUnauthorized {
		header.Set("WWW-Authenticate", "Bearer")
	}
	return header
}

// ContentType is the media type of problems.
func (p *Problem) ContentType(string) string { return problemMedia }

const problemMedia = "application/problem+json"

// write answers with the problem.
func (p *Problem) write(ctx context.Context, w http.ResponseWriter) {
	p.Instance = event.CallOf(ctx).RequestID
	note(ctx, p, nil)
	for name, values := range p.GetHeaders() {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Type", problemMedia)
	w.WriteHeader(p.Status)
	_ = json.MarshalWrite(w, p) // a client that has gone misses nothing
}
