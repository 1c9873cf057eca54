package sqsqueue_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/aws/smithy-go"

	"github.com/winback-auto/winback/internal/aws/sqsqueue"
	"github.com/winback-auto/winback/internal/platform/queue"
	"github.com/winback-auto/winback/internal/testkit/awssim"
)

// These tests hold the simulated SQS to what the SDK and SQS's documentation expect of it.

// simulation is a simulated SQS with one topic.
type simulation struct {
	*sqsqueue.Queue
	client *sqs.Client
	clock  *clock
	url    string
}

func simulate(t *testing.T, options awssim.SQSOptions) *simulation {
	c := newClock()
	client := simulated(awssim.New(awssim.Options{Now: c.now}, awssim.NewSQS(options)))
	urls := queues(t, client, topic)
	url, err := urls(topic)
	if err != nil {
		t.Fatal(err)
	}
	return &simulation{sqsqueue.New(client, urls), client, c, url}
}

// drain receives until nothing is left, without deleting.
func (s *simulation) drain(t *testing.T) []queue.Received {
	t.Helper()
	var all []queue.Received
	for {
		received, err := s.Receive(t.Context(), topic, 10, time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		if len(received) == 0 {
			return all
		}
		all = append(all, received...)
	}
}

func TestErrorsAreTypedAndCarryTheCodeOfTheQueryProtocol(t *testing.T) {
	s := simulate(t, awssim.SQSOptions{})
	ctx := t.Context()
	entries := func(ids ...string) []types.SendMessageBatchRequestEntry {
		var all []types.SendMessageBatchRequestEntry
		for _, id := range ids {
			all = append(all, types.SendMessageBatchRequestEntry{Id: aws.String(id), MessageBody: aws.String("x")})
		}
		return all
	}
	batch := func(entries ...types.SendMessageBatchRequestEntry) error {
		_, err := s.client.SendMessageBatch(ctx, &sqs.SendMessageBatchInput{QueueUrl: &s.url, Entries: entries})
		return err
	}
	large := entries("a", "b")
	for i := range large {
		large[i].MessageBody = aws.String(strings.Repeat("x", 1<<19+1))
	}
	for _, test := range []struct {
		code string
		call func() error
	}{
		{"AWS.SimpleQueueService.NonExistentQueue", func() error {
			_, err := s.client.GetQueueUrl(ctx, &sqs.GetQueueUrlInput{QueueName: aws.String("none")})
			var typed *types.QueueDoesNotExist
			if !errors.As(err, &typed) {
				t.Errorf("the error is not typed: %v", err)
			}
			return err
		}},
		{"ReceiptHandleIsInvalid", func() error {
			_, err := s.client.DeleteMessage(ctx, &sqs.DeleteMessageInput{QueueUrl: &s.url, ReceiptHandle: aws.String("nonsense")})
			var typed *types.ReceiptHandleIsInvalid
			if !errors.As(err, &typed) {
				t.Errorf("the error is not typed: %v", err)
			}
			return err
		}},
		{"InvalidParameterValue", func() error {
			_, err := s.client.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{QueueUrl: &s.url, MaxNumberOfMessages: 11})
			return err
		}},
		{"InvalidMessageContents", func() error {
			_, err := s.client.SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: &s.url, MessageBody: aws.String("\x01")})
			return err
		}},
		{"InvalidParameterValue", func() error {
			_, err := s.client.SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: &s.url, MessageBody: aws.String(strings.Repeat("x", 1<<20+1))})
			return err
		}},
		{"InvalidParameterValue", func() error {
			_, err := s.client.SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: &s.url, MessageBody: aws.String("x"), DelaySeconds: 901})
			return err
		}},
		{"AWS.SimpleQueueService.EmptyBatchRequest", func() error {
			return batch([]types.SendMessageBatchRequestEntry{}...)
		}},
		{"AWS.SimpleQueueService.TooManyEntriesInBatchRequest", func() error {
			return batch(entries("0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10")...)
		}},
		{"AWS.SimpleQueueService.BatchEntryIdsNotDistinct", func() error { return batch(entries("a", "a")...) }},
		{"AWS.SimpleQueueService.InvalidBatchEntryId", func() error { return batch(entries("a b")...) }},
		{"AWS.SimpleQueueService.BatchRequestTooLong", func() error { return batch(large...) }},
		{"AWS.SimpleQueueService.UnsupportedOperation", func() error {
			_, err := s.client.PurgeQueue(ctx, &sqs.PurgeQueueInput{QueueUrl: &s.url})
			return err
		}},
	} {
		err := test.call()
		var api smithy.APIError
		if !errors.As(err, &api) || api.ErrorCode() != test.code {
			t.Errorf("got %v, want code %s", err, test.code)
		}
	}
}

