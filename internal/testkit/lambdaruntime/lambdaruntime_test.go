package lambdaruntime_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/testkit/lambdaruntime"
)

// stand is a runtime with what it has said.
type stand struct {
	*testing.T
	*lambdaruntime.Runtime

	lines chan lambdaruntime.Line
	mu    sync.Mutex
	done  []lambdaruntime.Answer
	busy  sync.Map // time of processors by environment, of those that have ended
}

func (s *stand) note(a lambdaruntime.Answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.done = append(s.done, a)
}

// newStand runs the test binary as a bootstrap.
func newStand(t *testing.T, change func(*lambdaruntime.Function)) *stand {
	t.Helper()
	f := lambdaruntime.Function{
		Name: "lead-api", ARN: "arn:aws:lambda:ap-southeast-2:123456789012:function:winback-test-lead-api", Region: "ap-southeast-2",
		Command: []string{os.Args[0]}, Timeout: 30 * time.Second, Memory: 512, LogGroup: "/aws/lambda/winback-test-lead-api",
		Variables: map[string]string{asBootstrap: "serve", "WINBACK_TABLE": "winback-test"},
	}
	if change != nil {
		change(&f)
	}
	s := &stand{T: t, lines: make(chan lambdaruntime.Line, 100)}
	var err error
	s.Runtime, err = lambdaruntime.New(f, lambdaruntime.Options{
		Network: func(environment string) map[string]string {
			return map[string]string{"AWS_ACCESS_KEY_ID": "ASIA" + environment}
		},
		Log:   func(line lambdaruntime.Line) { s.lines <- line },
		Done:  s.note,
		Ended: func(environment string, busy time.Duration) { s.busy.Store(environment, busy) },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func (s *stand) invoke(o order) lambdaruntime.Answer {
	s.Helper()
	payload, err := json.Marshal(o)
	if err != nil {
		s.Fatal(err)
	}
	a, err := s.Invoke(s.Context(), payload)
	if err != nil {
		s.Fatal(err)
	}
	return a
}

// line is the next line that a process writes.
func (s *stand) line() lambdaruntime.Line {
	s.Helper()
	select {
	case line := <-s.lines:
		return line
	case <-time.After(30 * time.Second):
		s.Fatal("no line was written")
		panic("unreachable")
	}
}

func echoed(t *testing.T, a lambdaruntime.Answer) (r request) {
	t.Helper()
	if a.Failed() {
		t.Fatalf("%s: %s", a.ErrorType, a.Payload)
	}
	if err := json.Unmarshal(a.Payload, &r); err != nil {
		t.Fatalf("%s: %v", a.Payload, err)
	}
	return r
}

// says checks what an invocation failed with.
func says(t *testing.T, a lambdaruntime.Answer, kind, message string) {
	t.Helper()
	var said struct{ ErrorType, ErrorMessage string }
	if err := json.Unmarshal(a.Payload, &said); err != nil {
		t.Fatalf("%q: %v", a.Payload, err)
	}
	if a.ErrorType != kind || said.ErrorType != kind || !strings.Contains(said.ErrorMessage, message) {
		t.Errorf("%s: %s, want %s: %s", a.ErrorType, a.Payload, kind, message)
	}
}

func TestAnEnvironmentIsUsedAgain(t *testing.T) {
	s := newStand(t, nil)
	first, second := s.invoke(order{Say: "one"}), s.invoke(order{Say: "two"})
	if echoed(t, first).Say != "one" || echoed(t, second).Say != "two" {
		t.Errorf("answers %s and %s", first.Payload, second.Payload)
	}
	if !first.Cold || second.Cold || first.Init <= 0 || second.Init != 0 || first.Environment != second.Environment || first.RequestID == second.RequestID {
		t.Errorf("first %v, second %v", first, second)
	}
	if first.Duration <= 0 || first.Duration > 30*time.Second {
		t.Errorf("took %v", first.Duration)
	}
	if all, busy := s.Environments(); all != 1 || busy > 1 {
		t.Errorf("%d environments, %d busy", all, busy)
	}
	if len(s.done) != 2 || s.done[1].RequestID != second.RequestID {
		t.Errorf("told of %v", s.done)
	}
	s.Retire()
	if third := s.invoke(order{}); !third.Cold || third.Environment == first.Environment {
		t.Errorf("after the environments were retired: %v", third)
	}
}

func TestAProcessIsToldWhatLambdaTells(t *testing.T) {
	s := newStand(t, nil)
	before := time.Now()
	a := s.invoke(order{})
	told := echoed(t, a)
	header := func(name string) string { return told.Headers.Get("Lambda-Runtime-" + name) }
	if header("Aws-Request-Id") != a.RequestID || header("Invoked-Function-Arn") != s.Function().ARN {
		t.Errorf("headers %v", told.Headers)
	}
	if !regexp.MustCompile(`^Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=1$`).MatchString(header("Trace-Id")) {
		t.Errorf("trace %q", header("Trace-Id"))
	}
	deadline, err := strconv.ParseInt(header("Deadline-Ms"), 10, 64)
	if left := time.UnixMilli(deadline).Sub(before); err != nil || left < 29*time.Second || left > time.Minute {
		t.Errorf("deadline in %v, %v", left, err)
	}
	if !slices.IsSorted(told.Env) || len(told.Env) != 18 {
		t.Errorf("an environment of %d variables: %q", len(told.Env), told.Env)
	}
	for _, want := range []string{
		"AWS_ACCESS_KEY_ID=ASIA" + a.Environment, "AWS_LAMBDA_FUNCTION_NAME=lead-api", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE=512",
		"AWS_REGION=ap-southeast-2", "WINBACK_TABLE=winback-test", "TZ=:UTC",
	} {
		if !slices.Contains(told.Env, want) {
			t.Errorf("no %s in %q", want, told.Env)
		}
	}
}

// gate is an order to wait until it is opened.
func gate(t *testing.T) (payload []byte, open func()) {
	t.Helper()
	shut := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-shut }))
	open = sync.OnceFunc(func() { close(shut) })
	t.Cleanup(server.Close)
	t.Cleanup(open)
	payload, err := json.Marshal(order{Do: "wait", Say: server.URL})
	if err != nil {
		t.Fatal(err)
	}
	return payload, open
}

