// Package sqsqueue keeps the queues in Amazon SQS, in standard queues.
//
// Sending puts the message's group into MessageGroupId, which SQS uses on a standard queue to serve the groups fairly, and
// splits lists into batches of at most ten messages and a mebibyte. Delay changes a message's visibility. Receiving is what
// a Lambda event source does in AWS; here it serves tests, operators and Redrive.
//
// Dead letters are the queue's own affair: its redrive policy must name another queue and queue.MaxReceives. Redrive
// receives from there, sends again and deletes, so that it can be told how many; a message that it could send but not
// delete is there twice, which consumers allow, and counts as sent anew.
//
// Every call is tried at most three times, in one place; the SDK's own retries are off.
package sqsqueue

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/winback-auto/winback/internal/platform/queue"
)

// Queue speaks to the queues of all topics. It is safe for concurrent use.
type Queue struct {
	client *sqs.Client
	urls   func(topic string) (string, error)
}

var (
	_ queue.Sender = (*Queue)(nil)
	_ queue.Source = (*Queue)(nil)
)

// New makes a Queue of a client; urls knows the address of each topic's queue, and fails for topics that this function may
// not use.
func New(client *sqs.Client, urls func(topic string) (string, error)) *Queue {
	return &Queue{client: client, urls: urls}
}

// Open makes a sender with a client of its own, see New.
func Open(config aws.Config, urls func(topic string) (string, error)) queue.Sender {
	return New(sqs.NewFromConfig(config), urls)
}

// single turns the SDK's own retries off for a call.
func single(o *sqs.Options) { o.Retryer = aws.NopRetryer{} }

// seconds rounds up: a message is never visible earlier than asked.
func seconds(d time.Duration) int32 { return int32((d + time.Second - 1) / time.Second) }

// Delay implements queue.Sender.
func (q *Queue) Delay(ctx context.Context, topic, receipt string, wait time.Duration) error {
	if err := queue.CheckDelay(wait); err != nil {
		return err
	}
	url, err := q.urls(topic)
	if err != nil {
		return err
	}
	err = persist(ctx, func() error {
		_, err := q.client.ChangeMessageVisibility(ctx, &sqs.ChangeMessageVisibilityInput{
			QueueUrl: &url, ReceiptHandle: &receipt, VisibilityTimeout: seconds(wait),
		}, single)
		return err
	})
	if isVoid(err) {
		return nil
	}
	return classify(err)
}

// Delete implements queue.Source.
func (q *Queue) Delete(ctx context.Context, topic string, receipts []string) error {
	url, err := q.urls(topic)
	if err != nil {
		return err
	}
	return q.delete(ctx, url, receipts)
}

func (q *Queue) delete(ctx context.Context, url string, receipts []string) error {
	for len(receipts) > 0 {
		part := receipts[:min(len(receipts), queue.MaxBatchWrite)]
		receipts = receipts[len(part):]
		if err := q.deleteBatch(ctx, url, part); err != nil {
			return err
		}
	}
	return nil
}

func (q *Queue) deleteBatch(ctx context.Context, url string, receipts []string) error {
	left := make([]types.DeleteMessageBatchRequestEntry, len(receipts))
	for i := range receipts {
		left[i] = types.DeleteMessageBatchRequestEntry{Id: entryID(i), ReceiptHandle: &receipts[i]}
	}
	err := persist(ctx, func() error {
		out, err := q.client.DeleteMessageBatch(ctx, &sqs.DeleteMessageBatchInput{QueueUrl: &url, Entries: left}, single)
		if err != nil {
			return err
		}
		failed, err := failures(out.Failed)
		left = keep(left, failed, func(e types.DeleteMessageBatchRequestEntry) string { return *e.Id })
		return err
	})
	if isVoid(err) {
		return nil
	}
	return classify(err)
}

func entryID(i int) *string { return aws.String(fmt.Sprintf("e%d", i)) }
