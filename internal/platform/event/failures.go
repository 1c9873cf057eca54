package event

import (
	"bytes"

	"github.com/go-json-experiment/json"

	"github.com/winback-auto/winback/internal/platform/queue"
)

// batchFailures is the partial answer to a batch.
type batchFailures struct {
	Failures []batchFailure `json:"batchItemFailures"`
}

type batchFailure struct {
	ID *string `json:"itemIdentifier"`
}

// EncodeFailures is the answer of a consumer: the ids of the messages that are to come again. Without any, all are done.
func EncodeFailures(ids []string) ([]byte, error) {
	answer := batchFailures{Failures: make([]batchFailure, len(ids))}
	for i := range ids {
		answer.Failures[i].ID = &ids[i]
	}
	return encode(answer, "the answer to a batch")
}

// DecodeFailures reads a consumer's answer as Lambda does and returns the messages that are to come again. An empty answer,
// null, or an empty or null list mean that all are done. An answer that is no JSON, too large, or names an id that is
// empty, null, under another name or not of this batch brings all of them again: nothing is ever dropped by mistake.
func DecodeFailures(answer []byte, batch []queue.Received) []queue.Received {
	answer = bytes.TrimSpace(answer)
	if len(answer) == 0 {
		return nil
	}
	var read batchFailures
	if len(answer) > MaxEvent || json.Unmarshal(answer, &read) != nil {
		return batch
	}
	failed := make(map[string]bool, len(read.Failures))
	for _, failure := range read.Failures {
		if failure.ID == nil || *failure.ID == "" {
			return batch
		}
		failed[*failure.ID] = true
	}
	var again []queue.Received
	for _, message := range batch {
		if failed[message.ID] {
			again = append(again, message)
			delete(failed, message.ID)
		}
	}
	if len(failed) > 0 {
		return batch
	}
	return again
}