func TestInvocationsAtTheSameTimeHaveEnvironmentsOfTheirOwn(t *testing.T) {
	s := newStand(t, func(f *lambdaruntime.Function) { f.Concurrency = 2 })
	payload, open := gate(t)
	answers := make(chan lambdaruntime.Answer)
	for range 2 {
		go func() {
			a, err := s.Invoke(context.Background(), payload)
			if err != nil {
				t.Error(err)
			}
			answers <- a
		}()
	}
	s.line()
	s.line()
	if _, err := s.Invoke(t.Context(), payload); !errors.Is(err, lambdaruntime.ErrThrottled) {
		t.Errorf("a third invocation: %v", err)
	}
	if all, busy := s.Environments(); all != 2 || busy != 2 {
		t.Errorf("%d environments, %d busy", all, busy)
	}
	open()
	a, b := <-answers, <-answers
	echoed(t, a)
	echoed(t, b)
	if a.Environment == b.Environment || !a.Cold || !b.Cold {
		t.Errorf("answered by %s and %s", a.Environment, b.Environment)
	}
}

func TestAProcessThatEndsFailsItsInvocationAndTheNextOneStartsAnew(t *testing.T) {
	s := newStand(t, nil)
	s.invoke(order{})
	crash := s.invoke(order{Do: "exit"})
	says(t, crash, "Runtime.ExitError", "RequestId: "+crash.RequestID+" Error: Runtime exited with error: exit status 7")
	if next := s.invoke(order{}); !next.Cold || next.Failed() {
		t.Errorf("the next: %v", next)
	}
}

func TestAnInvocationThatTakesTooLongIsEnded(t *testing.T) {
	s := newStand(t, func(f *lambdaruntime.Function) { f.Timeout = 250 * time.Millisecond })
	late := s.invoke(order{Do: "hang"})
	says(t, late, "Sandbox.Timedout", "Task timed out after 0.25 seconds")
	if late.Duration < 250*time.Millisecond || late.Duration > 20*time.Second {
		t.Errorf("ended after %v", late.Duration)
	}
	if next := s.invoke(order{}); !next.Cold || next.Failed() {
		t.Errorf("the next: %v", next)
	}
}

func TestAnEnvironmentIsKilledInTheMidst(t *testing.T) {
	s := newStand(t, nil)
	s.invoke(order{})
	if n := s.Kill(); n != 0 {
		t.Errorf("killed %d idle ones", n)
	}
	go func() {
		line := s.line()
		if n := s.Kill("somebody else"); n != 0 {
			t.Errorf("killed %d of another name", n)
		}
		if n := s.Kill(line.Environment); n != 1 {
			t.Errorf("killed %d", n)
		}
	}()
	dead := s.invoke(order{Do: "hang", Say: "busy"})
	says(t, dead, "Runtime.ExitError", "signal: killed")
	if next := s.invoke(order{}); !next.Cold || next.Failed() {
		t.Errorf("the next: %v", next)
	}
}

func TestAFailedStartIsTheAnswer(t *testing.T) {
	for start, want := range map[string][2]string{
		"exit": {"Runtime.ExitError", "exit status 3"},
		"tell": {"App.NoTable", "no table"},
	} {
		s := newStand(t, func(f *lambdaruntime.Function) { f.Variables[asBootstrap] = start })
		says(t, s.invoke(order{}), want[0], want[1])
		if all, _ := s.Environments(); all != 0 {
			t.Errorf("%s: %d environments are left", start, all)
		}
	}
}

