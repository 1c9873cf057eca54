package dynamotable

import (
	"context"
	"errors"
	"io"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/winback-auto/winback/internal/platform/errs"
)

// Codes of errors and of the reasons of a cancelled transaction.
const (
	conditionFailed = "ConditionalCheckFailed"
	conflicting     = "TransactionConflict"
)

// classify says what a failed call means: somebody asked too much, DynamoDB does not answer, or we made a mistake, which is
// Internal and never repeated.
func classify(err error) error {
	if err == nil || errors.Is(err, context.Canceled) || errs.KindOf(err) != errs.Internal {
		return err
	}
	var api smithy.APIError
	if errors.As(err, &api) {
		if kind, ok := kindOf(api.ErrorCode()); ok {
			return errs.E(kind, "the store is busy, try again in a moment: %w", err)
		}
	}
	var response *awshttp.ResponseError
	if unanswered(err) || errors.As(err, &response) && response.HTTPStatusCode() >= http.StatusInternalServerError {
		return errs.E(errs.Unavailable, "the store does not answer, try again in a moment: %w", err)
	}
	return err
}

// kindOf is the kind of an error that has a code of its own; others go by their status.
func kindOf(code string) (errs.Kind, bool) {
	if _, throttled := retry.DefaultThrottleErrorCodes[code]; throttled {
		return errs.TooMany, true
	}
	switch code {
	case "ThrottlingError", "ProvisionedThroughputExceeded": // reasons are called a little differently
		return errs.TooMany, true
	case conflicting, "TransactionConflictException", "ReplicatedWriteConflictException", "InternalServerError":
		return errs.Unavailable, true
	}
	return errs.Internal, false
}

// unanswered reports whether the call ended without an answer, or with half of one.
func unanswered(err error) bool {
	var sending *smithyhttp.RequestSendError
	return errors.As(err, &sending) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, io.ErrUnexpectedEOF) ||
		retry.RetryableConnectionError{}.IsErrorRetryable(err) == aws.TrueTernary
}
