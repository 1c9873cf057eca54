// Package awssim answers the AWS SDK on the wire, in one process and without a network: SQS, KMS and others as AWS JSON 1.0
// and 1.1, SES as REST with JSON, S3 as REST with XML. The adapters in internal/aws are tested through the real client against it.
//
// A Server routes each request to the Service that recognises it. Services live in a file each, keep their state in memory,
// and go by the injected clock, so that a visibility of half an hour passes without waiting. Fault decides per call whether
// the answer is an error, whether it is one although the call was carried out, or whether it never arrives; Calls lists
// what came in. A Server alone checks neither signatures nor permissions.
//
// An Account is a Server with a gate before it: signatures are checked, sessions belong to roles, and every call is decided
// by the policies of package iam. Its Ledger counts what each principal called, was refused and paid for.
//
// It must not import the SDK: what both sides took from the same structs would prove nothing.
package awssim

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"
)

// maxRequest bounds what a request may hold, in bytes; AWS refuses more than that everywhere we go.
const maxRequest = 40 << 20

// maxCalls is how many calls the log keeps, the newest.
const maxCalls = 100_000

// Service is one AWS service.
type Service interface {
	// Name is the service in faults and in the call log: sqs, kms, ses.
	Name() string
	// Action is what the request asks of this service, in AWS's word for it (SendMessage); empty: it is not for this one.
	Action(r *http.Request) string
	// Answer carries the request out and returns what becomes the JSON body of the answer (nil: {}), or an *Error.
	Answer(r Request) (any, error)
}

// Request is a call to a Service.
type Request struct {
	Action string
	Body   []byte
	Now    time.Time
	HTTP   *http.Request // for paths and headers; its body is spent

	spend func(what string, amount float64)
}

// Spend notes what a call costs beside being a call, by one of the names in spend.go.
func (r Request) Spend(what string, amount float64) {
	if r.spend != nil {
		r.spend(what, amount)
	}
}

// Decode reads the JSON body into a request type; what is no JSON is answered as AWS does.
func (r Request) Decode(into any) error {
	if len(r.Body) == 0 {
		return nil
	}
	if err := json.Unmarshal(r.Body, into); err != nil {
		return &Error{Status: http.StatusBadRequest, Code: "SerializationException", Message: err.Error()}
	}
	return nil
}

// Error is an answer that tells of a failure.
type Error struct {
	Status  int
	Code    string // the shape's name, QueueDoesNotExist
	Message string
	Query   string         // the code in the older query protocol where it differs; goes into a header that the SDK prefers
	More    map[string]any // further members of the answer: the reasons of a cancelled transaction
}

func (e *Error) Error() string { return e.Code + ": " + e.Message }

// Fault is how a call goes wrong. The zero Fault lets it pass.
type Fault struct {
	Status     int            // answer with this status and Code
	Code       string         // the error's code; empty: InternalFailure
	More       map[string]any // further members of the answer
	ApplyFirst bool           // carry the call out, then fail
	Drop       bool           // close the connection instead of answering
}

// Call is an entry of the log.
type Call struct {
	At      time.Time
	Service string
	Action  string
	Body    []byte
	Status  int // as answered; 0: dropped
}

// Options configure a Server.
type Options struct {
	Now   func() time.Time                   // required
	Fault func(service, action string) Fault // nil: none
}

// Server is an endpoint for the SDK. It is safe for concurrent use.
type Server struct {
	options  Options
	services []Service
	gate     *Account // nil: everybody may everything

	mu    sync.Mutex
	calls []Call
}

// New makes a server of services.
func New(options Options, services ...Service) *Server {
	return &Server{options: options, services: services}
}

// Calls lists the calls so far, oldest first.
func (s *Server) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

// ServeHTTP answers one call.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequest))
	if err != nil {
		fail(w, &Error{Status: http.StatusRequestEntityTooLarge, Code: "RequestEntityTooLarge", Message: err.Error()})
		return
	}
	call := Call{At: s.options.Now(), Body: body}
	if s.gate == nil { // an account has its ledger
		defer func() { s.log(call) }()
	}
	for _, service := range s.services {
		if call.Action = service.Action(r); call.Action == "" {
			continue
		}
		call.Service = service.Name()
		request := Request{Action: call.Action, Body: body, Now: call.At, HTTP: r}
		if s.gate == nil {
			call.Status = s.answer(w, service, request, s.options.Fault)
		} else {
			call.Status = s.gate.pass(w, service, request)
		}
		if call.Status == 0 {
			panic(http.ErrAbortHandler)
		}
		return
	}
	call.Status = fail(w, &Error{
		Status: http.StatusNotFound, Code: "UnknownOperationException",
		Message: fmt.Sprintf("no service for %s %s %s", r.Method, r.URL.Path, r.Header.Get("X-Amz-Target")),
	})
}

// answer returns the status it answered with, 0 for none.
func (s *Server) answer(w http.ResponseWriter, service Service, r Request, faults func(service, action string) Fault) int {
	var fault Fault
	if faults != nil {
		fault = faults(service.Name(), r.Action)
	}
	faulty := fault.Drop || fault.Status != 0
	var value any
	var err error
	if !faulty || fault.ApplyFirst {
		value, err = service.Answer(r)
	}
	switch {
	case fault.Drop:
		return 0
	case faulty:
		code := fault.Code
		if code == "" {
			code = "InternalFailure"
		}
		return refuse(w, service, &Error{Status: fault.Status, Code: code, Message: "injected", More: fault.More})
	case err != nil:
		return refuse(w, service, err)
	}
	if other, ok := service.(wire); ok {
		return other.write(w, value)
	}
	if value == nil {
		value = struct{}{}
	}
	return write(w, http.StatusOK, value)
}

// wire is a Service whose answers are no JSON. Both return the status that was answered.
type wire interface {
	write(w http.ResponseWriter, value any) int
	fail(w http.ResponseWriter, e *Error) int
}

// refuse writes an error in the form of its service.
func refuse(w http.ResponseWriter, service Service, err error) int {
	if other, ok := service.(wire); ok {
		return other.fail(w, asError(err))
	}
	return fail(w, err)
}

func (s *Server) log(call Call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.calls) >= maxCalls {
		s.calls = slices.Delete(s.calls, 0, maxCalls/2)
	}
	s.calls = append(s.calls, call)
}

// fail writes an error in the form that both JSON protocols share.
func fail(w http.ResponseWriter, err error) int {
	e := asError(err)
	w.Header().Set("X-Amzn-Errortype", e.Code)
	if e.Query != "" {
		w.Header().Set("X-Amzn-Query-Error", e.Query+";Sender")
	}
	body := map[string]any{"__type": e.Code, "message": e.Message}
	for name, value := range e.More {
		body[name] = value
	}
	return write(w, e.Status, body)
}

func asError(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return &Error{Status: http.StatusInternalServerError, Code: "InternalFailure", Message: err.Error()}
}

func write(w http.ResponseWriter, status int, value any) int {
	body, err := json.Marshal(value)
	if err != nil {
		panic(fmt.Sprintf("awssim: an answer that is no JSON: %v", err))
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	w.WriteHeader(status)
	w.Write(body) // a client that has gone away is its own problem
	return status
}
