package dynamotable

import (
	"github.com/aws/aws-sdk-go-v2/aws/retry"

	"github.com/winback-auto/winback/internal/aws/awserr"
	"github.com/winback-auto/winback/internal/platform/errs"
)

// Codes of errors and of the reasons of a cancelled transaction.
const (
	conditionFailed = "ConditionalCheckFailed"
	conflicting     = "TransactionConflict"
)

func classify(err error) error {
	if code := awserr.Code(err); code == conflicting+"Exception" || code == "ReplicatedWriteConflictException" {
		return errs.E(errs.Unavailable, "the store is busy, try again in a moment")
	}
	return awserr.Classify("the store", err)
}

// passing reports whether the reason of a cancelled transaction is one that may be gone at the next try. Reasons are the
// codes of errors without their last word, nearly.
func passing(reason string) bool {
	_, throttled := retry.DefaultThrottleErrorCodes[reason+"Exception"]
	return throttled || reason == conflicting || reason == "ThrottlingError"
}
