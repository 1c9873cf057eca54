package localhost

import (
	"bytes"
	"crypto/rand"
	"errors"
	"io"
	"net"
	"net/http"
	"path"
	"strings"

	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/event"
	"github.com/winback-auto/winback/internal/platform/web"
)

// Bounds of a request.
const (
	maxFile = 4_500_000        // bytes: the most that any route takes
	maxBody = maxFile + 64<<10 // bytes; as base64 it still fits a Lambda's event, with its headers
	maxHead = 10_240           // bytes of the request line and the headers together, as API Gateway has it
)

// Handler is the HTTPS interface: the gateway with its authorizer, and the local addresses under /_local.
func (h *Host) Handler() http.Handler {
	control := h.control()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := event.WithCall(r.Context(), event.Call{RequestID: rand.Text()})
		r = r.WithContext(ctx)
		if !h.gate.enter() {
			web.Refuse(ctx, w, errClosing())
			return
		}
		defer h.gate.leave()
		switch {
		case headTooLarge(r):
			web.RefuseHead(ctx, w, maxHead, event.MaxHeaders)
		case strings.HasPrefix(r.URL.Path, localPrefix):
			control.ServeHTTP(w, r)
		default:
			h.match(w, r)
		}
	})
}

func headTooLarge(r *http.Request) bool {
	size := len(r.Method) + len(r.RequestURI) + len(r.Proto) + len(r.Host)
	for name, values := range r.Header {
		for _, value := range values {
			size += len(name) + len(value)
		}
	}
	cookies := 0
	for _, line := range r.Header["Cookie"] {
		cookies += 1 + strings.Count(line, "; ")
	}
	return size > maxHead || len(r.Header) >= event.MaxHeaders || cookies > event.MaxHeaders // the host is a header, too
}

// match finds the route of a request; the gateway knows routes, not paths.
func (h *Host) match(w http.ResponseWriter, r *http.Request) {
	if path.Clean(r.URL.Path) != r.URL.Path {
		refuseAddress(w, r) // where the standard router would redirect
		return
	}
	answer, pattern := h.gateway.Handler(r)
	if pattern != "" {
		h.gateway.ServeHTTP(w, r)
		return
	}
	// The standard router knows the methods that a path does allow, and says so in its own refusal.
	probe := &probe{header: http.Header{}}
	answer.ServeHTTP(probe, r)
	allowed := probe.header.Get("Allow")
	switch {
	case allowed == "":
		refuseAddress(w, r)
	case r.Method == http.MethodOptions:
		w.Header().Set("Allow", allowed+", OPTIONS")
		w.WriteHeader(http.StatusNoContent)
	default:
		web.RefuseMethod(r.Context(), w, allowed)
	}
}

func refuseAddress(w http.ResponseWriter, r *http.Request) {
	web.Refuse(r.Context(), w, errs.E(errs.NotFound, "there is nothing at this address; see /docs"))
}

// probe takes an answer of which only the header is looked at.
type probe struct{ header http.Header }

func (p *probe) Header() http.Header         { return p.header }
func (p *probe) Write(b []byte) (int, error) { return len(b), nil }
func (p *probe) WriteHeader(int)             {}

// integration serves one route: authorizer, request in, event out, answer back, all in the shapes of API Gateway.
func (h *Host) integration(f *function, route app.Route) http.Handler {
	params := parameters(route.Path)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := r.Context()
		call := event.Call{
			RequestID: event.CallOf(ctx).RequestID, RouteKey: route.Key(), SourceIP: address(r), Time: h.Clock.Now(),
			Params: make(map[string]string, len(params)),
		}
		for _, name := range params {
			call.Params[name] = r.PathValue(name)
		}
		if route.Guard.Permission() != "" {
			claims, err := h.authorize(r)
			if err != nil {
				web.Refuse(ctx, w, err)
				return
			}
			call.Claims = claims
		}
		payload, ok := encode(w, r, call)
		if !ok {
			return
		}
		answer, err := h.invoke(ctx, f, payload)
		if err != nil {
			web.Refuse(ctx, w, errs.E(errs.Internal, "%w", err))
			return
		}
		response, err := event.DecodeResponse(answer)
		if err != nil {
			h.log.ErrorContext(ctx, "an answer cannot be read", "route", route.Key(), "error", err)
			web.Refuse(ctx, w, errs.E(errs.Internal, "%w", err))
			return
		}
		_ = response.Send(w) // a client that has gone misses nothing
	})
}

// encode makes the event of a request, or refuses it.
func encode(w http.ResponseWriter, r *http.Request, call event.Call) (payload []byte, ok bool) {
	ctx := r.Context()
	var body []byte
	err := error(new(http.MaxBytesError))
	if r.ContentLength <= maxBody {
		body, err = io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	}
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		web.RefuseBody(ctx, w, maxFile)
		return nil, false
	case err != nil:
		web.Refuse(ctx, w, errs.E(errs.Invalid, "the body ended early"))
		return nil, false
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	if payload, err = event.EncodeRequest(r, call); err != nil {
		web.RefuseBody(ctx, w, maxFile) // its head is within bounds, so it is the body that an event cannot hold
		return nil, false
	}
	return payload, true
}

// authorize verifies the bearer token and gives its claims as API Gateway passes them on.
func (h *Host) authorize(r *http.Request) (map[string]string, error) {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") || token == "" {
		return nil, errs.E(errs.Unauthenticated, "send an access token: Authorization: Bearer …")
	}
	claims, err := h.tokens.Verify(token)
	if err != nil {
		return nil, err
	}
	return claims.Authorizer(), nil
}

// parameters are the names of a path's parameters.
func parameters(path string) []string {
	var names []string
	for part := range strings.SplitSeq(path, "/") {
		if name, ok := strings.CutPrefix(part, "{"); ok {
			names = append(names, strings.TrimSuffix(name, "}"))
		}
	}
	return names
}

func address(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}
