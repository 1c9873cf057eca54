package autograb

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/winback-auto/winback/internal/partner"
	"github.com/winback-auto/winback/internal/platform/errs"
)

// maxWait is the longest wait we take from a partner; more, and nonsense, is ours to decide.
const maxWait = 15 * time.Minute

// failure is a classified error with a text for a dealer. It keeps its causes out of the text: they name hosts and ports, so
// they are there for errors.Is and errors.As only.
type failure struct {
	error
	causes []error
}

func (f *failure) Unwrap() []error { return append([]error{f.error}, f.causes...) }

// unavailable is the error of a call that got no usable answer. A call that is not safe to repeat and may have reached the
// partner is marked ambiguous.
func unavailable(what string, ambiguous bool, cause error) error {
	text, causes := "AutoGrab is not available: "+what, []error(nil)
	if ambiguous {
		text += "; whether the call took effect is not known"
		causes = append(causes, partner.ErrAmbiguous)
	}
	if cause != nil {
		causes = append(causes, cause)
	}
	return &failure{errs.E(errs.Unavailable, "%s", text), causes}
}

// broken classifies a call that ended without an answer.
func broken(err error, ambiguous bool) error {
	what := "the connection broke"
	var timeout net.Error
	switch {
	case errors.Is(err, context.Canceled):
		what = "the call was given up"
	case errors.As(err, &timeout) && timeout.Timeout():
		what = "no answer in time"
	case errors.Is(err, syscall.ECONNREFUSED):
		what = "it refuses connections"
	}
	return unavailable(what, ambiguous, err)
}

// refused classifies an answer whose status is not a success.
func refused(c call, status int, header http.Header, body []byte, now time.Time, key string) error {
	message := messageOf(body, key)
	switch {
	case status == http.StatusUnauthorized:
		return errs.E(errs.Forbidden, "AutoGrab does not accept the API key; check it in the settings of the connection")
	case status == http.StatusForbidden:
		return errs.E(errs.Forbidden, "AutoGrab refuses the API key for this; it needs %s%s", c.route.needs(), suffix(message))
	case status == http.StatusNotFound:
		return errs.E(errs.NotFound, "AutoGrab does not know it%s", suffix(message))
	case status == http.StatusTooManyRequests:
		return errs.Later(errs.TooMany, retryAfter(header.Get(headerRetryAfter), now), "AutoGrab asks us to slow down")
	case status >= 400 && status < 500 && status != http.StatusRequestTimeout:
		return errs.E(errs.Invalid, "AutoGrab refuses the request with status %d%s", status, suffix(message))
	}
	err := unavailable("it answers with status "+strconv.Itoa(status), !c.repeatable, nil)
	if wait := retryAfter(header.Get(headerRetryAfter), now); wait > 0 {
		return errs.Later(errs.Unavailable, wait, "%w", err)
	}
	return err
}

// messageOf is the partner's own word, fit to be shown: short, printable and without the key, should it be quoted back.
func messageOf(body []byte, key string) string {
	var answer errorAnswer
	if json.Unmarshal(body, &answer) != nil {
		return ""
	}
	message := answer.Message
	if key != "" {
		message = strings.ReplaceAll(message, key, "(key)")
	}
	return tidy(message, maxText)
}

func suffix(message string) string {
	if message == "" {
		return ""
	}
	return ": " + message
}

// retryAfter reads a wait in seconds or as an HTTP date, bounded by 0 and maxWait; what cannot be read is 0.
func retryAfter(value string, now time.Time) time.Duration {
	value = strings.TrimSpace(value)
	var wait time.Duration
	if seconds, err := strconv.ParseFloat(value, 64); err == nil {
		if seconds != seconds || seconds < 0 {
			return 0
		}
		wait = time.Duration(min(seconds, maxWait.Seconds()) * float64(time.Second))
	} else if at, err := http.ParseTime(value); err == nil {
		wait = at.Sub(now)
	}
	return min(max(wait, 0), maxWait)
}
