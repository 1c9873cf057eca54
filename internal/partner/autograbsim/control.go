package autograbsim

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"time"
)

// maxFeed bounds a feed that is posted, in bytes as they travel.
const maxFeed = 64 << 20

// controls adds the routes that drive the simulator. They need no key, so they belong on a loopback address.
func (s *Simulator) controls(mux *http.ServeMux) {
	mux.HandleFunc("GET /_sim/health", func(w http.ResponseWriter, _ *http.Request) {
		reply(w, http.StatusOK, map[string]string{"status": "ok"})
	})
	mux.HandleFunc("POST /_sim/listings", s.postListings)
	mux.HandleFunc("GET /_sim/faults", func(w http.ResponseWriter, _ *http.Request) {
		reply(w, http.StatusOK, s.dice.switches())
	})
	mux.HandleFunc("POST /_sim/faults", s.postFaults)
	mux.HandleFunc("GET /_sim/calls", s.getCalls)
	mux.HandleFunc("POST /_sim/push", s.postPush)
}

func (s *Simulator) postListings(w http.ResponseWriter, r *http.Request) {
	loaded, err := s.LoadListings(r.Context(), http.MaxBytesReader(w, r.Body, maxFeed), r.URL.Query().Get("name"))
	if err != nil {
		reply(w, http.StatusBadRequest, refusal(err.Error()))
		return
	}
	reply(w, http.StatusOK, loaded)
}

// strictly decodes a control's body; a member that it does not know is refused, because a misspelt switch is no switch.
func strictly(w http.ResponseWriter, r *http.Request, into any) bool {
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
	decoder.DisallowUnknownFields()
	err := decoder.Decode(into)
	if err == nil {
		if _, err = decoder.Token(); errors.Is(err, io.EOF) {
			return true
		}
		err = errors.New("there is something behind the JSON")
	}
	reply(w, http.StatusBadRequest, refusal(err.Error()))
	return false
}

func (s *Simulator) postFaults(w http.ResponseWriter, r *http.Request) {
	var set faults
	if !strictly(w, r, &set) {
		return
	}
	if err := set.check(); err != nil {
		reply(w, http.StatusBadRequest, refusal(err.Error()))
		return
	}
	if err := s.change(func(c *change) error { return put(c.batch, key(keyFaults), set) }); err != nil {
		reply(w, http.StatusInternalServerError, refusal(err.Error()))
		return
	}
	s.dice.load(set)
	reply(w, http.StatusOK, set)
}

func (s *Simulator) getCalls(w http.ResponseWriter, _ *http.Request) {
	counts, recent := s.calls.report()
	reply(w, http.StatusOK, struct {
		totals
		Queued  int                         `json:"queued"`  // lists not processed yet
		Pending int                         `json:"pending"` // pushes not settled yet
		Calls   map[string]map[string]int64 `json:"calls"`   // route, status, number since the process started
		Recent  []callEntry                 `json:"recent"`  // newest first
	}{s.counted(), s.uploads.len(), s.pushes.len(), counts, recent})
}

// pushOrder is the body of POST /_sim/push. The customer is named by the partner's id or the external id; a body replaces
// the truth, and is sent to one webhook, to those of the customer, or to all.
type pushOrder struct {
	Customer   string          `json:"customer"`
	ExternalID string          `json:"externalId"`
	Event      string          `json:"event"` // empty: recapture_new
	Hook       string          `json:"hook"`
	Body       json.RawMessage `json:"body"` // JSON as it is; of a string its text, so that anything at all can be sent
}

func (s *Simulator) postPush(w http.ResponseWriter, r *http.Request) {
	var order pushOrder
	if !strictly(w, r, &order) {
		return
	}
	planned := 0
	err := s.change(func(c *change) error {
		var err error
		planned, err = c.obey(order)
		return err
	})
	switch {
	case err != nil:
		reply(w, http.StatusInternalServerError, refusal(err.Error()))
	case planned == 0:
		reply(w, http.StatusNotFound, refusal("No webhook is concerned"))
	default:
		reply(w, http.StatusAccepted, map[string]int{"pushes": planned})
	}
}

func (c *change) obey(order pushOrder) (planned int, err error) {
	concerned, err := c.customersOf(order)
	if err != nil {
		return 0, err
	}
	send := func(hook webhook, body []byte) error {
		if order.Hook != "" && order.Hook != hook.ID {
			return nil
		}
		planned++
		return c.plan(hook, body, []time.Duration{0})
	}
	if len(order.Body) > 0 && order.Customer == "" && order.ExternalID == "" {
		err := scan(c.batch, key(keyWebhook), func(hook webhook) error { return send(hook, verbatim(order.Body)) })
		return planned, err
	}
	for _, w := range concerned {
		body := verbatim(order.Body)
		if body == nil {
			object := w.object()
			event := order.Event
			if event == "" {
				event = eventNew
			}
			if body, err = encode(pushObject{Event: event, Region: w.Region, SentAt: c.now, Customer: &object}); err != nil {
				return 0, err
			}
		}
		hooks, err := c.hooksOf(w.Account, w.Region)
		if err != nil {
			return 0, err
		}
		for _, hook := range hooks {
			if err := send(hook, body); err != nil {
				return 0, err
			}
		}
	}
	return planned, nil
}

// customersOf are the customers that an order names, of whatever account.
func (c *change) customersOf(order pushOrder) ([]customer, error) {
	var ids []string
	switch {
	case order.Customer != "":
		ids = []string{order.Customer}
	case order.ExternalID != "":
		err := scan(c.batch, key(keyByExternal, order.ExternalID), func(some []string) error {
			ids = append(ids, some...)
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	var customers []customer
	for _, id := range ids {
		w, found, err := get[customer](c.batch, key(keyCustomer, id))
		if err != nil {
			return nil, err
		}
		if found {
			customers = append(customers, w)
		}
	}
	return customers, nil
}

func verbatim(body json.RawMessage) []byte {
	var text string
	if json.Unmarshal(body, &text) == nil {
		return []byte(text)
	}
	return body
}
