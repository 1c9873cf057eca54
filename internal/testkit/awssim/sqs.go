package awssim

import (
	"bytes"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"time"
)

// SQSOptions choose how unpleasant the queues are. All of it is legal for SQS.
type SQSOptions struct {
	Seed uint64 // of what is left to chance
	// Duplicate is the share of received messages, 0 to 1, that stay visible although somebody has them.
	Duplicate float64
	// Reorder serves visible messages in random order instead of group by group, oldest first.
	Reorder bool
	// EntryFault makes single entries of a batch fail, by action and by the entry's id; nil: none.
	EntryFault func(action, id string) Fault
}

// SQS is Amazon SQS with standard queues.
//
// It does what the adapter and its operators need: CreateQueue, GetQueueUrl, Get- and SetQueueAttributes, SendMessage,
// ReceiveMessage, DeleteMessage and ChangeMessageVisibility with their batches, StartMessageMoveTask and ListMessageMoveTasks,
// redrive policies, retention, and fair service of message groups.
//
// Known differences from the service: an empty receive answers at once, however long it was told to wait; counts are exact; a
// receive finds every visible message; groups are served strictly in turn, while SQS only favours the quiet ones; a move
// task is over when it has started; there are no FIFO queues, message attributes, tags, encryption, and no limit on the
// messages in flight; a queue may be made again under a name that was just deleted. Policies of queues are kept, and hold
// in an Account.
type SQS struct {
	Regional
	options SQSOptions

	mu     sync.Mutex
	random *rand.Rand
	queues map[string]*sqsQueue
	serial int
	tasks  []moveTask
}

// NewSQS makes the service without any queue.
func NewSQS(options SQSOptions) *SQS {
	return &SQS{Regional: Regional{Prefix: "sqs", Signing: "sqs", Status: http.StatusForbidden}, options: options, random: rand.New(rand.NewPCG(options.Seed, 1)), queues: map[string]*sqsQueue{}}
}

// Name implements Service.
func (s *SQS) Name() string { return "sqs" }

// Action implements Service.
func (s *SQS) Action(r *http.Request) string { return Target(r, "AmazonSQS") }

// requestBytes is how much a request may hold for its price. What a receive returns is not looked at: ours are small.
const requestBytes = 64 << 10

// Answer implements Service.
func (s *SQS) Answer(r Request) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expire(r.Now)
	requests := float64(max(1, (len(r.Body)+requestBytes-1)/requestBytes))
	r.Spend(SQSRequests, requests)
	if strings.HasPrefix(r.Action, "Send") && bytes.Contains(r.Body, []byte(`"MessageGroupId"`)) {
		r.Spend(FairRequests, requests)
	}
	switch r.Action {
	case "CreateQueue":
		return answer(r, s.createQueue)
	case "GetQueueUrl":
		return answer(r, s.getQueueURL)
	case "GetQueueAttributes":
		return answer(r, s.getQueueAttributes)
	case "SetQueueAttributes":
		return answer(r, s.setQueueAttributes)
	case "SendMessage":
		return answer(r, s.sendMessage)
	case "SendMessageBatch":
		return answer(r, s.sendMessageBatch)
	case "ReceiveMessage":
		return answer(r, s.receiveMessage)
	case "DeleteMessage":
		return answer(r, s.deleteMessage)
	case "DeleteMessageBatch":
		return answer(r, s.deleteMessageBatch)
	case "ChangeMessageVisibility":
		return answer(r, s.changeMessageVisibility)
	case "ChangeMessageVisibilityBatch":
		return answer(r, s.changeMessageVisibilityBatch)
	case "StartMessageMoveTask":
		return answer(r, s.startMessageMoveTask)
	case "ListMessageMoveTasks":
		return answer(r, s.listMessageMoveTasks)
	}
	return nil, sqsError("UnsupportedOperation", "AWS.SimpleQueueService.UnsupportedOperation", "no such action: %s", r.Action)
}

// answer decodes the request of an action and carries it out.
func answer[In any](r Request, do func(Request, In) (any, error)) (any, error) {
	var in In
	if err := r.Decode(&in); err != nil {
		return nil, err
	}
	return do(r, in)
}

// queue finds a queue by its address.
func (s *SQS) queue(url string) (*sqsQueue, error) {
	if url == "" {
		return nil, sqsError("MissingRequiredParameterException", "MissingParameter", "The request must contain the parameter QueueUrl.")
	}
	return s.named(url[strings.LastIndexByte(url, '/')+1:])
}

func (s *SQS) named(name string) (*sqsQueue, error) {
	if q := s.queues[name]; q != nil {
		return q, nil
	}
	return nil, sqsError("QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue", "The specified queue does not exist.")
}

// byARN finds a queue by its resource name, nil where there is none.
func (s *SQS) byARN(arn string) *sqsQueue {
	return s.queues[arn[strings.LastIndexByte(arn, ':')+1:]]
}

// expire drops what is older than its queue keeps; the age counts from the original send, also in dead letters.
func (s *SQS) expire(now time.Time) {
	for _, q := range s.queues {
		kept := q.messages[:0]
		for _, m := range q.messages {
			if now.Sub(m.sent) < q.seconds("MessageRetentionPeriod") {
				kept = append(kept, m)
			}
		}
		clear(q.messages[len(kept):])
		q.messages = kept
	}
}
