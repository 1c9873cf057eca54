package sqsqueue

import (
	"context"
	"iter"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/winback-auto/winback/internal/platform/queue"
)

// maxBatch is the most bytes of a batch.
const maxBatch = 1 << 20

// Send implements queue.Sender. Batches go one after the other; one that fails does not stop the next.
func (q *Queue) Send(ctx context.Context, messages []queue.Outgoing) error {
	good, refused := queue.Sendable(messages)
	outcome := []error{refused}
	for topic, mine := range byTopic(good) {
		url, err := q.urls(topic)
		if err != nil {
			outcome = append(outcome, queue.NotSent(ids(mine), err))
			continue
		}
		for batch := range batches(mine) {
			outcome = append(outcome, q.sendBatch(ctx, url, batch))
		}
	}
	return queue.JoinUnsent(outcome...)
}

func (q *Queue) sendBatch(ctx context.Context, url string, messages []queue.Outgoing) error {
	left := make([]types.SendMessageBatchRequestEntry, len(messages))
	named := map[string]string{}
	for i, m := range messages {
		left[i] = types.SendMessageBatchRequestEntry{
			Id: entryID(i), MessageBody: aws.String(string(m.Body)), DelaySeconds: seconds(m.Delay),
		}
		if m.Group != "" {
			left[i].MessageGroupId = aws.String(m.Group)
		}
		named[*left[i].Id] = m.ID
	}
	err := persist(ctx, func() error {
		out, err := q.client.SendMessageBatch(ctx, &sqs.SendMessageBatchInput{QueueUrl: &url, Entries: left}, single)
		if err != nil {
			return err
		}
		failed, err := failures(out.Failed)
		left = keep(left, failed, func(e types.SendMessageBatchRequestEntry) string { return *e.Id })
		return err
	})
	if err == nil {
		return nil
	}
	unsent := make([]string, len(left))
	for i, e := range left {
		unsent[i] = named[*e.Id]
	}
	return queue.NotSent(unsent, classify(err))
}

func ids(messages []queue.Outgoing) []string {
	all := make([]string, len(messages))
	for i, m := range messages {
		all[i] = m.ID
	}
	return all
}

// byTopic yields the messages of each topic, topics in the order they come up.
func byTopic(messages []queue.Outgoing) iter.Seq2[string, []queue.Outgoing] {
	return func(yield func(string, []queue.Outgoing) bool) {
		for len(messages) > 0 {
			topic := messages[0].Topic
			mine := slices.Clone(messages)
			mine = slices.DeleteFunc(mine, func(m queue.Outgoing) bool { return m.Topic != topic })
			messages = slices.DeleteFunc(slices.Clone(messages), func(m queue.Outgoing) bool { return m.Topic == topic })
			if !yield(topic, mine) {
				return
			}
		}
	}
}

// batches yields runs of messages that SQS takes in one call.
func batches(messages []queue.Outgoing) iter.Seq[[]queue.Outgoing] {
	return func(yield func([]queue.Outgoing) bool) {
		for len(messages) > 0 {
			n, size := 0, 0
			for n < len(messages) && n < queue.MaxBatchWrite && size+len(messages[n].Body) <= maxBatch {
				size += len(messages[n].Body)
				n++
			}
			if !yield(messages[:n]) {
				return
			}
			messages = messages[n:]
		}
	}
}
