package eumtext

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/pinpointsmsvoicev2/types"
	smithy "github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/winback-auto/winback/internal/platform/dispatch"
	"github.com/winback-auto/winback/internal/platform/errs"
)

// errSecond ends an attempt to send the same message again within one call.
var errSecond = errors.New("eumtext: a second request for one text message")

// untilMended is the wait where people have to do something first: raise a limit, register a number, grant.
const untilMended = 15 * time.Minute

// classify sorts a failed call by what may have happened to the message; made says whether a request left at all. AWS's own
// text may name numbers, so only codes are kept.
func classify(err error, made bool) error {
	if !made {
		return errs.E(errs.Unavailable, "the provider of text messages cannot be called: %w", err)
	}
	var response *smithyhttp.ResponseError
	if errors.As(err, &response) && response.HTTPStatusCode() != 0 {
		return answered(err, response.HTTPStatusCode())
	}
	var dial *net.OpError
	var lookup *net.DNSError
	if errors.As(err, &dial) && dial.Op == "dial" || errors.As(err, &lookup) {
		return errs.E(errs.Unavailable, "the provider of text messages cannot be reached: %w", err)
	}
	return ambiguous(err)
}

// answered sorts an answer that tells of a failure, by the errors of SendTextMessage in the API reference. Only those of
// status 4xx are a no.
func answered(err error, status int) error {
	if status < 400 || status >= 500 || status == http.StatusRequestTimeout {
		return ambiguous(err)
	}
	code := http.StatusText(status)
	var api smithy.APIError
	if errors.As(err, &api) {
		code = api.ErrorCode()
	}
	var conflict *types.ConflictException
	var invalid *types.ValidationException
	switch {
	case code == "ThrottlingException" || status == http.StatusTooManyRequests:
		return errs.E(errs.TooMany, "the provider of text messages takes no more for now (%s)", code)
	case errors.As(err, &conflict):
		return conflicted(conflict)
	case errors.As(err, &invalid):
		return errs.E(errs.Invalid, "the provider of text messages refuses this one (%s, %s)", code, invalid.Reason)
	}
	return mend(code)
}

// conflicted sorts what the account's set-up or the recipient does not allow.
func conflicted(e *types.ConflictException) error {
	switch e.Reason {
	case types.ConflictExceptionReasonDestinationPhoneNumberOptedOut:
		return errs.E(errs.Forbidden, "the recipient has answered STOP")
	case types.ConflictExceptionReasonDestinationCountryBlockedByProtectConfiguration,
		types.ConflictExceptionReasonDestinationPhoneNumberBlockedByProtectNumberOverride:
		return errs.E(errs.Forbidden, "text messages to this number or country are blocked (%s)", e.Reason)
	}
	return mend(string(e.Reason))
}

func mend(code string) error {
	return errs.Later(errs.Unavailable, untilMended, "the provider of text messages is not set up for this (%s)", code)
}

func ambiguous(err error) error { return fmt.Errorf("%w: %w", dispatch.ErrAmbiguous, err) }
