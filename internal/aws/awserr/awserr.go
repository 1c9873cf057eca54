// Package awserr reads the errors of AWS clients for the adapters that have no more to say about them.
//
// Messages of AWS may quote what was sent, so none of them gets into a text: an error says which service, which code and
// which request. The cause stays reachable with errors.Is and errors.As.
package awserr

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"

	"github.com/winback-auto/winback/internal/platform/errs"
)

// Tries is how often a client with Bounded makes a call at most.
const Tries = 3

// longestWait is the most that is waited between two tries.
const longestWait = 2 * time.Second

// Bounded is the SDK's standard retrying, at most Tries times within some seconds, so that a call ends before the function
// that waits for it. It is for calls that may be repeated.
func Bounded() aws.Retryer {
	return retry.NewStandard(func(o *retry.StandardOptions) { o.MaxAttempts, o.MaxBackoff = Tries, longestWait })
}

// Code is the service's name of the error (NotFoundException), or empty where the service did not answer.
func Code(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	return ""
}

// Classify gives an error of a client its kind: TooMany where we are throttled, Unavailable where no answer came or the
// service has failed. The rest (a missing permission, a resource that is not there) is a fault of our own making and stays
// Internal. The service's name is for a dealer: the key service.
func Classify(service string, err error) error {
	if err == nil {
		return nil
	}
	var api smithy.APIError
	var answer *awshttp.ResponseError
	answered := errors.As(err, &answer)
	switch {
	case errors.Is(err, context.Canceled):
		return errs.E(errs.Unavailable, "%w", &failure{service + " was not waited for", err})
	case !errors.As(err, &api):
		return errs.E(errs.Unavailable, "%w", &failure{service + " does not answer", err})
	case throttles(err), api.ErrorCode() == "LimitExceededException":
		return errs.E(errs.TooMany, "%w", &failure{service + " is asked too often", err})
	case api.ErrorFault() == smithy.FaultServer, answered && answer.HTTPStatusCode() >= http.StatusInternalServerError:
		return errs.E(errs.Unavailable, "%w", &failure{service + " has failed", err})
	}
	text := service + " refuses: " + api.ErrorCode()
	if answered {
		text += ", request " + answer.ServiceRequestID()
	}
	return &failure{text, err}
}

func throttles(err error) bool {
	return retry.IsErrorThrottles(retry.DefaultThrottles).IsErrorThrottle(err) == aws.TrueTernary
}

// failure has a text of its own and keeps its cause out of it.
type failure struct {
	text  string
	cause error
}

func (f *failure) Error() string { return f.text }
func (f *failure) Unwrap() error { return f.cause }
