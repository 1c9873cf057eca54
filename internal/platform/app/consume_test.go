package app_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/event"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/metric/metrictest"
	"github.com/winback-auto/winback/internal/platform/queue"
)

// worker consumes chores with a handler.
func worker(handle func(context.Context, string) error) app.Function {
	return app.Function{
		Name: "chores-worker", Doc: "Does chores.",
		Consumes: app.Consume(chores, func(ctx context.Context, _ app.Deps, _ ident.Company, chore string) error {
			return handle(ctx, chore)
		}, app.Batch(10)),
	}
}

// batch is what SQS delivers: one message per chore, with the chore as its id.
func batch(names ...string) []queue.Received {
	messages := make([]queue.Received, len(names))
	for i, name := range names {
		messages[i] = queue.Received{
			ID: name, Topic: chores.Name, Body: chores.Message(harbour, name).Body, Receipt: "receipt of " + name,
			Receives: 1, Sent: noon, FirstSeen: noon, Group: harbour.ID(),
		}
	}
	return messages
}

// deliver runs a batch and returns the ids that are to come again.
func deliver(t *testing.T, ctx context.Context, f app.Function, d app.Deps, messages []queue.Received) []string {
	t.Helper()
	payload, err := event.EncodeBatch(messages)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := app.Handle(f, d)(ctx, payload)
	if err != nil {
		t.Fatal(err)
	}
	ids := []string{}
	for _, m := range event.DecodeFailures(answer, messages) {
		ids = append(ids, m.ID)
	}
	return ids
}

func TestOneBadMessageDoesNotHoldUpItsNeighbours(t *testing.T) {
	w := newWorld(t)
	var seen []string
	f := worker(func(_ context.Context, chore string) error {
		seen = append(seen, chore)
		switch chore {
		case "panics":
			panic("ouch")
		case "fails":
			return errors.New("a reason of ours")
		case "pointless":
			return errs.E(errs.NotFound, "no such record")
		case "busy":
			return errs.Later(errs.TooMany, 90*time.Second, "slow down")
		}
		return nil
	})
	messages := batch("good", "panics", "fails", "pointless", "busy", "fine")
	messages = append(messages, queue.Received{ID: "garbage", Topic: chores.Name, Body: []byte("{"), Receipt: "r", Receives: 1, Sent: noon, FirstSeen: noon})
	again := deliver(t, t.Context(), f, w.Deps, messages)
	if want := []string{"panics", "fails", "busy"}; !slices.Equal(again, want) {
		t.Errorf("again: %v, want %v", again, want)
	}
	if want := []string{"good", "panics", "fails", "pointless", "busy", "fine"}; !slices.Equal(seen, want) {
		t.Errorf("handled: %v, want %v", seen, want)
	}
	if got := w.outbox.delayed["receipt of busy"]; got != 90*time.Second || len(w.outbox.delayed) != 1 {
		t.Errorf("handed back: %v", w.outbox.delayed)
	}
	for _, want := range []string{"message dropped", "message=garbage", "reason=ouch", "done=2 dropped=2 delayed=1 retried=2"} {
		if !strings.Contains(w.log.String(), want) {
			t.Errorf("the log lacks %q:\n%s", want, w.log)
		}
	}
}

// What Lambda takes for a success may be a failure of ours: releases are judged by it.
func TestFailuresAreCountedWhateverLambdaSeesOfThem(t *testing.T) {
	tick := func(err error) app.Function {
		return app.Function{Name: "daily", Every: app.Every("rate(1 day)", func(context.Context, app.Deps) error { return err })}
	}
	for name, test := range map[string]struct {
		f       app.Function
		payload []byte
		want    float64
	}{
		"an answer":         {thingAPI, request(t, "GET", "/v1/things", "", token), 0},
		"a refusal":         {thingAPI, request(t, "GET", "/v1/things?limit=0", "", token), 0},
		"a failed answer":   {broken(thingAPI), request(t, "GET", "/v1/things", "", token), 1},
		"a tick":            {tick(nil), must(event.EncodeBridge(event.Tick("t", noon))), 0},
		"a tick that fails": {tick(errors.New("a reason of ours")), must(event.EncodeBridge(event.Tick("t", noon))), 1},
		"no event at all":   {tick(nil), []byte("{"), 1},
	} {
		w := newWorld(t)
		var log bytes.Buffer
		w.Log = slog.New(slog.NewJSONHandler(&log, nil))
		_, _ = app.Handle(test.f, w.Deps)(t.Context(), test.payload)
		var got float64
		for line := range bytes.Lines(log.Bytes()) {
			values, err := metrictest.Read(line)
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range values {
				if v.Name == "Failures" && v.Dimensions["Function"] == test.f.Name {
					got += v.Value
				}
			}
		}
		if got != test.want {
			t.Errorf("%s counts as %v failures, want %v", name, got, test.want)
		}
	}
}

