package awssim

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
)

// Endpoint is a base address for clients that go through Client; nothing listens there.
const Endpoint = "http://aws.invalid"

// Client is an HTTP client whose requests reach the server without a network.
func (s *Server) Client() *http.Client { return &http.Client{Transport: transport{s}} }

type transport struct{ server *Server }

// RoundTrip answers in the caller's goroutine. A dropped answer looks like a connection that broke.
func (t transport) RoundTrip(r *http.Request) (response *http.Response, err error) {
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	if r.Body == nil {
		r.Body = http.NoBody
	}
	defer r.Body.Close()
	defer func() {
		if p := recover(); p != nil {
			if broken, ok := p.(error); !ok || !errors.Is(broken, http.ErrAbortHandler) {
				panic(p)
			}
			response, err = nil, io.ErrUnexpectedEOF
		}
	}()
	recorder := httptest.NewRecorder()
	t.server.ServeHTTP(recorder, r)
	response = recorder.Result()
	response.Request = r
	return response, nil
}

// Target is the action of an AWS JSON request to the service with the prefix: X-Amz-Target: <prefix>.<action>.
func Target(r *http.Request, prefix string) string {
	action, ok := strings.CutPrefix(r.Header.Get("X-Amz-Target"), prefix+".")
	if !ok || r.Method != http.MethodPost {
		return ""
	}
	return action
}
