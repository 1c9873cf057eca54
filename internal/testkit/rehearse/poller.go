package rehearse

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/winback-auto/winback/internal/testkit/lambdaruntime"
)

// poller is an event source mapping: it takes messages from a queue with the function's role, hands them over, and deletes
// what the function is done with. The rest becomes visible again by itself.
type poller struct {
	Mapping
	lambda   *lambda
	role     caller
	region   string
	deployer caller // looks whether there is anything, which costs nothing and is no call of the function
	report   func(error)

	running sync.WaitGroup
}

// glance is how often the poller looks into the queue. The service's own long poll answers at once, too.
const glance = 10 * time.Millisecond

// pollers is how many batches a mapping without a maximum has under way.
const pollers = 5

// message is what ReceiveMessage gives.
type message struct {
	MessageId, ReceiptHandle, MD5OfBody, Body string
	Attributes                                map[string]string
}

// record is a message in an event.
type record struct {
	MessageID         string            `json:"messageId"`
	ReceiptHandle     string            `json:"receiptHandle"`
	Body              string            `json:"body"`
	Attributes        map[string]string `json:"attributes"`
	MessageAttributes map[string]any    `json:"messageAttributes"`
	MD5OfBody         string            `json:"md5OfBody"`
	EventSource       string            `json:"eventSource"`
	EventSourceARN    string            `json:"eventSourceARN"`
	Region            string            `json:"awsRegion"`
}

// run polls until the context ends, and waits for what is under way.
func (p *poller) run(ctx context.Context) {
	defer p.running.Wait()
	// Lambda reads the queue's attributes when a mapping is made.
	in := map[string]any{"QueueUrl": queueURL(p.Queue), "AttributeNames": []string{"All"}}
	if err := p.role.Call(ctx, "sqs", "GetQueueAttributes", in, nil); err != nil {
		p.report(fmt.Errorf("rehearse: the mapping of %s: %w", p.Queue, err))
	}
	most := p.Concurrency
	if most == 0 {
		most = pollers
	}
	slots := make(chan struct{}, most)
	timer := time.NewTicker(glance)
	defer timer.Stop()
	for {
		select {
		case <-timer.C:
		case <-ctx.Done():
			return
		}
		for p.waiting(ctx) > 0 {
			select {
			case slots <- struct{}{}:
			case <-ctx.Done():
				return
			}
			if !p.take(ctx, func() { <-slots }) {
				break
			}
		}
	}
}

// waiting counts the messages that are visible.
func (p *poller) waiting(ctx context.Context) int {
	var out struct{ Attributes map[string]string }
	in := map[string]any{"QueueUrl": queueURL(p.Queue), "AttributeNames": []string{"ApproximateNumberOfMessages"}}
	if err := p.deployer.Call(ctx, "sqs", "GetQueueAttributes", in, &out); err != nil {
		if ctx.Err() == nil {
			p.report(fmt.Errorf("rehearse: look into %s: %w", p.Queue, err))
		}
		return 0
	}
	var n int
	_, _ = fmt.Sscan(out.Attributes["ApproximateNumberOfMessages"], &n) // a count, or none
	return n
}

// take receives a batch and hands it over beside its caller. It reports whether there was one; done is called in any case.
func (p *poller) take(ctx context.Context, done func()) bool {
	end := p.lambda.activity.begin()
	batch := p.receive(ctx)
	if len(batch) == 0 {
		end()
		done()
		return false
	}
	p.running.Go(func() {
		defer done()
		defer end()
		if err := p.deliver(context.WithoutCancel(ctx), batch); err != nil {
			p.report(fmt.Errorf("rehearse: the mapping of %s: %w", p.Queue, err))
		}
	})
	return true
}

// receive gathers a batch, for as long as the window says.
func (p *poller) receive(ctx context.Context) (batch []message) {
	for until := time.Now().Add(p.Window); ; {
		var out struct{ Messages []message }
		in := map[string]any{
			"QueueUrl": queueURL(p.Queue), "MaxNumberOfMessages": min(p.Batch-len(batch), 10), "AttributeNames": []string{"All"}, "MessageAttributeNames": []string{"All"},
		}
		if err := p.role.Call(ctx, "sqs", "ReceiveMessage", in, &out); err != nil && ctx.Err() == nil {
			p.report(fmt.Errorf("rehearse: the mapping of %s: %w", p.Queue, err))
			return batch
		}
		batch = append(batch, out.Messages...)
		if len(batch) >= p.Batch || time.Now().After(until) {
			return batch
		}
		select {
		case <-time.After(glance):
		case <-ctx.Done():
			return batch
		}
	}
}

// deliver invokes the function with a batch and deletes what it is done with.
func (p *poller) deliver(ctx context.Context, batch []message) error {
	payload, err := p.event(batch)
	if err != nil {
		return err
	}
	answer, err := p.lambda.invoke(ctx, p.Function, payload)
	for errors.Is(err, lambdaruntime.ErrThrottled) {
		time.Sleep(throttleWait)
		answer, err = p.lambda.invoke(ctx, p.Function, payload)
	}
	if err != nil || answer.Failed() {
		return err // all of them come again
	}
	again, err := p.failures(answer.Payload, batch)
	if err != nil {
		return err
	}
	var entries []map[string]string
	for i, m := range batch {
		if !again[m.MessageId] {
			entries = append(entries, map[string]string{"Id": fmt.Sprint(i), "ReceiptHandle": m.ReceiptHandle})
		}
	}
	if len(entries) == 0 {
		return nil
	}
	return p.role.Call(ctx, "sqs", "DeleteMessageBatch", map[string]any{"QueueUrl": queueURL(p.Queue), "Entries": entries}, nil)
}

// event is the batch as Lambda hands it over.
func (p *poller) event(batch []message) ([]byte, error) {
	event := struct{ Records []record }{make([]record, len(batch))}
	for i, m := range batch {
		event.Records[i] = record{
			MessageID: m.MessageId, ReceiptHandle: m.ReceiptHandle, Body: m.Body, Attributes: m.Attributes, MessageAttributes: map[string]any{}, MD5OfBody: m.MD5OfBody,
			EventSource: "aws:sqs", EventSourceARN: p.Queue, Region: p.region,
		}
	}
	return json.Marshal(event)
}

// failures reads which messages come again: none without partial answers, and all where the answer makes no sense.
func (p *poller) failures(answer []byte, batch []message) (map[string]bool, error) {
	again := map[string]bool{}
	if text := strings.TrimSpace(string(answer)); !p.Partial || text == "" || text == "null" {
		return again, nil
	}
	var failures struct {
		BatchItemFailures []struct{ ItemIdentifier string }
	}
	err := json.Unmarshal(answer, &failures)
	known := map[string]bool{}
	for _, m := range batch {
		known[m.MessageId] = true
	}
	for _, f := range failures.BatchItemFailures {
		again[f.ItemIdentifier] = true
		if !known[f.ItemIdentifier] {
			err = fmt.Errorf("an unknown message %q is reported", f.ItemIdentifier)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("all messages come again: %w", err)
	}
	return again, nil
}
