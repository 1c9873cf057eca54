// Package errs is the error story of Winback: an error has a kind, and the kind alone decides what happens next.
//
// HTTP turns a kind into a status and a problem document (package web), a queue consumer turns it into drop, delay,
// retry or dead letter (package queue). Text that a kind other than Internal carries may be shown to the caller, so it is
// written for a dealer and never holds personal data, secrets or the inner workings.
package errs

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Kind says what an error means to whoever caused it.
type Kind uint8

// The zero value is Internal: an error that nobody classified is our fault and its text never leaves the process.
const (
	Internal        Kind = iota
	Invalid              // the input breaks a rule; see Violations
	Unauthenticated      // nobody, or nobody we know
	Forbidden            // known, but the role is missing
	NotFound             // unknown, or belongs to another company: the two look alike
	Conflict             // the state no longer allows it
	Gone                 // it existed and ended for good
	TooMany              // slow down and try later
	Unavailable          // a system we depend on does not answer; try later
	TooLarge             // more than a bound allows; the text names the bound
)

var names = [...]string{"internal", "invalid", "unauthenticated", "forbidden", "not-found", "conflict", "gone", "too-many", "unavailable", "too-large"}

// String is the kind's stable name, as used in problem types (/problems/invalid) and in logs.
func (k Kind) String() string {
	if int(k) < len(names) {
		return names[k]
	}
	return names[Internal]
}

// Violation is one broken rule of an input.
type Violation struct {
	Location string // where, as a path: body.vehicles[3].vin
	Message  string // what is wrong and how to mend it
}

// kinded is an error with a kind; cause is kept for logs.
type kinded struct {
	kind       Kind
	err        error
	violations []Violation
	retryAfter time.Duration
}

func (e *kinded) Error() string { return e.err.Error() }
func (e *kinded) Unwrap() error { return e.err }

// E makes an error of a kind. The format is that of fmt.Errorf, so %w keeps a cause.
func E(kind Kind, format string, args ...any) error {
	return &kinded{kind: kind, err: fmt.Errorf(format, args...)}
}

// Violate makes an Invalid error that lists every broken rule at once, or nil when there is none.
func Violate(violations ...Violation) error {
	if len(violations) == 0 {
		return nil
	}
	first := violations[0]
	text := fmt.Errorf("%s: %s", first.Location, first.Message)
	if more := len(violations) - 1; more > 0 {
		text = fmt.Errorf("%w (and %d more)", text, more)
	}
	return &kinded{kind: Invalid, err: text, violations: violations}
}

// Later makes a TooMany or Unavailable error that says when another attempt makes sense. A zero wait leaves it to the caller.
func Later(kind Kind, wait time.Duration, format string, args ...any) error {
	return &kinded{kind: kind, err: fmt.Errorf(format, args...), retryAfter: wait}
}

// KindOf is the kind of the outermost classified error in the chain, Internal where there is none.
func KindOf(err error) Kind {
	if e := find(err); e != nil {
		return e.kind
	}
	return Internal
}

// Is reports whether err is of the kind.
func Is(err error, kind Kind) bool { return err != nil && KindOf(err) == kind }

// ViolationsOf lists the broken rules of an Invalid error.
func ViolationsOf(err error) []Violation {
	if e := find(err); e != nil {
		return e.violations
	}
	return nil
}

// RetryAfter is the wait that Later carried, or zero.
func RetryAfter(err error) time.Duration {
	if e := find(err); e != nil {
		return e.retryAfter
	}
	return 0
}

// Text is what the caller may be told: the words of the outermost classified error, without the prefixes that were put
// before it and without an unclassified cause that it ends with, both of which are for logs. It is empty for Internal.
func Text(err error) string {
	e := find(err)
	if e == nil || e.kind == Internal {
		return ""
	}
	text := e.Error()
	if cause := errors.Unwrap(e.err); cause != nil && find(cause) == nil {
		text = strings.TrimSuffix(strings.TrimSuffix(text, cause.Error()), ": ")
	}
	return text
}

func find(err error) *kinded {
	var e *kinded
	if errors.As(err, &e) {
		return e
	}
	return nil
}
