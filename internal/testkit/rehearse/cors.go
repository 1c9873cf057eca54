package rehearse

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// answer adds what the API says to browsers, and answers preflights itself: it reports whether this was one. What the
// functions say about origins is dropped by the gateway where the API has a configuration.
func (c *CORS) answer(w http.ResponseWriter, r *http.Request) bool {
	origin := r.Header.Get("Origin")
	preflight := r.Method == http.MethodOptions && origin != "" && r.Header.Get("Access-Control-Request-Method") != ""
	if origin == "" || !c.allows(origin) {
		if preflight {
			w.WriteHeader(http.StatusNoContent)
		}
		return preflight
	}
	h := w.Header()
	set := func(name string, values []string) {
		if len(values) > 0 {
			h.Set(name, strings.Join(values, ","))
		}
	}
	if slices.Contains(c.Origins, "*") {
		origin = "*"
	} else {
		h.Add("Vary", "Origin")
	}
	h.Set("Access-Control-Allow-Origin", origin)
	if c.Credentials {
		h.Set("Access-Control-Allow-Credentials", "true")
	}
	set("Access-Control-Expose-Headers", c.Expose)
	if !preflight {
		return false
	}
	set("Access-Control-Allow-Methods", c.Methods)
	set("Access-Control-Allow-Headers", c.Headers)
	if c.MaxAge > 0 {
		h.Set("Access-Control-Max-Age", strconv.Itoa(c.MaxAge))
	}
	w.WriteHeader(http.StatusNoContent)
	return true
}

// allows reports whether an origin is among those of the configuration, which may have wildcards.
func (c *CORS) allows(origin string) bool {
	return slices.ContainsFunc(c.Origins, func(pattern string) bool { return like(pattern, origin) })
}