func TestAProcessThatIsNotThereIsAnError(t *testing.T) {
	s := newStand(t, func(f *lambdaruntime.Function) { f.Command = []string{filepath.Join(t.TempDir(), "bootstrap")} })
	if _, err := s.Invoke(t.Context(), nil); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("error %v", err)
	}
}

func TestErrorsAreTheFunctionsOwn(t *testing.T) {
	s := newStand(t, nil)
	failed := s.invoke(order{Do: "fail"})
	says(t, failed, "errorString", "no luck")
	if again := s.invoke(order{}); again.Cold || again.Environment != failed.Environment {
		t.Errorf("the environment lives on: %v", again)
	}
	says(t, s.invoke(order{Do: "skip"}), "Runtime.Unknown", "without an answer")
}

func TestWhatIsTooLargeIsRefused(t *testing.T) {
	s := newStand(t, nil)
	if _, err := s.Invoke(t.Context(), make([]byte, lambdaruntime.MaxPayload+1)); !errors.Is(err, lambdaruntime.ErrTooLarge) {
		t.Errorf("a large payload: %v", err)
	}
	says(t, s.invoke(order{Do: "large"}), "Function.ResponseSizeTooLarge", "6291556 bytes")
	if line := s.line(); line.Text != "status 413" {
		t.Errorf("the process was told %q", line.Text)
	}
}

func TestAnAnswerIsTakenOnceAndForItsOwnInvocation(t *testing.T) {
	s := newStand(t, nil)
	echoed(t, s.invoke(order{Do: "twice", Say: "HA"}))
	if line := s.line(); line.Text != "status 403 ha" {
		t.Errorf("the second answer: %q", line.Text)
	}
	echoed(t, s.invoke(order{Do: "foreign"}))
	if line := s.line(); line.Text != "status 400" {
		t.Errorf("the foreign answer: %q", line.Text)
	}
}

func TestLinesOfBothStreamsBelongToTheirInvocation(t *testing.T) {
	s := newStand(t, nil)
	long := strings.Repeat("y", 300<<10)
	a := s.invoke(order{Do: "print", Say: "hello"})
	if line := s.line(); line.Text != "hello" || line.RequestID != a.RequestID || line.Environment != a.Environment || line.Function != "lead-api" {
		t.Errorf("line %+v", line)
	}
	s.invoke(order{Do: "print", Say: long})
	if first, second := s.line(), s.line(); first.Text+second.Text != long {
		t.Errorf("a line of %d bytes became %d and %d", len(long), len(first.Text), len(second.Text))
	}
}

func TestTheMemoryOfAProcessIsMeasured(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("this system does not tell the peak of a process")
	}
	s := newStand(t, nil)
	before, after := s.invoke(order{}), s.invoke(order{Do: "allocate"})
	if before.MemoryPeak == 0 || after.MemoryPeak-before.MemoryPeak < 60<<20 {
		t.Errorf("a peak of %d before and of %d after 64 MB were allocated", before.MemoryPeak, after.MemoryPeak)
	}
}

func TestWhoNoLongerWaitsEndsNothing(t *testing.T) {
	s := newStand(t, nil)
	payload, open := gate(t)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		s.line()
		cancel()
	}()
	left, err := s.Invoke(ctx, payload)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if _, busy := s.Environments(); busy != 1 {
		t.Errorf("%d are busy", busy)
	}
	open()
	s.Settle(left.RequestID)
	if len(s.done) != 1 || s.done[0].Failed() {
		t.Errorf("it ended as %v", s.done)
	}
	s.Settle("of somebody else")
}

func TestAFunctionThatLambdaWouldRefuseIsRefused(t *testing.T) {
	for want, change := range map[string]func(*lambdaruntime.Function){
		"AWS_REGION, which Lambda sets itself": func(f *lambdaruntime.Function) { f.Variables["AWS_REGION"] = "x" },
		"variables of 5":                       func(f *lambdaruntime.Function) { f.Variables["LONG"] = strings.Repeat("x", 5000) },
		"times out after 16m0s":                func(f *lambdaruntime.Function) { f.Timeout = 16 * time.Minute },
		"needs a name":                         func(f *lambdaruntime.Function) { f.ARN = "" },
	} {
		f := lambdaruntime.Function{Name: "a", ARN: "arn", Region: "r", Command: []string{"x"}, Timeout: time.Second, Variables: map[string]string{}}
		change(&f)
		if _, err := lambdaruntime.New(f, lambdaruntime.Options{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

func TestNothingRunsOnAfterTheClose(t *testing.T) {
	s := newStand(t, nil)
	s.invoke(order{})
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Invoke(t.Context(), []byte("{}")); err == nil || !strings.Contains(err.Error(), "is closed") {
		t.Errorf("error %v", err)
	}
	if all, _ := s.Environments(); all != 0 {
		t.Errorf("%d environments are left", all)
	}
}
