package event

import (
	"bytes"
	"context"
	"encoding/base64"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/winback-auto/winback/internal/platform/errs"
)

// defaultStage is the stage that leaves no trace in the path.
const defaultStage = "$default"

// apiRequest is the event of an HTTP API in payload format 2.0, as far as we use it.
type apiRequest struct {
	Version         string            `json:"version"`
	RouteKey        string            `json:"routeKey"`
	RawPath         string            `json:"rawPath"` // already unescaped by the gateway
	RawQueryString  string            `json:"rawQueryString"`
	Cookies         []string          `json:"cookies,omitempty"`
	Headers         map[string]string `json:"headers"` // several values are joined by commas
	PathParameters  map[string]string `json:"pathParameters,omitempty"`
	RequestContext  apiContext        `json:"requestContext"`
	Body            string            `json:"body,omitempty"`
	IsBase64Encoded bool              `json:"isBase64Encoded"`
}

type apiContext struct {
	AccountID  string         `json:"accountId"`
	APIID      string         `json:"apiId"`
	Authorizer *apiAuthorizer `json:"authorizer,omitempty"`
	DomainName string         `json:"domainName"`
	HTTP       apiHTTP        `json:"http"`
	RequestID  string         `json:"requestId"`
	RouteKey   string         `json:"routeKey"`
	Stage      string         `json:"stage"`
	Time       string         `json:"time"`
	TimeEpoch  int64          `json:"timeEpoch"`
}

type apiAuthorizer struct {
	JWT *apiJWT `json:"jwt,omitempty"`
}

type apiJWT struct {
	Claims map[string]string `json:"claims"`
	Scopes []string          `json:"scopes"`
}

type apiHTTP struct {
	Method    string `json:"method"`
	Path      string `json:"path"`
	Protocol  string `json:"protocol"`
	SourceIP  string `json:"sourceIp"`
	UserAgent string `json:"userAgent"`
}

