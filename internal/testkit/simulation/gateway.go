package simulation

import (
	"context"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/event"
	"github.com/winback-auto/winback/internal/platform/web"
)

// Request is a request over HTTPS. A header is written as Name: value.
type Request struct {
	User         string // who is signed in; empty: nobody
	Method, Path string
	Body         string
	Headers      []string
}

// Gone is the status that a client sees where an invocation was killed.
const Gone = 503

// Ask sends a request, once; answered gets what comes back.
func (w *World) Ask(r Request, answered func(status int, body string)) {
	fn := w.routes[prefix(r.Path)]
	if fn == nil {
		panic("simulation: nothing serves " + r.Path)
	}
	w.invoke(fn, w.payload(r), func(answer []byte, err error) {
		if err != nil {
			answered(Gone, "")
			return
		}
		response, err := event.DecodeResponse(answer)
		if err != nil {
			panic(err)
		}
		answered(response.Status(), string(response.Body()))
	})
}

// Look is the answer to a request to one who is never failed, at once.
func (w *World) Look(r Request) (status int, body string, err error) {
	fn := w.routes[prefix(r.Path)]
	if w.looks[fn.Name] == nil {
		for _, f := range w.config.Functions(Ports{Dial: w.Partner.Dial, Parse: w.config.Parse}) {
			if f.Name == fn.Name {
				w.looks[fn.Name] = app.Handle(f, w.Oracle())
			}
		}
	}
	answer, err := w.looks[fn.Name](context.Background(), w.payload(r))
	if err != nil {
		return 0, "", err
	}
	response, err := event.DecodeResponse(answer)
	if err != nil {
		return 0, "", err
	}
	return response.Status(), string(response.Body()), nil
}

// payload is the request as the gateway hands it to a function.
func (w *World) payload(r Request) []byte {
	request := httptest.NewRequest(r.Method, r.Path, strings.NewReader(r.Body))
	if r.Body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	for _, header := range r.Headers {
		name, value, _ := strings.Cut(header, ": ")
		request.Header.Set(name, value)
	}
	call := event.Call{RequestID: "r1", RouteKey: "$default", Time: w.clock}
	if r.User != "" {
		call.Claims = map[string]string{"sub": r.User, "token_use": "access", "scope": web.Scope}
	}
	payload, err := event.EncodeRequest(request, call)
	if err != nil {
		panic(err)
	}
	return payload
}

// Insist is a client that repeats a request until it gets an answer that is final: neither an error of ours nor a request to
// wait.
func (w *World) Insist(r Request, answered func(status int, body string)) {
	w.Ask(r, func(status int, body string) {
		if status < 500 && status != 429 && status != 409 {
			answered(status, body)
			return
		}
		w.After(5*time.Second+w.Dice.Within(time.Minute), func() { w.Insist(r, answered) })
	})
}