func TestASettledOrVisibleMessageHasNoVisibilityToChange(t *testing.T) {
	s := simulate(t, awssim.SQSOptions{})
	if err := s.Send(t.Context(), messages(2)); err != nil {
		t.Fatal(err)
	}
	received := s.drain(t)
	change := func(receipt string) string {
		_, err := s.client.ChangeMessageVisibility(t.Context(), &sqs.ChangeMessageVisibilityInput{
			QueueUrl: &s.url, ReceiptHandle: &receipt, VisibilityTimeout: 1,
		})
		var api smithy.APIError
		if !errors.As(err, &api) {
			return ""
		}
		return api.ErrorCode()
	}
	if err := s.Delete(t.Context(), topic, []string{received[0].Receipt}); err != nil {
		t.Fatal(err)
	}
	if got := change(received[0].Receipt); got != "InvalidParameterValue" {
		t.Errorf("deleted: %q", got)
	}
	if got := change(received[1].Receipt); got != "" {
		t.Errorf("held: %q", got)
	}
	s.clock.advance(time.Minute)
	if got := change(received[1].Receipt); got != "AWS.SimpleQueueService.MessageNotInflight" {
		t.Errorf("visible: %q", got)
	}
}

func TestAMoveTaskBringsDeadLettersBackToWhereTheyCameFrom(t *testing.T) {
	s := simulate(t, awssim.SQSOptions{})
	if err := s.Send(t.Context(), messages(12)); err != nil {
		t.Fatal(err)
	}
	for range queue.MaxReceives + 1 {
		s.drain(t)
		s.clock.advance(time.Minute)
	}
	source := "arn:aws:sqs:us-east-1:000000000000:" + topic + "-dead"
	if _, err := s.client.StartMessageMoveTask(t.Context(), &sqs.StartMessageMoveTaskInput{SourceArn: &source}); err != nil {
		t.Fatal(err)
	}
	tasks, err := s.client.ListMessageMoveTasks(t.Context(), &sqs.ListMessageMoveTasksInput{SourceArn: &source})
	if err != nil || len(tasks.Results) != 1 || *tasks.Results[0].Status != "COMPLETED" || tasks.Results[0].ApproximateNumberOfMessagesMoved != 12 {
		t.Errorf("tasks %+v, error %v", tasks, err)
	}
	back := s.drain(t)
	if len(back) != 12 || back[0].Receives != 1 || back[0].Group != "harbour" || !back[0].Sent.Equal(s.clock.now()) {
		t.Errorf("%d messages came back: %+v", len(back), back)
	}
	notDead := "arn:aws:sqs:us-east-1:000000000000:" + topic
	if _, err := s.client.StartMessageMoveTask(t.Context(), &sqs.StartMessageMoveTaskInput{SourceArn: &notDead}); err == nil {
		t.Error("a queue that nobody buries in was redriven")
	}
	none := "arn:aws:sqs:us-east-1:000000000000:none"
	_, err = s.client.StartMessageMoveTask(t.Context(), &sqs.StartMessageMoveTaskInput{SourceArn: &none})
	var missing *types.ResourceNotFoundException
	if !errors.As(err, &missing) {
		t.Errorf("error %v", err)
	}
}

func TestDeadLettersAgeFromTheirOriginalSend(t *testing.T) {
	s := simulate(t, awssim.SQSOptions{})
	dead, err := s.client.GetQueueUrl(t.Context(), &sqs.GetQueueUrlInput{QueueName: aws.String(topic + "-dead")})
	if err != nil {
		t.Fatal(err)
	}
	fortnight := map[string]string{"MessageRetentionPeriod": fmt.Sprint(14 * 24 * 3600)}
	if _, err := s.client.SetQueueAttributes(t.Context(), &sqs.SetQueueAttributesInput{QueueUrl: dead.QueueUrl, Attributes: fortnight}); err != nil {
		t.Fatal(err)
	}
	if err := s.Send(t.Context(), messages(1)); err != nil {
		t.Fatal(err)
	}
	s.clock.advance(3 * 24 * time.Hour)
	for range queue.MaxReceives + 1 {
		s.drain(t)
		s.clock.advance(time.Minute)
	}
	kept := func() int {
		counts, err := s.Count(t.Context(), topic)
		if err != nil {
			t.Fatal(err)
		}
		return counts.Dead
	}
	s.clock.advance(10*24*time.Hour + 21*time.Hour)
	if kept() != 1 {
		t.Error("gone after less than fourteen days")
	}
	s.clock.advance(3 * time.Hour)
	if kept() != 0 {
		t.Error("there after fourteen days")
	}
}

func TestTheSimulationDuplicatesAndReordersWhenItIsToldTo(t *testing.T) {
	bodies := func(options awssim.SQSOptions) []string {
		s := simulate(t, options)
		if err := s.Send(t.Context(), messages(40)); err != nil {
			t.Fatal(err)
		}
		var all []string
		for _, r := range s.drain(t) {
			all = append(all, string(r.Body))
		}
		return all
	}
	plain := bodies(awssim.SQSOptions{})
	if len(plain) != 40 || !slices.IsSorted(plain) {
		t.Errorf("without switches: %q", plain)
	}
	if shuffled := bodies(awssim.SQSOptions{Seed: 7, Reorder: true}); len(shuffled) != 40 || slices.IsSorted(shuffled) {
		t.Errorf("reordered: %q", shuffled)
	}
	doubled := bodies(awssim.SQSOptions{Seed: 7, Duplicate: 0.3})
	if len(doubled) <= 45 {
		t.Errorf("duplicated: only %d messages", len(doubled))
	}
	if again := bodies(awssim.SQSOptions{Seed: 7, Duplicate: 0.3}); !slices.Equal(again, doubled) {
		t.Error("the same seed gave something else")
	}
	slices.Sort(doubled)
	if len(slices.Compact(doubled)) != 40 {
		t.Error("duplicated: something is missing")
	}
}
