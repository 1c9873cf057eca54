package rehearse

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"path"
	"strings"
	"sync/atomic"
	"time"

	"github.com/winback-auto/winback/internal/platform/event"
	"github.com/winback-auto/winback/internal/testkit/lambdaruntime"
)

// Bounds of an HTTP API.
const (
	maxBody = 10 << 20 // bytes
	maxHead = 10_240   // bytes of the request line and the headers together
)

// invoker runs functions for a service of AWS.
type invoker interface {
	// invoke has a payload handled and waits. service and source say who asks: apigateway.amazonaws.com, and the ARN of the
	// route. An error that is errForbidden means that no permission lets it.
	invoke(ctx context.Context, function, service, source string, payload []byte) (lambdaruntime.Answer, error)
}

// errForbidden is AccessDeniedException of Lambda.
var errForbidden = errors.New("rehearse: no permission allows this invocation")

// gateway is API Gateway with one HTTP API.
type gateway struct {
	api     API
	invoker invoker
	keys    *keys
	now     func() time.Time
	account string // its id
	region  string
	mux     *http.ServeMux
	limits  map[string]*bucket // by route key; those of the stage stand under the empty key
	asked   atomic.Int64       // requests, refused ones included
}

func newGateway(api API, invoker invoker, keys *keys, now func() time.Time, account, region string) (*gateway, error) {
	g := &gateway{api: api, invoker: invoker, keys: keys, now: now, account: account, region: region, mux: http.NewServeMux(), limits: map[string]*bucket{}}
	for key, limit := range api.Throttles {
		g.limits[key] = newBucket(limit, now())
	}
	for _, route := range api.Routes {
		method, pattern, ok := strings.Cut(route.Key, " ")
		if !ok || method == "ANY" || strings.Contains(pattern, "+}") {
			return nil, fmt.Errorf("rehearse: the route %q is of a kind that the rehearsal does not play", route.Key)
		}
		g.mux.Handle(route.Key, g.integration(route))
	}
	return g, nil
}

// ServeHTTP answers as API Gateway does, with its own short bodies where no function was asked.
func (g *gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.asked.Add(1)
	if size(r) > maxHead {
		refuse(w, http.StatusRequestHeaderFieldsTooLarge, "Request Header Fields Too Large")
		return
	}
	if g.api.CORS != nil && g.api.CORS.answer(w, r) {
		return
	}
	// An HTTP API knows routes: another method is as unknown as another path, HEAD included, and nothing is redirected.
	_, pattern := g.mux.Handler(r)
	method, _, _ := strings.Cut(pattern, " ")
	if pattern == "" || method != r.Method || path.Clean(r.URL.Path) != r.URL.Path {
		refuse(w, http.StatusNotFound, "Not Found")
		return
	}
	g.mux.ServeHTTP(w, r)
}

func size(r *http.Request) int {
	size := len(r.Method) + len(r.RequestURI) + len(r.Proto) + len(r.Host)
	for name, values := range r.Header {
		for _, value := range values {
			size += len(name) + len(value)
		}
	}
	return size
}

// refuse answers in the gateway's own name.
func refuse(w http.ResponseWriter, status int, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"message": message}) // a client that has gone misses nothing
}

// integration serves one route: authorizer, event, function, answer.
func (g *gateway) integration(route Route) http.Handler {
	method, pattern, _ := strings.Cut(route.Key, " ")
	params := parameters(pattern)
	source := fmt.Sprintf("arn:aws:execute-api:%s:%s:%s/$default/%s%s", g.region, g.account, g.api.ID, method, wild(pattern))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !g.admit(route.Key) {
			refuse(w, http.StatusTooManyRequests, "Too Many Requests")
			return
		}
		call := event.Call{RequestID: rand.Text()[:16], RouteKey: route.Key, SourceIP: address(r), Time: g.now(), Params: make(map[string]string, len(params))}
		for _, name := range params {
			call.Params[name] = r.PathValue(name)
		}
		if route.Authorizer != nil {
			claims, err := g.keys.authorize(r, *route.Authorizer, route.Scopes)
			if err != nil {
				err.answer(w)
				return
			}
			call.Claims = claims
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		if err != nil {
			refuse(w, http.StatusRequestEntityTooLarge, "Request Entity Too Large")
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		payload, err := event.EncodeRequest(r, call)
		if err != nil {
			refuse(w, http.StatusRequestEntityTooLarge, "Request Entity Too Large")
			return
		}
		g.call(w, r, route, source, payload)
	})
}

// call asks the function and passes its answer on.
func (g *gateway) call(w http.ResponseWriter, r *http.Request, route Route, source string, payload []byte) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), route.Timeout)
	defer cancel()
	answer, err := g.invoker.invoke(ctx, route.Function, "apigateway.amazonaws.com", source, payload)
	switch {
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, lambdaruntime.ErrThrottled):
		refuse(w, http.StatusServiceUnavailable, "Service Unavailable")
		return
	case errors.Is(err, lambdaruntime.ErrTooLarge):
		refuse(w, http.StatusRequestEntityTooLarge, "Request Entity Too Large")
		return
	case err != nil, answer.Failed():
		refuse(w, http.StatusInternalServerError, "Internal Server Error")
		return
	}
	response, err := event.DecodeResponse(answer.Payload)
	if err != nil {
		refuse(w, http.StatusInternalServerError, "Internal Server Error")
		return
	}
	w.Header().Set("Apigw-Requestid", rand.Text()[:16])
	_ = response.Send(w) // a client that has gone misses nothing
}

// admit takes a request out of the limits of its route, or of the stage where the route has none.
func (g *gateway) admit(key string) bool {
	limit, ok := g.limits[key]
	if !ok {
		limit, ok = g.limits[""]
	}
	return !ok || limit.take(g.now())
}

// parameters are the names of a path's parameters.
func parameters(pattern string) []string {
	var names []string
	for part := range strings.SplitSeq(pattern, "/") {
		if name, ok := strings.CutPrefix(part, "{"); ok {
			names = append(names, strings.TrimSuffix(name, "}"))
		}
	}
	return names
}

// wild is a path as it stands in the ARN of a call: parameters are stars.
func wild(pattern string) string {
	parts := strings.Split(pattern, "/")
	for i, part := range parts {
		if strings.HasPrefix(part, "{") {
			parts[i] = "*"
		}
	}
	return strings.Join(parts, "/")
}

func address(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}
