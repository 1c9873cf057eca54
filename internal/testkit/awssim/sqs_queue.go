package awssim

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/winback-auto/winback/internal/testkit/iam"
)

// sqsQueue is a standard queue.
type sqsQueue struct {
	name       string
	place      Place
	attributes map[string]string
	redrive    *redrivePolicy
	guard      *iam.Guard    // the attribute Policy
	messages   []*sqsMessage // in the order they came
	lastGroup  string        // served last
}

// sqsMessage is a message in a queue.
type sqsMessage struct {
	id        string
	body      string
	group     *string
	sent      time.Time
	firstSeen time.Time
	receives  int
	turn      int // all receives ever: part of the receipt handle
	visible   time.Time
	held      bool      // hidden because it was received, not because it was sent with a delay
	origin    *sqsQueue // for a dead letter
}

// redrivePolicy is the attribute of that name.
type redrivePolicy struct {
	Target string `json:"deadLetterTargetArn"`
	Max    int    `json:"maxReceiveCount"`
}

// UnmarshalJSON takes the count as a number or, as many tools write it, as text.
func (p *redrivePolicy) UnmarshalJSON(b []byte) error {
	var raw struct {
		Target string      `json:"deadLetterTargetArn"`
		Max    json.Number `json:"maxReceiveCount"`
	}
	if err := json.Unmarshal(b, &raw); err != nil {
		return err
	}
	most, err := strconv.Atoi(raw.Max.String())
	*p = redrivePolicy{raw.Target, most}
	return err
}

// limits are the settable attributes with their default, least and greatest value.
var limits = map[string][3]int{
	"DelaySeconds":                  {0, 0, 900},
	"MaximumMessageSize":            {maxPayload, 1024, maxPayload},
	"MessageRetentionPeriod":        {345_600, 60, 1_209_600},
	"ReceiveMessageWaitTimeSeconds": {0, 0, 20},
	"VisibilityTimeout":             {30, 0, maxVisibility},
}

// maxVisibility is twelve hours, in seconds.
const maxVisibility = 43_200

func (q *sqsQueue) arn() string { return q.place.ARN("sqs", q.name) }

func (q *sqsQueue) number(attribute string) int {
	if n, err := strconv.Atoi(q.attributes[attribute]); err == nil {
		return n
	}
	return limits[attribute][0]
}

func (q *sqsQueue) seconds(attribute string) time.Duration {
	return time.Duration(q.number(attribute)) * time.Second
}

func (q *sqsQueue) url(r Request) map[string]string {
	scheme := "http"
	if r.HTTP.TLS != nil {
		scheme = "https"
	}
	return map[string]string{"QueueUrl": fmt.Sprintf("%s://%s/%s/%s", scheme, r.HTTP.Host, q.place.account(), q.name)}
}

type createQueueRequest struct {
	QueueName  string
	Attributes map[string]string
}

func (s *SQS) createQueue(r Request, in createQueueRequest) (any, error) {
	if in.QueueName == "" || len(in.QueueName) > 80 || slices.ContainsFunc([]rune(in.QueueName), notAlphanumeric) {
		return nil, invalidParameter("Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length")
	}
	if q := s.queues[in.QueueName]; q != nil {
		for name, value := range in.Attributes {
			if q.attributes[name] != value {
				return nil, sqsError("QueueNameExists", "QueueAlreadyExists", "A queue already exists with the same name and a different value for attribute %s", name)
			}
		}
		return q.url(r), nil
	}
	q := &sqsQueue{name: in.QueueName, place: s.Place, attributes: map[string]string{}}
	if err := q.set(s, in.Attributes); err != nil {
		return nil, err
	}
	s.queues[q.name] = q
	return q.url(r), nil
}

