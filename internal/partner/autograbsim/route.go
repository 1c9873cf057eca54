package autograbsim

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
)

// maxBody bounds a request to the partner's own paths, in bytes.
const maxBody = 8 << 20

// handler answers one of the partner's own routes with a status and a body; an error is a 500 and goes to the log.
type handler func(caller, *http.Request) (status int, answer any, err error)

// Handler serves the partner's own paths (/v2/…) and the controls of the simulator (/_sim/…).
func (s *Simulator) Handler() http.Handler {
	mux := http.NewServeMux()
	for pattern, handle := range map[string]handler{
		"POST /v2/recapture/upload":              s.acceptUpload,
		"GET /v2/recapture/upload":               s.findUploads,
		"GET /v2/recapture/upload/{id}":          s.readUpload,
		"GET /v2/recapture/customers":            s.listCustomers,
		"GET /v2/recapture/customers/{id}":       s.readCustomer,
		"DELETE /v2/recapture/customers/{id}":    s.deleteCustomer,
		"POST /v2/webhooks":                      s.createWebhook,
		"GET /v2/webhooks/{id}":                  s.readWebhook,
		"DELETE /v2/webhooks/{id}":               s.deleteWebhook,
		"POST /v2/webhooks/{id}/ping":            s.pingWebhook,
		"GET /v2/vehicles/registrations/{plate}": s.lookUpRego,
		"GET /v2/vehicles/vins/{vin}":            s.lookUpVIN,
		"POST /v2/valuations/predict":            s.predict,
		"/v2/":                                   s.unknownPath,
	} {
		mux.Handle(pattern, s.partnerRoute(pattern, handle))
	}
	s.controls(mux)
	return mux
}

// partnerRoute puts a route behind the key check, the region check and the fault switches, and writes the log of calls.
func (s *Simulator) partnerRoute(pattern string, handle handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		who, status, answer := s.admit(r)
		fault := faultNone
		if status == 0 {
			fault = s.dice.fault(r.Method != http.MethodGet)
			switch fault {
			case fault429:
				w.Header().Set("Retry-After", "1")
				status, answer = http.StatusTooManyRequests, refusal("Too Many Requests")
			case fault500:
				status, answer = http.StatusInternalServerError, refusal("Internal Server Error")
			case fault403:
				status, answer = http.StatusForbidden, refusal(textUnlicensed)
			default:
				status, answer = s.handle(who, r, handle)
				if fault == faultAmbiguous {
					status, answer = http.StatusInternalServerError, refusal("Internal Server Error")
				}
			}
		}
		dropped := fault == faultLost
		if dropped {
			status = 0
		}
		s.calls.record(s.options.Now(), pattern, r, who, status, fault)
		if dropped {
			panic(http.ErrAbortHandler)
		}
		reply(w, status, answer)
	})
}

func (s *Simulator) handle(who caller, r *http.Request, handle handler) (int, any) {
	status, answer, err := handle(who, r)
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return http.StatusRequestEntityTooLarge, refusal("The request is too large")
	case err != nil:
		s.log.ErrorContext(r.Context(), "the partner simulator could not answer", "error", err)
		return http.StatusInternalServerError, refusal("Internal Server Error")
	}
	return status, answer
}

func (s *Simulator) unknownPath(caller, *http.Request) (int, any, error) {
	return http.StatusNotFound, refusal("Not Found"), nil
}

func reply(w http.ResponseWriter, status int, answer any) {
	body, err := encode(answer)
	if err != nil {
		status, body = http.StatusInternalServerError, []byte(`{"message":"Internal Server Error"}`)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

// read decodes a JSON body. A text that is not empty says why it could not.
func read(r *http.Request, into any) (refused string, err error) {
	if media, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";"); strings.TrimSpace(media) != "application/json" {
		return "The body must be application/json", nil
	}
	err = json.NewDecoder(r.Body).Decode(into)
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return "", err
	}
	if err != nil {
		return "The body is not valid JSON", nil //nolint:nilerr // the refusal is the answer
	}
	return "", nil
}
