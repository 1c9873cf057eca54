package sqsqueue_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/winback-auto/winback/internal/aws/sqsqueue"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/queue"
	"github.com/winback-auto/winback/internal/testkit/awssim"
)

const topic = "recapture-submit"

// faulty is a queue at a server with faults.
type faulty struct {
	*sqsqueue.Queue
	client *sqs.Client
	server *awssim.Server
	url    string
	fault  func(action string) awssim.Fault     // by call; nil: none
	entry  func(action, id string) awssim.Fault // by entry of a batch; nil: none
}

func newFaulty(t *testing.T) *faulty {
	f := &faulty{}
	service := awssim.NewSQS(awssim.SQSOptions{EntryFault: func(action, id string) awssim.Fault {
		if f.entry == nil {
			return awssim.Fault{}
		}
		return f.entry(action, id)
	}})
	f.server = awssim.New(awssim.Options{Now: time.Now, Fault: func(_, action string) awssim.Fault {
		if f.fault == nil {
			return awssim.Fault{}
		}
		return f.fault(action)
	}}, service)
	f.client = simulated(f.server)
	urls := queues(t, f.client, topic)
	f.url, _ = urls(topic)
	f.Queue = sqsqueue.New(f.client, urls)
	return f
}

func (f *faulty) calls(action string) int {
	n := 0
	for _, call := range f.server.Calls() {
		if call.Action == action {
			n++
		}
	}
	return n
}

func (f *faulty) bodies(t *testing.T) []string {
	t.Helper()
	f.fault, f.entry = nil, nil
	var bodies []string
	for {
		received, err := f.Receive(t.Context(), topic, 10, time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		if len(received) == 0 {
			slices.Sort(bodies)
			return bodies
		}
		for _, r := range received {
			bodies = append(bodies, string(r.Body))
		}
	}
}

func messages(n int) []queue.Outgoing {
	all := make([]queue.Outgoing, n)
	for i := range all {
		all[i] = queue.Outgoing{ID: fmt.Sprintf("id-%02d", i), Topic: topic, Group: "harbour", Body: fmt.Appendf(nil, "body %02d", i)}
	}
	return all
}

// first fails the first n calls of an action.
func first(n int, action string, fault awssim.Fault) func(string) awssim.Fault {
	return func(called string) awssim.Fault {
		if called != action || n == 0 {
			return awssim.Fault{}
		}
		n--
		return fault
	}
}

// Waits between tries pass at once: everything runs in a bubble of synctest, without a network.
func bubble(t *testing.T, test func(t *testing.T)) {
	t.Helper()
	synctest.Test(t, test)
}

func TestACallIsTriedThreeTimesAndNoMore(t *testing.T) {
	down := awssim.Fault{Status: http.StatusServiceUnavailable, Code: "ServiceUnavailable"}
	for _, test := range []struct {
		failures int
		fault    awssim.Fault
		calls    int
		kind     errs.Kind
		ok       bool
	}{
		{1, down, 2, 0, true},
		{2, down, 3, 0, true},
		{3, down, 3, errs.Unavailable, false},
		{9, down, 3, errs.Unavailable, false},
		{9, awssim.Fault{Drop: true}, 3, errs.Unavailable, false},
		{2, awssim.Fault{Drop: true}, 3, 0, true},
		{9, awssim.Fault{Status: http.StatusBadRequest, Code: "RequestThrottled"}, 3, errs.TooMany, false},
		{9, awssim.Fault{Status: http.StatusBadRequest, Code: "AccessDeniedException"}, 1, errs.Internal, false},
		{9, awssim.Fault{Status: http.StatusBadRequest, Code: "InvalidMessageContents"}, 1, errs.Invalid, false},
	} {
		t.Run(fmt.Sprintf("%d times %d %s", test.failures, test.fault.Status, test.fault.Code), func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				f := newFaulty(t)
				f.fault = first(test.failures, "SendMessageBatch", test.fault)
				err := f.Send(t.Context(), messages(1))
				if (err == nil) != test.ok || err != nil && errs.KindOf(err) != test.kind {
					t.Errorf("error %v of kind %v", err, errs.KindOf(err))
				}
				if got := f.calls("SendMessageBatch"); got != test.calls {
					t.Errorf("%d calls, want %d", got, test.calls)
				}
			})
		})
	}
}

