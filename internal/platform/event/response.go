package event

import (
	"bytes"
	"encoding/base64"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/winback-auto/winback/internal/platform/errs"
)

// apiResponse is a Lambda's answer to an HTTP API in payload format 2.0.
type apiResponse struct {
	StatusCode      int               `json:"statusCode"`
	Headers         map[string]string `json:"headers,omitempty"`
	Cookies         []string          `json:"cookies,omitempty"`
	Body            string            `json:"body,omitempty"`
	IsBase64Encoded bool              `json:"isBase64Encoded,omitzero"`
}

// Response is an answer on its way through the gateway. The zero value is an http.ResponseWriter to be filled in by a
// handler; DecodeResponse makes a filled one.
type Response struct {
	status int
	header http.Header
	body   bytes.Buffer
}

var _ http.ResponseWriter = (*Response)(nil)

// Header is the header to be sent, see http.ResponseWriter.
func (w *Response) Header() http.Header {
	if w.header == nil {
		w.header = make(http.Header, 4)
	}
	return w.header
}

// WriteHeader sets the status; only the first call counts.
func (w *Response) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
}

// Write adds to the body.
func (w *Response) Write(part []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return w.body.Write(part)
}

// WriteString adds to the body.
func (w *Response) WriteString(part string) (int, error) {
	w.WriteHeader(http.StatusOK)
	return w.body.WriteString(part)
}

// Status is the status set so far; a handler that sets none means 200.
func (w *Response) Status() int {
	if w.status == 0 {
		return http.StatusOK
	}
	return w.status
}

// Body is the body so far; it is valid until the next write.
func (w *Response) Body() []byte { return w.body.Bytes() }

// Encode is the answer as a Lambda returns it. Several values of one header are joined by commas, cookies apart, which is
// all that the format can carry. An answer beyond MaxEvent is an Invalid error; the gateway would answer 500 in its place.
func (w *Response) Encode() ([]byte, error) {
	out := apiResponse{StatusCode: w.Status(), Headers: make(map[string]string, len(w.header))}
	for name, values := range w.header {
		if name == "Set-Cookie" {
			out.Cookies = values
			continue
		}
		out.Headers[strings.ToLower(name)] = strings.Join(values, ", ")
	}
	body := w.body.Bytes()
	if utf8.Valid(body) {
		out.Body = string(body)
	} else {
		out.Body, out.IsBase64Encoded = base64.StdEncoding.EncodeToString(body), true
	}
	return encode(out, "the answer")
}

// DecodeResponse reads what a Lambda returned. An answer that the gateway could not use is an Invalid error; the gateway
// tells its client 500 and no more.
func DecodeResponse(payload []byte) (*Response, error) {
	var in apiResponse
	if err := decode(payload, &in, "an answer to API Gateway"); err != nil {
		return nil, err
	}
	if in.StatusCode < 100 || in.StatusCode > 599 {
		return nil, errs.E(errs.Invalid, "an answer to API Gateway without a status")
	}
	w := &Response{status: in.StatusCode, header: make(http.Header, len(in.Headers)+1)}
	for name, value := range in.Headers {
		w.header.Set(name, value)
	}
	for _, cookie := range in.Cookies {
		w.header.Add("Set-Cookie", cookie)
	}
	if !in.IsBase64Encoded {
		w.body.WriteString(in.Body)
		return w, nil
	}
	body, err := base64.StdEncoding.DecodeString(in.Body)
	if err != nil {
		return nil, errs.E(errs.Invalid, "an answer to API Gateway whose body is not base64")
	}
	w.body.Write(body)
	return w, nil
}

// Send passes the answer on to a client.
func (w *Response) Send(to http.ResponseWriter) error {
	header := to.Header()
	for name, values := range w.header {
		header[name] = values
	}
	to.WriteHeader(w.Status())
	_, err := to.Write(w.body.Bytes())
	return err
}
