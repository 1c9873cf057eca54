package sesmail

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	smithy "github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/winback-auto/winback/internal/platform/dispatch"
	"github.com/winback-auto/winback/internal/platform/errs"
)

// errSecond ends an attempt to send the same mail again within one call.
var errSecond = errors.New("sesmail: a second request for one mail")

// untilMended is the wait where people have to do something first: unpause, verify, grant.
const untilMended = 15 * time.Minute

// refusals are the answers with which SES surely did not take a mail, by code ("Errors" of SendEmail in the SES API v2
// reference, and the codes common to all AWS services). SES's own text may name addresses, so only the code is kept.
var refusals = map[string]func(code string) error{
	"TooManyRequestsException":           later,
	"ThrottlingException":                later,
	"Throttling":                         later,
	"LimitExceededException":             later,
	"SendingPausedException":             mend("the mail provider has paused sending"),
	"AccountSuspendedException":          mend("the mail provider has suspended the account"),
	"MailFromDomainNotVerifiedException": mend("the sender's domain is not verified at the mail provider"),
	"NotFoundException":                  mend("the mail provider is not set up completely"),
	"MessageRejected":                    never,
	"BadRequestException":                never,
	"ValidationException":                never,
}

// classify sorts a failed call by what may have happened to the mail; made says whether a request left at all.
func classify(err error, made bool) error {
	if !made {
		return errs.E(errs.Unavailable, "the mail provider cannot be called: %w", err)
	}
	var response *smithyhttp.ResponseError
	if errors.As(err, &response) && response.HTTPStatusCode() != 0 {
		return answered(err, response.HTTPStatusCode())
	}
	var dial *net.OpError
	var lookup *net.DNSError
	if errors.As(err, &dial) && dial.Op == "dial" || errors.As(err, &lookup) {
		return errs.E(errs.Unavailable, "the mail provider cannot be reached: %w", err)
	}
	return ambiguous(err)
}

// answered sorts an answer that tells of a failure. Only those of status 4xx are a no.
func answered(err error, status int) error {
	if status < 400 || status >= 500 || status == http.StatusRequestTimeout {
		return ambiguous(err)
	}
	code := http.StatusText(status)
	var api smithy.APIError
	if errors.As(err, &api) {
		code = api.ErrorCode()
	}
	refuse, known := refusals[code]
	switch {
	case known:
		return refuse(code)
	case status == http.StatusTooManyRequests:
		return later(code)
	}
	return mend("the mail provider does not let us in")(code)
}

func later(code string) error {
	return errs.E(errs.TooMany, "the mail provider takes no more mails for now (%s)", code)
}

func never(code string) error {
	return errs.E(errs.Invalid, "the mail provider refuses this mail (%s)", code)
}

func mend(what string) func(string) error {
	return func(code string) error { return errs.Later(errs.Unavailable, untilMended, "%s (%s)", what, code) }
}

func ambiguous(err error) error { return fmt.Errorf("%w: %w", dispatch.ErrAmbiguous, err) }
