// Package dmssim is a dealer's management system as far as it takes webhooks: it checks their signatures with the reference
// library of Standard Webhooks, remembers what came, and answers as badly as it is told to. It shares no code with what
// sends them.
//
// Messages come at HookPath. Below /_dms it is steered: its address, the secrets that it knows, what it answers, and what it
// has received.
package dmssim

import (
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// Where things are.
const (
	HookPath = "/dms/hooks"
	Controls = "/_dms/"
)

// Received is a message that came, however often.
type Received struct {
	ID        string          `json:"id"`
	Times     int             `json:"times"`
	Verified  bool            `json:"verified"`   // each time
	Signed    int             `json:"signatures"` // of the last one
	Accepted  bool            `json:"accepted"`   // at least once
	Error     string          `json:"error,omitempty"`
	Type      string          `json:"type"`
	Timestamp time.Time       `json:"timestamp"`
	Data      json.RawMessage `json:"data"`
}

// Faults are what it answers next.
type Faults struct {
	Status     int    `json:"status"`
	Times      int    `json:"times"`
	RetryAfter string `json:"retryAfter,omitempty"` // seconds, as the header has it
}

// Simulator is one management system. It is safe for concurrent use.
type Simulator struct {
	url string

	mu       sync.Mutex
	secrets  []string
	faults   Faults
	received []*Received
}

// New is a simulator that strangers reach below a base URL, without a slash at the end.
func New(base string) *Simulator { return &Simulator{url: base + HookPath} }

// Handler serves messages and controls.
func (s *Simulator) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+HookPath, s.receive)
	mux.HandleFunc("GET "+Controls+"address", func(w http.ResponseWriter, _ *http.Request) { answer(w, map[string]string{"url": s.url}) })
	mux.HandleFunc("GET "+Controls+"received", func(w http.ResponseWriter, _ *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		items := []Received{}
		for _, r := range s.received {
			items = append(items, *r)
		}
		answer(w, map[string]any{"items": items})
	})
	mux.HandleFunc("POST "+Controls+"secrets", steered(func(in struct {
		Secrets []string `json:"secrets"`
	},
	) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.secrets = in.Secrets
	}))
	mux.HandleFunc("POST "+Controls+"faults", steered(func(in Faults) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.faults = in
	}))
	return mux
}

// Beside serves the simulator beside another handler.
func (s *Simulator) Beside(other http.Handler) http.Handler {
	mux, own := http.NewServeMux(), s.Handler()
	mux.Handle("/", other)
	mux.Handle(HookPath, own)
	mux.Handle(Controls, own)
	return mux
}

// steered is a control that takes T as JSON.
func steered[T any](take func(T)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var in T
		if err := json.NewDecoder(io.LimitReader(r.Body, 1<<20)).Decode(&in); err != nil {
			http.Error(w, "not the JSON of this control", http.StatusBadRequest)
			return
		}
		take(in)
		answer(w, struct{}{})
	}
}

func answer(w http.ResponseWriter, body any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(body) // who has gone misses nothing
}

// maxMessage is the most that it reads, in bytes.
const maxMessage = 64 << 10

// receive takes a message, or answers a fault. A message whose signature is wrong is refused.
func (s *Simulator) receive(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxMessage))
	if err != nil {
		http.Error(w, "the message ends early", http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	got := s.known(r.Header.Get(standardwebhooks.HeaderWebhookID))
	got.Times++
	got.Signed = len(r.Header.Get(standardwebhooks.HeaderWebhookSignature)) / signature
	if err := json.Unmarshal(body, got); err != nil {
		got.Error = err.Error()
	}
	if err := s.verify(body, r.Header); err != nil {
		got.Verified, got.Error = false, err.Error()
		http.Error(w, "the signature is wrong", http.StatusUnauthorized)
		return
	}
	if s.faults.Times > 0 {
		s.faults.Times--
		if s.faults.RetryAfter != "" {
			w.Header().Set("Retry-After", s.faults.RetryAfter)
		}
		http.Error(w, "fault "+strconv.Itoa(s.faults.Status), s.faults.Status)
		return
	}
	got.Accepted = true
	w.WriteHeader(http.StatusNoContent)
}

// signature is the length of one signature in the header, with the blank behind it.
const signature = len("v1,") + 44

// known is the message with an id, a new one where it is the first.
func (s *Simulator) known(id string) *Received {
	for _, r := range s.received {
		if r.ID == id {
			return r
		}
	}
	r := &Received{ID: id, Verified: true}
	s.received = append(s.received, r)
	return r
}

// verify checks a message against any of the secrets.
func (s *Simulator) verify(body []byte, header http.Header) (err error) {
	err = standardwebhooks.ErrNoMatchingSignature
	for _, secret := range s.secrets {
		verifier, wrong := standardwebhooks.NewWebhook(secret)
		if wrong != nil {
			return wrong
		}
		if err = verifier.Verify(body, header); err == nil {
			return nil
		}
	}
	return err
}
