package sqsqueue

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/winback-auto/winback/internal/platform/queue"
)

// redriveHold is how long Redrive has to send and delete what it took out of the dead letters.
const redriveHold = time.Minute

// Count implements queue.Source. SQS knows its numbers only approximately; messages handed back with a wait are in flight.
func (q *Queue) Count(ctx context.Context, topic string) (queue.Counts, error) {
	url, err := q.urls(topic)
	if err != nil {
		return queue.Counts{}, err
	}
	counts, attributes, err := q.count(ctx, url)
	if err != nil {
		return queue.Counts{}, err
	}
	dead, err := q.deadLetters(ctx, attributes)
	if err != nil || dead == "" {
		return counts, err
	}
	buried, _, err := q.count(ctx, dead)
	counts.Dead = buried.Ready + buried.InFlight
	return counts, err
}

func (q *Queue) count(ctx context.Context, url string) (queue.Counts, map[string]string, error) {
	attributes, err := q.attributes(ctx, url,
		types.QueueAttributeNameApproximateNumberOfMessages,
		types.QueueAttributeNameApproximateNumberOfMessagesNotVisible,
		types.QueueAttributeNameApproximateNumberOfMessagesDelayed,
		types.QueueAttributeNameRedrivePolicy,
	)
	if err != nil {
		return queue.Counts{}, nil, err
	}
	number := func(name types.QueueAttributeName) int {
		n, e := strconv.Atoi(attributes[string(name)])
		err = errors.Join(err, e)
		return n
	}
	counts := queue.Counts{
		Ready:    number(types.QueueAttributeNameApproximateNumberOfMessages),
		InFlight: number(types.QueueAttributeNameApproximateNumberOfMessagesNotVisible),
		Delayed:  number(types.QueueAttributeNameApproximateNumberOfMessagesDelayed),
	}
	return counts, attributes, err
}

func (q *Queue) attributes(ctx context.Context, url string, names ...types.QueueAttributeName) (map[string]string, error) {
	var attributes map[string]string
	err := persist(ctx, func() error {
		out, err := q.client.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{QueueUrl: &url, AttributeNames: names}, single)
		if err == nil {
			attributes = out.Attributes
		}
		return err
	})
	return attributes, classify(err)
}

// deadLetters is the address of the queue that the redrive policy names, empty where there is none.
func (q *Queue) deadLetters(ctx context.Context, attributes map[string]string) (string, error) {
	text := attributes[string(types.QueueAttributeNameRedrivePolicy)]
	if text == "" {
		return "", nil
	}
	var policy struct {
		Target string `json:"deadLetterTargetArn"`
	}
	if err := json.Unmarshal([]byte(text), &policy); err != nil {
		return "", fmt.Errorf("sqsqueue: the redrive policy: %w", err)
	}
	parts := strings.Split(policy.Target, ":")
	if len(parts) != 6 {
		return "", fmt.Errorf("sqsqueue: the redrive policy names no queue: %s", policy.Target)
	}
	var url string
	err := persist(ctx, func() error {
		out, err := q.client.GetQueueUrl(ctx, &sqs.GetQueueUrlInput{
			QueueName: aws.String(parts[5]), QueueOwnerAWSAccountId: aws.String(parts[4]),
		}, single)
		if err == nil {
			url = aws.ToString(out.QueueUrl)
		}
		return err
	})
	return url, classify(err)
}

// Redrive implements queue.Source.
func (q *Queue) Redrive(ctx context.Context, topic string, limit int) (int, error) {
	url, err := q.urls(topic)
	if err != nil {
		return 0, err
	}
	attributes, err := q.attributes(ctx, url, types.QueueAttributeNameRedrivePolicy)
	if err != nil {
		return 0, err
	}
	dead, err := q.deadLetters(ctx, attributes)
	if err != nil || dead == "" {
		return 0, err
	}
	moved := 0
	for moved < limit {
		letters, err := q.receive(ctx, dead, limit-moved, redriveHold)
		if err != nil || len(letters) == 0 {
			return moved, err
		}
		n, err := q.revive(ctx, topic, dead, letters)
		moved += n
		if err != nil {
			return moved, err
		}
	}
	return moved, nil
}

// revive sends dead letters again and deletes those that are in.
func (q *Queue) revive(ctx context.Context, topic, dead string, letters []types.Message) (int, error) {
	messages := make([]queue.Outgoing, len(letters))
	for i, m := range letters {
		messages[i] = queue.Outgoing{
			ID: aws.ToString(m.MessageId), Topic: topic, Body: []byte(aws.ToString(m.Body)),
			Group: m.Attributes[string(types.MessageSystemAttributeNameMessageGroupId)],
		}
	}
	sendErr := q.Send(ctx, messages)
	var unsent *queue.UnsentError
	if sendErr != nil && !errors.As(sendErr, &unsent) {
		return 0, sendErr
	}
	var receipts []string
	for _, m := range letters {
		if unsent == nil || !slices.Contains(unsent.IDs, aws.ToString(m.MessageId)) {
			receipts = append(receipts, aws.ToString(m.ReceiptHandle))
		}
	}
	return len(receipts), errors.Join(sendErr, q.delete(ctx, dead, receipts))
}