func TestALostAnswerSendsTwiceRatherThanNever(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := newFaulty(t)
		f.fault = first(1, "SendMessageBatch", awssim.Fault{ApplyFirst: true, Drop: true})
		if err := f.Send(t.Context(), messages(1)); err != nil {
			t.Fatal(err)
		}
		if got := f.bodies(t); !slices.Equal(got, []string{"body 00", "body 00"}) {
			t.Errorf("received %q", got)
		}
	})
}

func TestOnlyFailedEntriesAreTriedAgain(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := newFaulty(t)
		fails := 1
		f.entry = func(action, id string) awssim.Fault {
			if id == "e3" && fails > 0 {
				fails--
				return awssim.Fault{Status: 500, Code: "InternalError"}
			}
			return awssim.Fault{}
		}
		if err := f.Send(t.Context(), messages(6)); err != nil {
			t.Fatal(err)
		}
		if got := f.calls("SendMessageBatch"); got != 2 {
			t.Errorf("%d calls, want 2", got)
		}
		if got := f.bodies(t); len(got) != 6 {
			t.Errorf("received %q", got)
		}
	})
}

func TestEntriesThatFailForGoodAreNamedAndTheOthersAreIn(t *testing.T) {
	for _, test := range []struct {
		fault awssim.Fault
		calls int
		kind  errs.Kind
	}{
		{awssim.Fault{Status: 500, Code: "InternalError"}, 3, errs.Unavailable},
		{awssim.Fault{Status: 400, Code: "InvalidMessageContents"}, 1, errs.Invalid},
		{awssim.Fault{Status: 400, Code: "AccessDenied"}, 1, errs.Internal},
	} {
		t.Run(test.fault.Code, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				f := newFaulty(t)
				f.entry = func(_, id string) awssim.Fault {
					if id == "e1" || id == "e4" {
						return test.fault
					}
					return awssim.Fault{}
				}
				err := f.Send(t.Context(), messages(6))
				var unsent *queue.UnsentError
				if !errors.As(err, &unsent) || !slices.Equal(unsent.IDs, []string{"id-01", "id-04"}) || errs.KindOf(err) != test.kind {
					t.Errorf("error %v of kind %v", err, errs.KindOf(err))
				}
				if got := f.calls("SendMessageBatch"); got != test.calls {
					t.Errorf("%d calls, want %d", got, test.calls)
				}
				if got := f.bodies(t); len(got) != 4 {
					t.Errorf("received %q", got)
				}
			})
		})
	}
}

func TestABatchThatFailsDoesNotStopTheNext(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := newFaulty(t)
		f.fault = first(3, "SendMessageBatch", awssim.Fault{Status: 500, Code: "InternalError"})
		err := f.Send(t.Context(), messages(25))
		var unsent *queue.UnsentError
		if !errors.As(err, &unsent) || len(unsent.IDs) != 10 || unsent.IDs[9] != "id-09" {
			t.Errorf("error %v", err)
		}
		if got := f.bodies(t); len(got) != 15 {
			t.Errorf("received %d messages, want 15", len(got))
		}
	})
}

func TestATopicWithoutAQueueIsNotSentTo(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := newFaulty(t)
		all := messages(2)
		all[0].Topic = "elsewhere"
		err := f.Send(t.Context(), all)
		var unsent *queue.UnsentError
		if !errors.As(err, &unsent) || !slices.Equal(unsent.IDs, []string{"id-00"}) || errs.KindOf(err) != errs.Internal {
			t.Errorf("error %v", err)
		}
		if got := f.bodies(t); !slices.Equal(got, []string{"body 01"}) {
			t.Errorf("received %q", got)
		}
	})
}

func TestATryIsGivenUpWhenTheCallerGoes(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := newFaulty(t)
		ctx, cancel := context.WithCancel(t.Context())
		f.fault = func(action string) awssim.Fault {
			cancel()
			return awssim.Fault{Status: 503, Code: "ServiceUnavailable"}
		}
		if err := f.Send(ctx, messages(1)); err == nil {
			t.Error("no error")
		}
		if got := f.calls("SendMessageBatch"); got != 1 {
			t.Errorf("%d calls, want 1", got)
		}
	})
}

