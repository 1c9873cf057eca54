package stack

import (
	"slices"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"

	"github.com/winback-auto/winback/internal/aws/deployment"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/queue"
)

// How long messages live. Dead letters outlive what they were, so that somebody can look at them after a week's holiday.
const (
	messageDays = 4
	letterDays  = 14
)

// dead ends the names of queues of dead letters.
const dead = "-dead"

// visibilities is how many of its function's timeouts a received message stays hidden, so that Lambda can repeat a
// throttled invocation without another environment getting the same messages.
const visibilities = 6

// newQueues makes the queue of every topic, each with its dead letters.
func newQueues(s awscdk.Stack, env Environment, functions []app.Function) map[string]awssqs.CfnQueue {
	queues := map[string]awssqs.CfnQueue{}
	for _, f := range functions {
		if f.Consumes == nil {
			continue
		}
		topic := f.Consumes.Topic
		letters := deadLetters(s, env, topic, object{"redrivePermission": "byQueue", "sourceQueueArns": list(arn("sqs", env.Name(topic)))})
		queues[topic] = newQueue(s, env, topic, &awssqs.CfnQueueProps{
			MessageRetentionPeriod: seconds(messageDays * 24 * time.Hour),
			VisibilityTimeout:      seconds(visibilities * timeout(f)),
			RedrivePolicy:          object{"deadLetterTargetArn": letters.AttrArn(), "maxReceiveCount": queue.MaxReceives},
		})
		output(s, deployment.QueueOutput(topic), "The queue of "+topic+".", queues[topic].Ref())
	}
	return queues
}

// deadLetters is where the messages, ticks or events end that something could not handle.
func deadLetters(s awscdk.Stack, env Environment, name string, from object, more ...any) awssqs.CfnQueue {
	props := &awssqs.CfnQueueProps{MessageRetentionPeriod: seconds(letterDays * 24 * time.Hour)}
	if from != nil { // a nil object would be written as an empty one, which SQS refuses
		props.RedriveAllowPolicy = from
	}
	return newQueue(s, env, name+dead, props, more...)
}

// newQueue is an encrypted queue that only talks TLS.
func newQueue(s awscdk.Stack, env Environment, name string, props *awssqs.CfnQueueProps, more ...any) awssqs.CfnQueue {
	props.QueueName = text(env.Name(name))
	props.SqsManagedSseEnabled = yes
	q := awssqs.NewCfnQueue(s, logical(name, "Queue"), props)
	statements := append([]any{object{
		"Sid": "OnlyEncrypted", "Effect": "Deny", "Principal": object{"AWS": "*"}, "Action": "sqs:*", "Resource": q.AttrArn(),
		"Condition": object{"Bool": object{"aws:SecureTransport": "false"}},
	}}, more...)
	awssqs.NewCfnQueuePolicy(s, logical(name, "QueuePolicy"), &awssqs.CfnQueuePolicyProps{
		Queues:         &[]*string{q.Ref()},
		PolicyDocument: object{"Version": "2012-10-17", "Statement": &statements},
	})
	return q
}

// consume feeds a function from its queue.
func consume(f function, q awssqs.CfnQueue) {
	awslambda.NewCfnEventSourceMapping(f.stack, logical(f.Name, "Source"), &awslambda.CfnEventSourceMappingProps{
		FunctionName:          f.target,
		EventSourceArn:        q.AttrArn(),
		BatchSize:             number(f.Consumes.Batch),
		FunctionResponseTypes: texts("ReportBatchItemFailures"),
		ScalingConfig:         &awslambda.CfnEventSourceMapping_ScalingConfigProperty{MaximumConcurrency: number(f.Concurrency())},
	})
}

// addresses is the JSON object of topics and queue URLs in a function's environment.
func addresses(s awscdk.Stack, queues map[string]awssqs.CfnQueue, topics []string) *string {
	urls := make(map[string]*string, len(topics))
	for _, topic := range topics {
		urls[topic] = queues[topic].Ref()
	}
	return s.ToJsonString(urls, nil)
}

// topicsOf lists all topics, sorted.
func topicsOf(queues map[string]awssqs.CfnQueue) []string {
	var topics []string
	for topic := range queues {
		topics = append(topics, topic)
	}
	slices.Sort(topics)
	return topics
}

func seconds(d time.Duration) *float64 { return number(int(d / time.Second)) }
