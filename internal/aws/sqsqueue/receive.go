package sqsqueue

import (
	"context"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/winback-auto/winback/internal/platform/queue"
)

// maxReceive is the most messages of one receive.
const maxReceive = 10

// patience is how long a receive waits for a message, in seconds. Without it SQS asks only some of its servers and may
// overlook what is there.
const patience = 1

// Receive implements queue.Source: at most ten messages, whatever the limit, hidden for whole seconds and at least one.
func (q *Queue) Receive(ctx context.Context, topic string, limit int, visibility time.Duration) ([]queue.Received, error) {
	if limit <= 0 {
		return nil, nil
	}
	url, err := q.urls(topic)
	if err != nil {
		return nil, err
	}
	messages, err := q.receive(ctx, url, limit, visibility)
	if err != nil {
		return nil, err
	}
	received := make([]queue.Received, len(messages))
	for i, m := range messages {
		receives, err := strconv.Atoi(m.Attributes[string(types.MessageSystemAttributeNameApproximateReceiveCount)])
		if err != nil {
			return nil, err
		}
		received[i] = queue.Received{
			ID: aws.ToString(m.MessageId), Topic: topic, Body: []byte(aws.ToString(m.Body)), Receipt: aws.ToString(m.ReceiptHandle),
			Receives:  receives,
			Sent:      instant(m, types.MessageSystemAttributeNameSentTimestamp),
			FirstSeen: instant(m, types.MessageSystemAttributeNameApproximateFirstReceiveTimestamp),
			Group:     m.Attributes[string(types.MessageSystemAttributeNameMessageGroupId)],
		}
	}
	return received, nil
}

func (q *Queue) receive(ctx context.Context, url string, limit int, visibility time.Duration) ([]types.Message, error) {
	var messages []types.Message
	err := persist(ctx, func() error {
		out, err := q.client.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{
			QueueUrl:            &url,
			MaxNumberOfMessages: int32(min(limit, maxReceive)),
			VisibilityTimeout:   max(seconds(visibility), 1), // the SDK leaves a zero out, and the queue's own would count
			WaitTimeSeconds:     patience,
			MessageSystemAttributeNames: []types.MessageSystemAttributeName{
				types.MessageSystemAttributeNameApproximateReceiveCount,
				types.MessageSystemAttributeNameApproximateFirstReceiveTimestamp,
				types.MessageSystemAttributeNameSentTimestamp,
				types.MessageSystemAttributeNameMessageGroupId,
			},
		}, single)
		if err == nil {
			messages = out.Messages
		}
		return err
	})
	return messages, classify(err)
}

// instant reads an attribute in milliseconds since 1970; zero where it is missing.
func instant(m types.Message, name types.MessageSystemAttributeName) time.Time {
	ms, err := strconv.ParseInt(m.Attributes[string(name)], 10, 64)
	if err != nil {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}
