package lambdaruntime

import (
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"time"
)

// apiVersion is the runtime API's only one.
const apiVersion = "/2018-06-01/runtime"

// api is the runtime API of one environment.
func (e *environment) api() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+apiVersion+"/invocation/next", e.next)
	mux.HandleFunc("POST "+apiVersion+"/invocation/{id}/response", e.response)
	mux.HandleFunc("POST "+apiVersion+"/invocation/{id}/error", e.failed)
	mux.HandleFunc("POST "+apiVersion+"/init/error", e.failedInit)
	return mux
}

// next ends what was under way and waits for more work.
func (e *environment) next(w http.ResponseWriter, r *http.Request) {
	e.mu.Lock()
	before := e.current
	first := !e.asked
	if first {
		e.asked, e.init = true, time.Since(e.begun)
		close(e.ready)
		e.starter.Stop()
	} else {
		e.current = nil
	}
	e.mu.Unlock()
	if !first {
		if before != nil {
			before.timer.stop()
		}
		e.runtime.rest(e) // before the answer, so that whoever waits for it finds the environment idle
		if before != nil {
			e.settle(before, failure(unknownReason, before.id, "the process asked for more work without an answer"))
		}
	}
	select {
	case i := <-e.work:
		e.hand(w, i)
	case <-r.Context().Done():
	}
}

// hand gives an invocation to the process.
func (e *environment) hand(w http.ResponseWriter, i *invocation) {
	now := time.Now()
	e.mu.Lock()
	i.handed = now
	e.mu.Unlock()
	timeout := e.runtime.function.Timeout
	i.timer.start(timeout, func() { e.stop(timedOut) })
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Lambda-Runtime-Aws-Request-Id", i.id)
	h.Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(now.Add(timeout).UnixMilli(), 10))
	h.Set("Lambda-Runtime-Invoked-Function-Arn", e.runtime.function.ARN)
	h.Set("Lambda-Runtime-Trace-Id", i.header())
	_, _ = w.Write(i.payload) // a process that has gone away is wait's
}

// response takes an answer. One that is too large is an error, and the process is told so.
func (e *environment) response(w http.ResponseWriter, r *http.Request) {
	i := e.answering(w, r)
	if i == nil {
		return
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, MaxPayload+1))
	switch {
	case err != nil: // the process is ending
		return
	case len(body) > MaxPayload:
		e.says(i, failure(TooLarge, i.id, "Response payload size exceeded maximum allowed payload size (%d bytes).", MaxPayload))
		refuse(w, http.StatusRequestEntityTooLarge, "RequestEntityTooLarge", "Exceeded maximum allowed payload size ("+strconv.Itoa(MaxPayload)+" bytes).")
		return
	}
	e.says(i, outcome{payload: body})
	w.WriteHeader(http.StatusAccepted)
}

// failed takes the error of an invocation.
func (e *environment) failed(w http.ResponseWriter, r *http.Request) {
	i := e.answering(w, r)
	if i == nil {
		return
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, MaxPayload))
	if err != nil {
		return
	}
	e.says(i, reported(body, r.Header.Get("Lambda-Runtime-Function-Error-Type")))
	w.WriteHeader(http.StatusAccepted)
}

// failedInit takes the error of a start, which is the answer to the invocation that it was made for once the process has ended.
func (e *environment) failedInit(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, MaxPayload))
	if err != nil {
		return
	}
	e.mu.Lock()
	early := !e.asked
	if early {
		words := reported(body, r.Header.Get("Lambda-Runtime-Function-Error-Type"))
		e.words = &words
	}
	e.mu.Unlock()
	if !early {
		refuse(w, http.StatusForbidden, "InvalidStateTransition", "the start is over")
		return
	}
	w.WriteHeader(http.StatusAccepted)
}

// answering is the invocation that a request speaks of; nil: it was refused.
func (e *environment) answering(w http.ResponseWriter, r *http.Request) *invocation {
	e.mu.Lock()
	defer e.mu.Unlock()
	i := e.current
	switch {
	case i == nil || i.id != r.PathValue("id"):
		refuse(w, http.StatusBadRequest, "InvalidRequestID", "Invalid request ID")
	case i.said != nil:
		refuse(w, http.StatusForbidden, "InvalidStateTransition", "State transition is not allowed")
	default:
		return i
	}
	return nil
}

func refuse(w http.ResponseWriter, status int, kind, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"errorType": kind, "errorMessage": message})
}