// DecodeRequest makes the request that an event describes. Its context carries the Call.
func DecodeRequest(ctx context.Context, payload []byte) (*http.Request, error) {
	var e apiRequest
	if err := decode(payload, &e, "an API Gateway event"); err != nil {
		return nil, err
	}
	switch {
	case e.Version != "2.0":
		return nil, errs.E(errs.Invalid, "this is not an API Gateway event of payload format 2.0")
	case !strings.HasPrefix(e.RawPath, "/"), !token(e.RequestContext.HTTP.Method):
		return nil, errs.E(errs.Invalid, "an API Gateway event without a method or a path")
	case len(e.Headers) > MaxHeaders, len(e.Cookies) > MaxHeaders:
		return nil, errs.E(errs.Invalid, "a request with more than %d headers or cookies", MaxHeaders)
	}
	body := []byte(e.Body)
	if e.IsBase64Encoded {
		var err error
		if body, err = base64.StdEncoding.DecodeString(e.Body); err != nil {
			return nil, errs.E(errs.Invalid, "an API Gateway event whose body is not base64")
		}
	}
	call := Call{
		RequestID: e.RequestContext.RequestID,
		RouteKey:  e.RouteKey,
		SourceIP:  e.RequestContext.HTTP.SourceIP,
		Time:      time.UnixMilli(e.RequestContext.TimeEpoch).UTC(),
		Params:    e.PathParameters,
	}
	if a := e.RequestContext.Authorizer; a != nil && a.JWT != nil {
		call.Claims = a.JWT.Claims
	}
	header := e.header()
	u := &url.URL{Path: e.path(), RawQuery: e.RawQueryString}
	r := (&http.Request{
		Method:        e.RequestContext.HTTP.Method,
		URL:           u,
		Proto:         "HTTP/1.1",
		ProtoMajor:    1,
		ProtoMinor:    1,
		Header:        header,
		Body:          http.NoBody,
		ContentLength: int64(len(body)),
		Host:          header.Get("Host"),
		RemoteAddr:    call.SourceIP,
	}).WithContext(WithCall(ctx, call))
	if len(body) > 0 {
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	return r, nil
}

// path is the request's path without the stage, which the gateway puts in front unless it is the default one.
func (e *apiRequest) path() string {
	stage := e.RequestContext.Stage
	if stage == "" || stage == defaultStage {
		return e.RawPath
	}
	rest, found := strings.CutPrefix(e.RawPath, "/"+stage)
	if !found || rest != "" && rest[0] != '/' {
		return e.RawPath // a custom domain maps the stage away
	}
	if rest == "" {
		return "/"
	}
	return rest
}

func (e *apiRequest) header() http.Header {
	header := make(http.Header, len(e.Headers)+1)
	values := make([]string, 0, len(e.Headers)) // one allocation for the values of all headers
	for name, value := range e.Headers {
		values = append(values, value)
		header[http.CanonicalHeaderKey(name)] = values[len(values)-1 : len(values) : len(values)]
	}
	if len(e.Cookies) > 0 {
		header["Cookie"] = []string{strings.Join(e.Cookies, "; ")}
	}
	return header
}

// EncodeRequest makes the event of a request that the gateway has matched to a route and, where the call has claims,
// authorized. It reads the body to its end. Whoever plays the gateway bounds the body first: a request whose event would
// exceed MaxEvent is an Invalid error, which the gateway answers with 413.
func EncodeRequest(r *http.Request, call Call) ([]byte, error) {
	var body []byte
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(io.LimitReader(r.Body, MaxEvent+1)); err != nil {
			return nil, errs.E(errs.Invalid, "the request's body ended early: %w", err)
		}
	}
	e := apiRequest{
		Version:        "2.0",
		RouteKey:       call.RouteKey,
		RawPath:        r.URL.Path,
		RawQueryString: r.URL.RawQuery,
		Headers:        make(map[string]string, len(r.Header)+1),
		PathParameters: call.Params,
		RequestContext: apiContext{
			AccountID:  localAccount,
			APIID:      "local",
			DomainName: r.Host,
			HTTP:       apiHTTP{r.Method, r.URL.Path, r.Proto, call.SourceIP, r.UserAgent()},
			RequestID:  call.RequestID,
			RouteKey:   call.RouteKey,
			Stage:      defaultStage,
			Time:       call.Time.UTC().Format("02/Jan/2006:15:04:05 -0700"),
			TimeEpoch:  call.Time.UnixMilli(),
		},
	}
	if call.Claims != nil {
		e.RequestContext.Authorizer = &apiAuthorizer{&apiJWT{Claims: call.Claims, Scopes: strings.Fields(call.Claims["scope"])}}
	}
	for name, values := range r.Header {
		if name == "Cookie" {
			for _, line := range values {
				e.Cookies = append(e.Cookies, strings.Split(line, "; ")...)
			}
			continue
		}
		e.Headers[strings.ToLower(name)] = strings.ToValidUTF8(strings.Join(values, ","), "\uFFFD")
	}
	e.Headers["host"] = r.Host
	if len(e.Headers) > MaxHeaders || len(e.Cookies) > MaxHeaders {
		return nil, errs.E(errs.Invalid, "a request with more than %d headers or cookies", MaxHeaders)
	}
	e.Body, e.IsBase64Encoded = text(body, r.Header.Get("Content-Type"), gatewayText)
	return encode(e, "the request")
}

// gatewayText reports which bodies of requests the gateway passes as text, everything else comes in base64. It does so by
// media type alone and mends invalid UTF-8 with replacement characters, which is why a file in another encoding has to
// travel as multipart/form-data.
func gatewayText(media string) bool {
	return strings.HasPrefix(media, "text/") || media == "application/json" || media == "application/javascript" || media == "application/xml"
}

// text is a body as the member of an event: as it is where the media type is one of text, else in base64.
func text(body []byte, contentType string, isText func(media string) bool) (member string, isBase64 bool) {
	if len(body) == 0 {
		return "", false
	}
	media, _, _ := mime.ParseMediaType(contentType)
	if isText(media) {
		return strings.ToValidUTF8(string(body), string(utf8.RuneError)), false
	}
	return base64.StdEncoding.EncodeToString(body), true
}

// token reports whether s can be a method: letters only, as no other exists in practice.
func token(s string) bool {
	if s == "" || len(s) > 16 {
		return false
	}
	for i := range len(s) {
		if c := s[i] | 0x20; c < 'a' || c > 'z' {
			return false
		}
	}
	return true
}
