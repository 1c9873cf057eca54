package awssim

import (
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// maxPayload is the most bytes of a message, and of a batch.
const maxPayload = 1 << 20

// outgoing is what SendMessage and the entries of SendMessageBatch have in common.
type outgoing struct {
	ID             string `json:"Id"`
	MessageBody    string
	DelaySeconds   *int
	MessageGroupID *string `json:"MessageGroupId"`
}

type sendMessageRequest struct {
	QueueURL string `json:"QueueUrl"`
	outgoing
}

type sentMessage struct {
	ID               string `json:"Id,omitempty"`
	MessageID        string `json:"MessageId"`
	MD5OfMessageBody string
}

func (s *SQS) sendMessage(r Request, in sendMessageRequest) (any, error) {
	q, err := s.queue(in.QueueURL)
	if err != nil {
		return nil, err
	}
	sent, failure := s.put(q, r.Now, in.outgoing)
	if failure != nil {
		return nil, failure
	}
	return sent, nil
}

type sendMessageBatchRequest struct {
	QueueURL string `json:"QueueUrl"`
	Entries  []outgoing
}

func (s *SQS) sendMessageBatch(r Request, in sendMessageBatchRequest) (any, error) {
	q, err := s.queue(in.QueueURL)
	if err != nil {
		return nil, err
	}
	size := 0
	for _, e := range in.Entries {
		size += len(e.MessageBody)
	}
	if size > maxPayload {
		return nil, batchError("BatchRequestTooLong", "Batch requests cannot be longer than %d bytes. You have sent %d bytes.", maxPayload, size)
	}
	return batch(s, "SendMessageBatch", in.Entries, func(e outgoing) string { return e.ID }, func(e outgoing) (sentMessage, *Error) {
		return s.put(q, r.Now, e)
	})
}

// put adds a message to a queue.
func (s *SQS) put(q *sqsQueue, now time.Time, out outgoing) (sentMessage, *Error) {
	delay := q.number("DelaySeconds")
	if out.DelaySeconds != nil {
		delay = *out.DelaySeconds
	}
	switch most := q.number("MaximumMessageSize"); {
	case out.MessageBody == "":
		return sentMessage{}, sqsError("MissingRequiredParameterException", "MissingParameter", "The request must contain the parameter MessageBody.")
	case len(out.MessageBody) > most:
		return sentMessage{}, invalidParameter("One or more parameters are invalid. Reason: Message must be shorter than %d bytes.", most)
	case !storable(out.MessageBody):
		return sentMessage{}, sqsError("InvalidMessageContents", "InvalidMessageContents", "Message contains invalid characters.")
	case delay < 0 || delay > 900:
		return sentMessage{}, invalidParameter("Value %d for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900.", delay)
	case out.MessageGroupID != nil && !groupName(*out.MessageGroupID):
		return sentMessage{}, invalidParameter("Value for parameter MessageGroupId is invalid. Reason: MessageGroupId can only include alphanumeric and punctuation characters. 1 to 128 in length.")
	}
	s.serial++
	m := &sqsMessage{
		id: fmt.Sprintf("%08x-0000-4000-8000-%012x", s.options.Seed&0xffffffff, s.serial), body: out.MessageBody, group: out.MessageGroupID,
		sent: now, visible: now.Add(time.Duration(delay) * time.Second),
	}
	q.messages = append(q.messages, m)
	return sentMessage{out.ID, m.id, digest(m.body)}, nil
}

func digest(text string) string {
	sum := md5.Sum([]byte(text))
	return hex.EncodeToString(sum[:])
}

// storable reports whether XML 1.0 could hold the text.
func storable(text string) bool {
	if !utf8.ValidString(text) {
		return false
	}
	return !strings.ContainsFunc(text, func(r rune) bool {
		return r < 0x20 && r != '\t' && r != '\n' && r != '\r' || r == 0xFFFE || r == 0xFFFF
	})
}

func groupName(name string) bool {
	return name != "" && len(name) <= 128 && !strings.ContainsFunc(name, func(r rune) bool { return r < '!' || r > '~' })
}