// set changes all attributes or none.
func (q *sqsQueue) set(s *SQS, attributes map[string]string) error {
	redrive, guard := q.redrive, q.guard
	for name, value := range attributes {
		switch name {
		case "SqsManagedSseEnabled":
			continue
		case "Policy":
			var err error
			if guard, err = readGuard(value, false); err != nil {
				return sqsError("InvalidAttributeValue", "InvalidAttributeValue", "Invalid value for the parameter Policy: %v", err)
			}
			continue
		}
		if name == "RedrivePolicy" {
			redrive = nil
			if value == "" {
				continue
			}
			if err := json.Unmarshal([]byte(value), &redrive); err != nil || redrive.Max < 1 || redrive.Max > 1000 || !s.byARN(redrive.Target).takesFrom(q) {
				return invalidParameter("Value %s for parameter RedrivePolicy is invalid.", value)
			}
			continue
		}
		if name == "RedriveAllowPolicy" || name == "SqsManagedSseEnabled" {
			if !validText(name, value) {
				return sqsError("InvalidAttributeValue", "InvalidAttributeValue", "Invalid value for the parameter %s.", name)
			}
			continue
		}
		limit, known := limits[name]
		if !known {
			return sqsError("InvalidAttributeName", "InvalidAttributeName", "Unknown Attribute %s.", name)
		}
		if n, err := strconv.Atoi(value); err != nil || n < limit[1] || n > limit[2] {
			return sqsError("InvalidAttributeValue", "InvalidAttributeValue", "Invalid value for the parameter %s.", name)
		}
	}
	maps.Copy(q.attributes, attributes)
	q.redrive, q.guard = redrive, guard
	return nil
}

// allowPolicy is the attribute RedriveAllowPolicy: whose dead letters a queue takes.
type allowPolicy struct {
	Permission string   `json:"redrivePermission"`
	Sources    []string `json:"sourceQueueArns"`
}

// validText checks the attributes that are no numbers.
func validText(name, value string) bool {
	if name == "SqsManagedSseEnabled" {
		return value == "true" || value == "false"
	}
	var allow allowPolicy
	err := json.Unmarshal([]byte(value), &allow)
	known := slices.Contains([]string{"allowAll", "denyAll", "byQueue"}, allow.Permission)
	return err == nil && known && (allow.Permission == "byQueue") == (len(allow.Sources) > 0) && len(allow.Sources) <= 10
}

// takesFrom reports whether a queue, if it is there, takes the dead letters of another.
func (q *sqsQueue) takesFrom(source *sqsQueue) bool {
	if q == nil {
		return false
	}
	var allow allowPolicy
	if text := q.attributes["RedriveAllowPolicy"]; text == "" || json.Unmarshal([]byte(text), &allow) != nil {
		return true
	}
	return allow.Permission == "allowAll" || allow.Permission == "byQueue" && slices.Contains(allow.Sources, source.arn())
}

type getQueueURLRequest struct{ QueueName string }

func (s *SQS) getQueueURL(r Request, in getQueueURLRequest) (any, error) {
	q, err := s.named(in.QueueName)
	if err != nil {
		return nil, err
	}
	return q.url(r), nil
}

type getQueueAttributesRequest struct {
	QueueURL       string `json:"QueueUrl"`
	AttributeNames []string
}

func (s *SQS) getQueueAttributes(r Request, in getQueueAttributesRequest) (any, error) {
	q, err := s.queue(in.QueueURL)
	if err != nil {
		return nil, err
	}
	values := map[string]string{"QueueArn": q.arn()}
	for name, limit := range limits {
		values[name] = strconv.Itoa(limit[0])
	}
	maps.Copy(values, q.attributes)
	var ready, held, delayed int
	for _, m := range q.messages {
		switch {
		case !m.visible.After(r.Now):
			ready++
		case m.held:
			held++
		default:
			delayed++
		}
	}
	values["ApproximateNumberOfMessages"] = strconv.Itoa(ready)
	values["ApproximateNumberOfMessagesNotVisible"] = strconv.Itoa(held)
	values["ApproximateNumberOfMessagesDelayed"] = strconv.Itoa(delayed)
	if !slices.Contains(in.AttributeNames, "All") {
		maps.DeleteFunc(values, func(name, _ string) bool { return !slices.Contains(in.AttributeNames, name) })
	}
	return map[string]any{"Attributes": values}, nil
}

type setQueueAttributesRequest struct {
	QueueURL   string `json:"QueueUrl"`
	Attributes map[string]string
}

func (s *SQS) setQueueAttributes(_ Request, in setQueueAttributesRequest) (any, error) {
	q, err := s.queue(in.QueueURL)
	if err != nil {
		return nil, err
	}
	return nil, q.set(s, in.Attributes)
}
