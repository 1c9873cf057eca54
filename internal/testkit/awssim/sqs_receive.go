package awssim

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

type receiveMessageRequest struct {
	QueueURL                    string `json:"QueueUrl"`
	MaxNumberOfMessages         *int
	VisibilityTimeout           *int
	WaitTimeSeconds             *int
	AttributeNames              []string
	MessageSystemAttributeNames []string
}

type receivedMessage struct {
	MessageID     string `json:"MessageId"`
	ReceiptHandle string
	MD5OfBody     string
	Body          string
	Attributes    map[string]string `json:",omitempty"`
}

func (s *SQS) receiveMessage(r Request, in receiveMessageRequest) (any, error) {
	q, err := s.queue(in.QueueURL)
	if err != nil {
		return nil, err
	}
	limit := 1
	if in.MaxNumberOfMessages != nil {
		limit = *in.MaxNumberOfMessages
	}
	if limit < 1 || limit > 10 {
		return nil, invalidParameter("Value %d for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided.", limit)
	}
	if wait := in.WaitTimeSeconds; wait != nil && (*wait < 0 || *wait > 20) {
		return nil, invalidParameter("Value %d for parameter WaitTimeSeconds is invalid. Reason: Must be >= 0 and <= 20, if provided.", *wait)
	}
	visibility := q.number("VisibilityTimeout")
	if in.VisibilityTimeout != nil {
		visibility = *in.VisibilityTimeout
	}
	if err := checkVisibility(visibility); err != nil {
		return nil, err
	}
	wanted := append(in.AttributeNames, in.MessageSystemAttributeNames...)
	messages := []receivedMessage{}
	for _, m := range s.serve(q, r.Now) {
		if len(messages) == limit {
			break
		}
		if q.redrive != nil && m.receives >= q.redrive.Max {
			q.bury(m, s.byARN(q.redrive.Target))
			continue
		}
		q.lastGroup = m.groupName()
		m.receives++
		m.turn++
		if m.firstSeen.IsZero() {
			m.firstSeen = r.Now
		}
		if s.random.Float64() >= s.options.Duplicate {
			m.visible, m.held = r.Now.Add(time.Duration(visibility)*time.Second), true
		}
		messages = append(messages, receivedMessage{m.id, m.handle(), digest(m.body), m.body, m.attributes(q, wanted)})
	}
	return map[string]any{"Messages": messages}, nil
}

func checkVisibility(seconds int) *Error {
	if seconds < 0 || seconds > maxVisibility {
		return invalidParameter("Value %d for parameter VisibilityTimeout is invalid. Reason: Must be between 0 and %d.", seconds, maxVisibility)
	}
	return nil
}

// serve lists the visible messages in the order that receivers get them.
func (s *SQS) serve(q *sqsQueue, now time.Time) []*sqsMessage {
	var visible []*sqsMessage
	groups := map[string][]*sqsMessage{}
	var names []string
	for _, m := range q.messages {
		if m.visible.After(now) {
			continue
		}
		visible = append(visible, m)
		name := m.groupName()
		if groups[name] == nil {
			names = append(names, name)
		}
		groups[name] = append(groups[name], m)
	}
	if s.options.Reorder {
		s.random.Shuffle(len(visible), func(i, j int) { visible[i], visible[j] = visible[j], visible[i] })
		return visible
	}
	slices.Sort(names)
	if at, found := slices.BinarySearch(names, q.lastGroup); found {
		names = append(names[at+1:], names[:at+1]...)
	}
	fair := visible[:0]
	for n := 0; len(names) > 0; n++ {
		names = slices.DeleteFunc(names, func(name string) bool {
			if n >= len(groups[name]) {
				return true
			}
			fair = append(fair, groups[name][n])
			return false
		})
	}
	return fair
}

// bury moves a message to the dead letters. It keeps its id, its age and its count.
func (q *sqsQueue) bury(m *sqsMessage, dead *sqsQueue) {
	q.remove(m)
	m.origin, m.held = q, false
	dead.messages = append(dead.messages, m)
}

func (q *sqsQueue) remove(m *sqsMessage) {
	if i := slices.Index(q.messages, m); i >= 0 {
		q.messages = slices.Delete(q.messages, i, i+1)
	}
}

func (m *sqsMessage) groupName() string {
	if m.group == nil {
		return ""
	}
	return *m.group
}

func (m *sqsMessage) attributes(q *sqsQueue, wanted []string) map[string]string {
	all := map[string]string{
		"SenderId":                         q.place.account(),
		"SentTimestamp":                    strconv.FormatInt(m.sent.UnixMilli(), 10),
		"ApproximateReceiveCount":          strconv.Itoa(m.receives),
		"ApproximateFirstReceiveTimestamp": strconv.FormatInt(m.firstSeen.UnixMilli(), 10),
	}
	if m.group != nil {
		all["MessageGroupId"] = *m.group
	}
	if m.origin != nil {
		all["DeadLetterQueueSourceArn"] = m.origin.arn()
	}
	if slices.Contains(wanted, "All") {
		return all
	}
	some := map[string]string{}
	for _, name := range wanted {
		if value, ok := all[name]; ok {
			some[name] = value
		}
	}
	return some
}

// handle is the receipt handle of the latest receive.
func (m *sqsMessage) handle() string {
	return base64.StdEncoding.EncodeToString(fmt.Appendf(nil, "%s/%d", m.id, m.turn))
}

// byHandle finds the message that a receipt handle was made for; nil where it is gone or somebody received it since.
func (q *sqsQueue) byHandle(handle string) (*sqsMessage, *Error) {
	raw, err := base64.StdEncoding.DecodeString(handle)
	id, turn, ok := strings.Cut(string(raw), "/")
	if err != nil || !ok {
		return nil, sqsError("ReceiptHandleIsInvalid", "ReceiptHandleIsInvalid", "The input receipt handle is invalid.")
	}
	for _, m := range q.messages {
		if m.id == id && m.turn > 0 && strconv.Itoa(m.turn) == turn {
			return m, nil
		}
	}
	return nil, nil
}
