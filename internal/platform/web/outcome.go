package web

import (
	"context"
	"net/http"
)

// Outcome is what became of a request, for the host's log line. It holds ids only.
type Outcome struct {
	Company string // of the caller; empty before somebody is known
	User    string
	Kind    string // of the problem: invalid, not-found …; empty for a success
	Err     error  // the cause of an internal problem
}

type outcomeKey struct{}

// Observe returns a context whose request fills in the outcome.
func Observe(ctx context.Context) (context.Context, *Outcome) {
	outcome := new(Outcome)
	return context.WithValue(ctx, outcomeKey{}, outcome), outcome
}

// outcomeOf is the outcome to be filled in; the router makes sure that there is one.
func outcomeOf(ctx context.Context) *Outcome {
	outcome, _ := ctx.Value(outcomeKey{}).(*Outcome)
	return outcome
}

// note records a problem and, where it is our own fault, its cause.
func note(ctx context.Context, p *Problem, cause error) {
	outcome := outcomeOf(ctx)
	if outcome == nil {
		return
	}
	outcome.Kind = p.kind()
	if p.Status == http.StatusInternalServerError {
		outcome.Err = cause
	}
}