func TestADeleteTriesFailedEntriesAgain(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := newFaulty(t)
		if err := f.Send(t.Context(), messages(3)); err != nil {
			t.Fatal(err)
		}
		received, err := f.Receive(t.Context(), topic, 10, time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		fails := 2
		f.entry = func(action, id string) awssim.Fault {
			if action == "DeleteMessageBatch" && id == "e1" && fails > 0 {
				fails--
				return awssim.Fault{Status: 500, Code: "InternalError"}
			}
			return awssim.Fault{}
		}
		var receipts []string
		for _, r := range received {
			receipts = append(receipts, r.Receipt)
		}
		if err := f.Delete(t.Context(), topic, receipts); err != nil {
			t.Fatal(err)
		}
		if counts, err := f.Count(t.Context(), topic); err != nil || counts != (queue.Counts{}) {
			t.Errorf("counts %+v, error %v", counts, err)
		}
	})
}

func TestARedriveThatCannotDeleteLosesNothing(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := newFaulty(t)
		if err := f.Send(t.Context(), messages(3)); err != nil {
			t.Fatal(err)
		}
		f.bury(t)
		f.fault = func(action string) awssim.Fault {
			if action == "DeleteMessageBatch" {
				return awssim.Fault{Status: 500, Code: "InternalError"}
			}
			return awssim.Fault{}
		}
		if _, err := f.Redrive(t.Context(), topic, 10); !errs.Is(err, errs.Unavailable) {
			t.Fatalf("error %v", err)
		}
		if got := f.bodies(t); len(got) != 3 {
			t.Errorf("received %q", got)
		}
		time.Sleep(time.Minute)
		if counts, err := f.Count(t.Context(), topic); err != nil || counts.Dead != 3 {
			t.Errorf("counts %+v, error %v: what could not be deleted is still a dead letter", counts, err)
		}
	})
}

func TestARedriveThatCannotSendLeavesTheDeadLetters(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := newFaulty(t)
		if err := f.Send(t.Context(), messages(3)); err != nil {
			t.Fatal(err)
		}
		f.bury(t)
		f.entry = func(action, id string) awssim.Fault {
			if action == "SendMessageBatch" && id == "e0" {
				return awssim.Fault{Status: 500, Code: "InternalError"}
			}
			return awssim.Fault{}
		}
		moved, err := f.Redrive(t.Context(), topic, 10)
		if moved != 2 || !errs.Is(err, errs.Unavailable) {
			t.Fatalf("moved %d, error %v", moved, err)
		}
		if counts, err := f.Count(t.Context(), topic); err != nil || counts.Dead != 1 || counts.Ready != 2 {
			t.Errorf("counts %+v, error %v", counts, err)
		}
	})
}

// bury makes dead letters of all messages.
func (f *faulty) bury(t *testing.T) {
	t.Helper()
	for range queue.MaxReceives + 1 {
		if _, err := f.Receive(t.Context(), topic, 10, time.Minute); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
	}
	if counts, err := f.Count(t.Context(), topic); err != nil || counts.Dead == 0 || counts.Ready != 0 {
		t.Fatalf("counts %+v, error %v", counts, err)
	}
}

func TestTheWireCarriesGroupAndDelay(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := newFaulty(t)
		m := messages(1)[0]
		m.Delay = 1500 * time.Millisecond
		if err := f.Send(t.Context(), []queue.Outgoing{m}); err != nil {
			t.Fatal(err)
		}
		calls := f.server.Calls()
		wire := string(calls[len(calls)-1].Body)
		for _, want := range []string{`"MessageGroupId":"harbour"`, `"DelaySeconds":2`} {
			if !strings.Contains(wire, want) {
				t.Errorf("the request lacks %s: %s", want, wire)
			}
		}
	})
}

func TestAQueueWithoutDeadLettersHasNone(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := newFaulty(t)
		none := map[string]string{string(types.QueueAttributeNameRedrivePolicy): ""}
		if _, err := f.client.SetQueueAttributes(t.Context(), &sqs.SetQueueAttributesInput{QueueUrl: &f.url, Attributes: none}); err != nil {
			t.Fatal(err)
		}
		if counts, err := f.Count(t.Context(), topic); err != nil || counts.Dead != 0 {
			t.Errorf("counts %+v, error %v", counts, err)
		}
		if moved, err := f.Redrive(t.Context(), topic, 10); err != nil || moved != 0 {
			t.Errorf("moved %d, error %v", moved, err)
		}
	})
}
