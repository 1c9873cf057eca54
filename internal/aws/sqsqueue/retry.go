package sqsqueue

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/aws/smithy-go"

	"github.com/winback-auto/winback/internal/platform/errs"
)

// tries is how often a call is made at most. What a lost answer hid is then done twice, which queues allow.
const tries = 3

// longestWait is the most that persist waits between two tries.
const longestWait = 2 * time.Second

// persist calls do until it succeeds, fails for good, or has had its tries. The waits between are the SDK's: exponential
// with jitter.
func persist(ctx context.Context, do func() error) error {
	policy := retry.NewStandard(func(o *retry.StandardOptions) { o.MaxBackoff = longestWait })
	for try := 1; ; try++ {
		err := do()
		if err == nil || try == tries || !retryable(policy, err) {
			return err
		}
		wait, delayErr := policy.RetryDelay(try, err)
		if delayErr != nil {
			return err
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return err
		case <-timer.C:
		}
	}
}

func retryable(policy aws.Retryer, err error) bool {
	var entry *entryError
	if errors.As(err, &entry) {
		return !entry.sender
	}
	return policy.IsErrorRetryable(err)
}

// entryError is the failure of entries of a batch that went through otherwise.
type entryError struct {
	code   string
	sender bool // our fault: it will not get better
}

// Error is the code alone; messages of AWS may quote what was sent.
func (e *entryError) Error() string { return "refused by the queue: " + e.code }

// failures are the ids of the failed entries, and an error that speaks for all: one that can get better, if there is any.
func failures(failed []types.BatchResultErrorEntry) (ids []string, err error) {
	var worst *entryError
	for _, f := range failed {
		ids = append(ids, aws.ToString(f.Id))
		if worst == nil || worst.sender && !f.SenderFault {
			worst = &entryError{aws.ToString(f.Code), f.SenderFault}
		}
	}
	if worst == nil {
		return nil, nil
	}
	return ids, worst
}

// keep leaves the entries of a batch that failed.
func keep[E any](entries []E, failed []string, id func(E) string) []E {
	return slices.DeleteFunc(slices.Clone(entries), func(e E) bool { return !slices.Contains(failed, id(e)) })
}

// isVoid reports whether an error says that a receipt is no longer good.
func isVoid(err error) bool {
	switch code(err) {
	case "InvalidParameterValue", "AWS.SimpleQueueService.MessageNotInflight", "MessageNotInflight":
		return true
	}
	return false
}

func code(err error) string {
	var entry *entryError
	var api smithy.APIError
	switch {
	case errors.As(err, &entry):
		return entry.code
	case errors.As(err, &api):
		return api.ErrorCode()
	}
	return ""
}

// classify gives an error of the client its kind. What nobody expects (a queue that is not there, a missing permission) stays Internal.
func classify(err error) error {
	if err == nil {
		return nil
	}
	var entry *entryError
	var api smithy.APIError
	var answer *awshttp.ResponseError
	switch code(err) {
	case "RequestThrottled", "Throttling", "ThrottlingException", "RequestThrottledException", "OverLimit", "KmsThrottled":
		return errs.E(errs.TooMany, "the queue is asked too often: %w", err)
	case "ReceiptHandleIsInvalid":
		return errs.E(errs.Invalid, "this is no receipt of a message: %w", err)
	case "InvalidMessageContents", "AWS.SimpleQueueService.BatchRequestTooLong":
		return errs.E(errs.Invalid, "the queue does not take this message: %w", err)
	}
	switch {
	case errors.As(err, &entry):
		if entry.sender {
			return err
		}
	case errors.As(err, &answer) && answer.HTTPStatusCode() >= http.StatusInternalServerError:
	case errors.As(err, &api) && api.ErrorFault() != smithy.FaultServer:
		return err
	}
	return errs.E(errs.Unavailable, "the queue does not answer: %w", err)
}
