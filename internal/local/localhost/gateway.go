package localhost

import (
	"context"
	"crypto/rand"
	"errors"
	"net"
	"net/http"
	"strings"

	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/event"
	"github.com/winback-auto/winback/internal/platform/web"
)

// maxBody is the largest body that fits a Lambda's event once it is base64, in bytes.
const maxBody = 4_500_000 + 64<<10

// Handler is the HTTPS interface: the gateway with its authorizer, and the local addresses under /_local.
func (h *Host) Handler() http.Handler {
	mux := http.NewServeMux()
	h.control(mux)
	mux.HandleFunc("/", h.serve)
	return mux
}

// serve finds the route of a request; the gateway knows routes, not paths.
func (h *Host) serve(w http.ResponseWriter, r *http.Request) {
	r = r.WithContext(event.WithCall(r.Context(), event.Call{RequestID: rand.Text()}))
	handler, pattern := h.gateway.Handler(r)
	if pattern == "" {
		// The mux answers for itself only to redirect or to name the methods that a path does allow.
		probe := &statusProbe{header: http.Header{}}
		handler.ServeHTTP(probe, r)
		if allowed := probe.header.Get("Allow"); allowed != "" {
			w.Header().Set("Allow", allowed)
		}
		web.Refuse(r.Context(), w, errs.E(errs.NotFound, "there is no operation %s at this address; see /docs", r.Method))
		return
	}
	h.gateway.ServeHTTP(w, r)
}

// statusProbe takes an answer that is only looked at.
type statusProbe struct{ header http.Header }

func (p *statusProbe) Header() http.Header         { return p.header }
func (p *statusProbe) Write(b []byte) (int, error) { return len(b), nil }
func (p *statusProbe) WriteHeader(int)             {}

// route serves one route: request in, event out, answer back, all in the shapes of API Gateway.
func (h *Host) route(f *function, route app.Route) http.Handler {
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
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		payload, err := event.EncodeRequest(r, call)
		if err != nil {
			var large *http.MaxBytesError
			if errors.As(err, &large) || r.ContentLength > maxBody {
				web.RefuseBody(ctx, w, maxBody)
				return
			}
			web.Refuse(ctx, w, err)
			return
		}
		// A client that goes away does not stop what it began, as it would not in AWS.
		answer, err := f.call(context.WithoutCancel(ctx), payload)
		if err != nil {
			web.Refuse(ctx, w, err)
			return
		}
		response, err := event.DecodeResponse(answer)
		if err != nil {
			web.Refuse(ctx, w, err)
			return
		}
		if err := response.Send(w); err != nil {
			h.log.WarnContext(ctx, "an answer was not taken", "error", err)
		}
	})
}

// authorize verifies the bearer token and gives its claims as API Gateway passes them on.
func (h *Host) authorize(r *http.Request) (map[string]string, error) {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok || token == "" {
		return nil, errs.E(errs.Unauthenticated, "send an access token: Authorization: Bearer …")
	}
	claims, err := h.tokens.Verify(token)
	if err != nil {
		return nil, errs.E(errs.Unauthenticated, "the access token is not valid; sign in again")
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
