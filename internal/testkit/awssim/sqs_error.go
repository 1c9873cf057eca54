package awssim

import (
	"fmt"
	"net/http"
	"strings"
)

// sqsError makes an error with its name in the JSON protocol and its code in the query protocol, which clients still see.
func sqsError(shape, query, format string, args ...any) *Error {
	return &Error{
		Status: http.StatusBadRequest, Code: "com.amazonaws.sqs#" + shape, Query: query, Message: fmt.Sprintf(format, args...),
	}
}

func invalidParameter(format string, args ...any) *Error {
	return sqsError("InvalidParameterValueException", "InvalidParameterValue", format, args...)
}

// batchError is an error about a whole batch.
func batchError(shape, format string, args ...any) *Error {
	return sqsError(shape, "AWS.SimpleQueueService."+shape, format, args...)
}

// batchFailure tells of one entry of a batch.
type batchFailure struct {
	ID          string `json:"Id"`
	SenderFault bool
	Code        string
	Message     string
}

// batchResult is the answer to every batch.
type batchResult[T any] struct {
	Successful []T
	Failed     []batchFailure `json:",omitempty"`
}

// batch checks what all batches have in common and carries the entries out one by one.
func batch[E, T any](s *SQS, action string, entries []E, id func(E) string, do func(E) (T, *Error)) (any, error) {
	if len(entries) == 0 {
		return nil, batchError("EmptyBatchRequest", "There should be at least one %sRequestEntry in the request.", action)
	}
	if len(entries) > 10 {
		return nil, batchError("TooManyEntriesInBatchRequest", "Maximum number of entries per request are 10. You have sent %d.", len(entries))
	}
	seen := map[string]bool{}
	for _, e := range entries {
		name := id(e)
		if name == "" || len(name) > 80 || strings.ContainsFunc(name, notAlphanumeric) {
			return nil, batchError("InvalidBatchEntryId", "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.")
		}
		if seen[name] {
			return nil, batchError("BatchEntryIdsNotDistinct", "Id %s repeated.", name)
		}
		seen[name] = true
	}
	result := batchResult[T]{Successful: []T{}}
	for _, e := range entries {
		var fault Fault
		if s.options.EntryFault != nil {
			fault = s.options.EntryFault(action, id(e))
		}
		if fault.Status != 0 && !fault.ApplyFirst {
			result.Failed = append(result.Failed, batchFailure{id(e), fault.Status < 500, fault.Code, "injected"})
			continue
		}
		value, err := do(e)
		switch {
		case fault.Status != 0:
			result.Failed = append(result.Failed, batchFailure{id(e), fault.Status < 500, fault.Code, "injected"})
		case err != nil:
			result.Failed = append(result.Failed, batchFailure{id(e), true, err.Query, err.Message})
		default:
			result.Successful = append(result.Successful, value)
		}
	}
	return result, nil
}

func notAlphanumeric(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '_'
}
