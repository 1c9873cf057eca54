package web

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"path"
	"runtime/debug"
	"strings"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/event"
)

// router is the outermost handler: what has no operation, what panics, and the headers that every answer has.
type router struct {
	mux *http.ServeMux
	log *slog.Logger
}

func newRouter(mux *http.ServeMux, log *slog.Logger) http.Handler {
	r := &router{mux, log}
	mux.HandleFunc(everything, r.unmatched)
	return r
}

// everything is the pattern of requests that no operation matches.
const everything = "/"

// Values of headers that every answer has, shared by all: nobody appends to them.
var (
	noSniff  = []string{"nosniff"}
	noStore  = []string{"no-store"}
	noRefer  = []string{"no-referrer"}
	noFrames = []string{"default-src 'none'; frame-ancestors 'none'"}
	// pages have their style within them, no scripts, and forms that post to us.
	pages = []string{"default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"}
)

// ServeHTTP answers every request, whatever happens.
func (r *router) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	outcome := outcomeOf(req.Context())
	if outcome == nil {
		var ctx context.Context
		ctx, outcome = Observe(req.Context())
		req = req.WithContext(ctx)
	}
	header := w.Header()
	header["X-Content-Type-Options"] = noSniff
	header["Cache-Control"] = noStore
	header["Referrer-Policy"] = noRefer
	header["Content-Security-Policy"] = noFrames

	writer := &startedWriter{ResponseWriter: w, silent: req.Method == http.MethodHead}
	defer func() {
		if reason := recover(); reason != nil {
			r.log.ErrorContext(req.Context(), "panic", r.where(req), "reason", reason, "stack", string(debug.Stack()))
			outcome.Kind = errs.Internal.String()
			if !writer.started {
				problemOf(fmt.Errorf("panic: %v", reason)).write(req.Context(), writer)
			}
			return
		}
		if outcome.Err != nil {
			r.log.ErrorContext(req.Context(), "internal error", r.where(req), "error", outcome.Err)
		}
	}()
	switch {
	case !readable(req.URL):
		newProblem(http.StatusBadRequest, "malformed", "the address is not valid UTF-8").write(req.Context(), writer)
	case path.Clean(req.URL.Path) != req.URL.Path:
		nothing(req.Context(), writer) // where the standard router would redirect
	default:
		r.mux.ServeHTTP(writer, req)
	}
}

// where groups what tells a request from others in a log.
func (r *router) where(req *http.Request) slog.Attr {
	call := event.CallOf(req.Context())
	return slog.Group("request", "id", call.RequestID, "route", call.RouteKey)
}

// readable reports whether path and query are text once they are unescaped.
func readable(u *url.URL) bool {
	if !utf8.ValidString(u.Path) {
		return false
	}
	if !strings.Contains(u.RawQuery, "%") {
		return utf8.ValidString(u.RawQuery)
	}
	query, err := url.QueryUnescape(u.RawQuery)
	return err == nil && utf8.ValidString(query)
}

var methods = []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}

// unmatched answers requests without an operation: 404, or with other methods at the same path 405, or OPTIONS.
func (r *router) unmatched(w http.ResponseWriter, req *http.Request) {
	var allowed []string
	for _, method := range methods {
		probe := &http.Request{Method: method, URL: req.URL, Host: req.Host}
		if _, pattern := r.mux.Handler(probe); pattern != everything && strings.HasPrefix(pattern, method+" ") {
			allowed = append(allowed, method)
			if method == http.MethodGet {
				allowed = append(allowed, http.MethodHead)
			}
		}
	}
	if len(allowed) == 0 {
		nothing(req.Context(), w)
		return
	}
	if req.Method == http.MethodOptions {
		w.Header().Set("Allow", strings.Join(append(allowed, http.MethodOptions), ", "))
		w.WriteHeader(http.StatusNoContent)
		return
	}
	RefuseMethod(req.Context(), w, strings.Join(allowed, ", "))
}

func nothing(ctx context.Context, w http.ResponseWriter) {
	problemOf(errs.E(errs.NotFound, "there is nothing at this address")).write(ctx, w)
}

// startedWriter knows whether the answer has begun, and keeps the body of an answer to HEAD.
type startedWriter struct {
	http.ResponseWriter
	started bool
	silent  bool
}

func (w *startedWriter) WriteHeader(status int) {
	w.started = true
	if header := w.Header(); strings.HasPrefix(header.Get("Content-Type"), "text/html") {
		header["Content-Security-Policy"] = pages
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *startedWriter) Write(part []byte) (int, error) {
	w.started = true
	if w.silent {
		return len(part), nil
	}
	return w.ResponseWriter.Write(part)
}

// Unwrap is for http.ResponseController.
func (w *startedWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// humaContext is the interface under another name, so that embedding it does not hide its method Context.
type humaContext huma.Context

// humaWriter lets a problem be written through a huma.Context, as middleware has it.
type humaWriter struct {
	humaContext
	header http.Header
}

func (w humaWriter) Header() http.Header { return w.header }

func (w humaWriter) WriteHeader(status int) {
	for name, values := range w.header {
		for _, value := range values {
			w.SetHeader(name, value)
		}
	}
	w.SetStatus(status)
}

func (w humaWriter) Write(part []byte) (int, error) { return w.BodyWriter().Write(part) }

// refuse answers a problem from middleware.
func refuse(ctx huma.Context, p *Problem) {
	p.write(ctx.Context(), humaWriter{ctx, http.Header{}})
}