// broken is a function that has forgotten to declare its table.
func broken(f app.Function) app.Function {
	f.Uses.Table = app.NoTable
	return f
}

func must(payload []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return payload
}

// What fails at its last receive is among the dead letters next; what could never succeed is dropped. Both count for the
// function, too.
func TestDroppedAndDeadMessagesAreCountedForTheirFunction(t *testing.T) {
	w := newWorld(t)
	var log bytes.Buffer
	w.Log = slog.New(slog.NewJSONHandler(&log, nil))
	w.Metrics = "winback-dev"
	f := worker(func(_ context.Context, chore string) error {
		switch chore {
		case "fails":
			return errors.New("a reason of ours")
		case "busy":
			return errs.E(errs.TooMany, "slow down")
		case "pointless":
			return errs.E(errs.NotFound, "no such record")
		}
		return nil
	})
	messages := batch("good", "fails", "busy", "pointless", "fails")
	for i := range messages[:4] {
		messages[i].Receives = queue.MaxReceives
	}
	deliver(t, t.Context(), f, w.Deps, messages)
	got := map[string]float64{}
	for line := range bytes.Lines(log.Bytes()) {
		values, err := metrictest.Read(line)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range values {
			got[v.Namespace+" "+v.Name+" "+v.Dimensions["Function"]] = v.Value
		}
	}
	want := map[string]float64{
		"winback-dev MessagesDropped ": 1, "winback-dev MessagesDropped chores-worker": 1,
		"winback-dev Failures ": 2, "winback-dev Failures chores-worker": 2,
		"winback-dev MessagesDead ": 2, "winback-dev MessagesDead chores-worker": 2,
	}
	if !maps.Equal(got, want) {
		t.Errorf("counted %v, want %v", got, want)
	}
}

func TestWhatThereIsNoTimeForComesAgainUntouched(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		var seen []string
		f := worker(func(ctx context.Context, chore string) error {
			seen = append(seen, chore)
			if chore == "hangs" {
				<-ctx.Done()
				return ctx.Err()
			}
			return nil
		})
		ctx, cancel := context.WithTimeout(t.Context(), 28*time.Second)
		defer cancel()
		again := deliver(t, ctx, f, w.Deps, batch("a", "b", "hangs", "c", "d"))
		if want := []string{"hangs", "c", "d"}; !slices.Equal(again, want) {
			t.Errorf("again: %v, want %v", again, want)
		}
		if want := []string{"a", "b", "hangs"}; !slices.Equal(seen, want) {
			t.Errorf("handled: %v, want %v", seen, want)
		}
		if ctx.Err() != nil {
			t.Error("no time was left for the answer")
		}
	})
}

func TestABatchThatCannotBeReadFailsAsAWhole(t *testing.T) {
	w := newWorld(t)
	handle := app.Handle(worker(func(context.Context, string) error { return nil }), w.Deps)
	for _, payload := range []string{``, `{}`, `{"Records":[]}`, `{"Records":[{"messageId":""}]}`} {
		if _, err := handle(t.Context(), []byte(payload)); err == nil {
			t.Errorf("%q: no error", payload)
		}
	}
}

func TestMessagesMayBeHandledSideBySide(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		f := worker(func(context.Context, string) error {
			time.Sleep(time.Second)
			return nil
		})
		f.Consumes.Parallel = 5
		start := time.Now()
		deliver(t, t.Context(), f, w.Deps, batch("a", "b", "c", "d", "e", "f", "g", "h", "i", "j"))
		if took := time.Since(start); took != 2*time.Second {
			t.Errorf("took %v, want 2s", took)
		}
	})
}

func TestATickThatFailsOrPanicsFailsTheInvocation(t *testing.T) {
	w := newWorld(t)
	tick, err := event.EncodeBridge(event.Tick("t1", noon))
	if err != nil {
		t.Fatal(err)
	}
	outcome := error(nil)
	f := app.Function{Name: "tick", Every: app.Every("rate(1 minute)", func(context.Context, app.Deps) error {
		if errors.Is(outcome, errPower) {
			panic(outcome)
		}
		return outcome
	})}
	handle := app.Handle(f, w.Deps)
	if answer, err := handle(t.Context(), tick); err != nil || string(answer) != "null" {
		t.Errorf("%s, %v", answer, err)
	}
	for _, outcome = range []error{errors.New("no"), errPower} {
		if _, err := handle(t.Context(), tick); err == nil {
			t.Errorf("%v: no error", outcome)
		}
	}
}
