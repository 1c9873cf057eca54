package awssim

import "time"

type deleteMessageRequest struct {
	QueueURL      string `json:"QueueUrl"`
	ReceiptHandle string
}

func (s *SQS) deleteMessage(_ Request, in deleteMessageRequest) (any, error) {
	q, err := s.queue(in.QueueURL)
	if err != nil {
		return nil, err
	}
	if failure := q.end(in.ReceiptHandle); failure != nil {
		return nil, failure
	}
	return nil, nil
}

// end deletes a message. As in the service, a handle is good for that as long as nobody received the message again, and
// deleting what is gone succeeds.
func (q *sqsQueue) end(handle string) *Error {
	m, failure := q.byHandle(handle)
	if failure != nil {
		return failure
	}
	if m != nil {
		q.remove(m)
	}
	return nil
}

// handleEntry is an entry of a batch of deletes or of changed visibilities.
type handleEntry struct {
	ID                string `json:"Id"`
	ReceiptHandle     string
	VisibilityTimeout *int
}

type handleBatchRequest struct {
	QueueURL string `json:"QueueUrl"`
	Entries  []handleEntry
}

// settled names an entry that was carried out.
type settled struct {
	ID string `json:"Id"`
}

func (s *SQS) deleteMessageBatch(_ Request, in handleBatchRequest) (any, error) {
	q, err := s.queue(in.QueueURL)
	if err != nil {
		return nil, err
	}
	return batch(s, "DeleteMessageBatch", in.Entries, handleEntry.id, func(e handleEntry) (settled, *Error) {
		return settled{e.ID}, q.end(e.ReceiptHandle)
	})
}

func (e handleEntry) id() string { return e.ID }

type changeMessageVisibilityRequest struct {
	QueueURL          string `json:"QueueUrl"`
	ReceiptHandle     string
	VisibilityTimeout *int
}

func (s *SQS) changeMessageVisibility(r Request, in changeMessageVisibilityRequest) (any, error) {
	q, err := s.queue(in.QueueURL)
	if err != nil {
		return nil, err
	}
	if failure := q.hide(r.Now, in.ReceiptHandle, in.VisibilityTimeout); failure != nil {
		return nil, failure
	}
	return nil, nil
}

func (s *SQS) changeMessageVisibilityBatch(r Request, in handleBatchRequest) (any, error) {
	q, err := s.queue(in.QueueURL)
	if err != nil {
		return nil, err
	}
	return batch(s, "ChangeMessageVisibilityBatch", in.Entries, handleEntry.id, func(e handleEntry) (settled, *Error) {
		return settled{e.ID}, q.hide(r.Now, e.ReceiptHandle, e.VisibilityTimeout)
	})
}

// hide changes how long a held message stays hidden, from now on.
func (q *sqsQueue) hide(now time.Time, handle string, seconds *int) *Error {
	if seconds == nil {
		return sqsError("MissingRequiredParameterException", "MissingParameter", "The request must contain the parameter VisibilityTimeout.")
	}
	if failure := checkVisibility(*seconds); failure != nil {
		return failure
	}
	m, failure := q.byHandle(handle)
	switch {
	case failure != nil:
		return failure
	case m == nil:
		return invalidParameter("Value %s for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available for visibility timeout change.", handle)
	case !m.visible.After(now):
		return sqsError("MessageNotInflight", "AWS.SimpleQueueService.MessageNotInflight", "The message referred to isn't in flight.")
	}
	m.visible = now.Add(time.Duration(*seconds) * time.Second)
	return nil
}
