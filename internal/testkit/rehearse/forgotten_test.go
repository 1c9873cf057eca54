package rehearse

import (
	"net/http"
	"strings"
	"testing"
)

// forget plays a partner who does not know a list any more that it has taken: the vehicles on it are errored, and say so.
func (r *rehearsal) forget(t *testing.T) {
	t.Parallel()
	options := prepare(t)
	options.Partner = func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
			if req.Method == http.MethodGet && strings.HasPrefix(req.URL.Path, "/v2/recapture/upload/") {
				http.NotFound(w, req)
				return
			}
			next.ServeHTTP(w, req)
		})
	}
	s := r.stand(t, options)
	if err := s.Seed(t.Context()); err != nil {
		t.Fatal(err)
	}
	p := &play{World: s.world(), partner: client{base: s.partner.url}}
	if err := p.signIn(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	const vin = "6T153BK360X070769"
	car := map[string]any{"vehicles": []map[string]string{{"vin": vin}}}
	if err := p.manager.send(t.Context(), http.MethodPost, "/v1/recaptures", car, nil); err != nil {
		t.Fatal(err)
	}
	if err := p.become(t.Context(), vin, "errored"); err != nil {
		t.Error(err)
	}
}
