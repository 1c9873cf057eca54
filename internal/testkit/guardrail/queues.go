package guardrail

import (
	"slices"
	"strings"

	"github.com/winback-auto/winback/internal/testkit/template"
)

func g01(w *World, r *report) {
	r.count("queues of topics", w.sources(), len(w.consumers()))
	for _, f := range w.consumers() {
		queue := w.source(f.Consumes.Topic)
		if queue == nil {
			r.find("the topic %s has no queue %s", f.Consumes.Topic, w.name(f.Consumes.Topic))
			continue
		}
		dead := w.queue(queue.text("RedrivePolicy", "deadLetterTargetArn"))
		r.must(dead != nil && dead != queue, "%s has no dead-letter queue: what fails for ever would circle until it expires, unseen", queue)
		r.must(within(queue.props, 5, 8, "RedrivePolicy", "maxReceiveCount"),
			"%s gives up after %q receives, must be 5 to 8: fewer lose to a short outage, more delay the alarm", queue, queue.text("RedrivePolicy", "maxReceiveCount"))
	}
}

// sources counts the queues that are not for dead letters.
func (w *World) sources() int { return len(w.of("AWS::SQS::Queue")) - len(w.dead()) }

func g02(w *World, r *report) {
	dead := w.dead()
	for _, queue := range w.of("AWS::SQS::Queue") {
		want, kind := sourceLife, "a queue of work"
		if slices.Contains(dead, queue) {
			want, kind = deadLife, "a queue of dead letters"
		}
		r.must(within(queue.props, want, want, "MessageRetentionPeriod"),
			"%s is %s and keeps messages for %q s, must be %d: the age counts from the first sending, also among dead letters", queue, kind, queue.text("MessageRetentionPeriod"), want)
	}
	for _, queue := range dead {
		r.must(w.alarmOn("AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", queue.text("QueueName"), 1),
			"no alarm rises at the first message in %s", queue)
	}
	r.must(len(dead) > 0, "there is no queue for dead letters")
}

func g03(w *World, r *report) {
	for _, f := range w.consumers() {
		queue, lambda, mapping := w.source(f.Consumes.Topic), w.deployed(f), w.mapping(f)
		if queue == nil || lambda == nil || mapping == nil {
			r.find("%s: its queue, function or mapping is missing", f.Name)
			continue
		}
		timeout, _ := lambda.number("Timeout")
		window, _ := mapping.number("MaximumBatchingWindowInSeconds")
		hidden, _ := queue.number("VisibilityTimeout")
		r.must(timeout > 0 && hidden >= 6*timeout+window,
			"%s hides a message for %d s, must be at least 6 × %d s of %s + %d s of batching: else it comes again while it is being handled", queue, hidden, timeout, lambda, window)
	}
}

func g04(w *World, r *report) {
	r.count("event source mappings", len(w.of("AWS::Lambda::EventSourceMapping")), len(w.consumers()))
	for _, f := range w.consumers() {
		m := w.mapping(f)
		if m == nil {
			r.find("%s is fed by no mapping from the queue of %s", f.Name, f.Consumes.Topic)
			continue
		}
		r.must(slices.Contains(template.Texts(m.props, "FunctionResponseTypes"), "ReportBatchItemFailures"),
			"%s does not report failures one by one: one bad message would repeat its whole batch", m)
		r.must(within(m.props, f.Consumes.Batch, f.Consumes.Batch, "BatchSize"), "%s takes %q messages at once, %s declares %d", m, m.text("BatchSize"), f.Name, f.Consumes.Batch)
		r.must(within(m.props, f.Concurrency(), f.Concurrency(), "ScalingConfig", "MaximumConcurrency"),
			"%s runs %q at once, %s declares %d: its pace in the table is counted on that", m, m.text("ScalingConfig", "MaximumConcurrency"), f.Name, f.Concurrency())
		r.must(m.text("Enabled") != "false", "%s is switched off", m)
	}
}

// g05: what is fed by a queue is limited by its mapping, and reserving there would only make receives fail. What keeps a
// pace and has no queue (ticks, events) has no other limit. Everybody else shares what the account has.
func g05(w *World, r *report) {
	for _, f := range w.Functions {
		lambda := w.deployed(f)
		if lambda == nil {
			r.find("%s is not deployed", f.Name)
			continue
		}
		reserved, has := lambda.number("ReservedConcurrentExecutions")
		switch {
		case f.Consumes == nil && f.Pace() > 0:
			r.must(reserved == f.Concurrency(), "%s reserves %d, must be %d: its pace is counted on that", lambda, reserved, f.Concurrency())
		case slices.Contains(reservers, f.Name):
			r.must(has && reserved >= 1 && reserved >= f.Concurrency(),
				"%s reserves %d, must be at least the %d that its queue invokes at once: a refused invocation wears out receives", lambda, reserved, f.Concurrency())
		default:
			r.must(!has, "%s reserves %d for itself and takes them from all others", lambda, reserved)
		}
	}
}

func g06(w *World, r *report) {
	for _, queue := range w.of("AWS::SQS::Queue") {
		r.must(queue.flag("SqsManagedSseEnabled") || queue.text("KmsMasterKeyId") != "", "%s is not encrypted", queue)
		r.must(w.demandsTLS(queue, "sqs:SendMessage"), "%s lets in whoever does not use TLS", queue)
	}
}

// g31: SQS counts a message that is sent again as a new one, and Lambda ends such circles after 16 turns.
func g31(w *World, r *report) {
	for _, f := range w.consumers() {
		lambda, queue := w.deployed(f), w.source(f.Consumes.Topic)
		if lambda == nil || queue == nil {
			r.find("%s: its queue or function is missing", f.Name)
			continue
		}
		for _, grant := range w.grants(r, lambda) {
			r.must(grant.Resource != queue.arn || !strings.EqualFold(grant.Action, "sqs:SendMessage"), "%s may send to %s, which it consumes", f.Name, queue)
		}
	}
}
