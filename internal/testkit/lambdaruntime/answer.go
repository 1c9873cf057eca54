package lambdaruntime

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// ErrThrottled is the answer of a function that has as many invocations as it may have: TooManyRequestsException.
var ErrThrottled = errors.New("lambdaruntime: Rate Exceeded")

// ErrTooLarge is the answer to a payload that Lambda does not take.
var ErrTooLarge = fmt.Errorf("lambdaruntime: Request must be smaller than %d bytes for the InvokeFunction operation", MaxPayload)

// Answer is what an invocation came to.
type Answer struct {
	RequestID   string
	Payload     []byte // the function's answer, or the JSON of its error
	ErrorType   string // empty: it went well; else Lambda's or the function's word for it, such as Runtime.ExitError
	Environment string // that served it
	Stream      string // of its log
	Trace       string // the trace's id, where it was sampled; else empty
	Cold        bool   // it was the environment's first
	Init        time.Duration
	Duration    time.Duration // from handing over the payload to the answer
	MemoryPeak  int64         // bytes, of the process so far; 0 where the system does not tell
}

// Failed reports whether Lambda would mark the answer as a function error.
func (a Answer) Failed() bool { return a.ErrorType != "" }

// String is for people: what became of the invocation, without its payload where all is well.
func (a Answer) String() string {
	what := fmt.Sprintf("%d bytes", len(a.Payload))
	if a.Failed() {
		what = fmt.Sprintf("%s: %s", a.ErrorType, a.Payload)
	}
	return fmt.Sprintf("%s in %s (cold %t, init %v) took %v: %s", a.RequestID, a.Environment, a.Cold, a.Init, a.Duration, what)
}

// The types of errors that Lambda finds itself.
const (
	ExitError     = "Runtime.ExitError"
	TimedOut      = "Sandbox.Timedout"
	TooLarge      = "Function.ResponseSizeTooLarge"
	InitTimedOut  = "Sandbox.InitTimedout"
	unknownReason = "Runtime.Unknown"
)

// outcome is how an invocation ended.
type outcome struct {
	payload   []byte
	errorType string
}

// failure is an outcome that Lambda found itself.
func failure(kind, requestID, format string, args ...any) outcome {
	body, err := json.Marshal(map[string]string{
		"errorType":    kind,
		"errorMessage": "RequestId: " + requestID + " Error: " + fmt.Sprintf(format, args...),
	})
	if err != nil {
		panic(err) // strings only
	}
	return outcome{body, kind}
}

// reported is an outcome that the process told itself, through one of the error paths of the runtime API.
func reported(body []byte, header string) outcome {
	var said struct {
		Type string `json:"errorType"`
	}
	if header == "" && json.Unmarshal(body, &said) == nil {
		header = said.Type
	}
	if header == "" {
		header = unknownReason
	}
	return outcome{body, header}
}
