package awssim

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// SESOptions describe the account. The zero value takes every mail.
type SESOptions struct {
	ConfigurationSets []string // that exist; sends must name one, or none
	Identities        []string // domains and addresses that may be sent from; none: all
	MaxSendRate       int      // mails per second; 0: no limit
	Max24Hours        int      // mails in any 24 hours; 0: no limit
	Unverified        []string // domains that are there and whose DNS does not say so yet
	Sandbox           bool     // the account has no production access
}

// SES is Amazon SES, API version 2: SendEmail with raw and with simple content, GetAccount, GetEmailIdentity, and the
// account's suppression list. Mails that come in are handed to Receive.
//
// Each mail that it takes is kept, and what happens to it is written as the events that a configuration set sends to
// EventBridge. The local parts of SES's own mailbox simulator work with every domain: bounce, complaint; everything else is delivered.
//
// Known differences from the service: events are there at once and in order; Opens and Clicks never happen; the quota is
// counted exactly; templates, lists, attachments of simple content and DKIM do not exist; content is not looked at.
type SES struct {
	Regional
	options SESOptions

	mu         sync.Mutex
	mails      []SESMail
	events     [][]byte
	suppressed map[string]suppressedAddress
	paused     bool

	sets     []string // of receipt rules
	rules    []ReceiptRule
	active   string // set
	store    Store
	received int // mails
	chunks   int // of what came in, see Received
}

// NewSES makes the service without any mail.
func NewSES(options SESOptions) *SES {
	return &SES{Regional: Regional{Prefix: "email", Signing: "ses", Status: http.StatusForbidden}, options: options, suppressed: map[string]suppressedAddress{}}
}

// Name implements Service.
func (s *SES) Name() string { return "ses" }

// Action implements Service.
func (s *SES) Action(r *http.Request) string {
	const suppression = "/v2/email/suppression/addresses"
	switch path := r.URL.Path; {
	case path == "/v2/email/outbound-emails" && r.Method == http.MethodPost:
		return "SendEmail"
	case path == "/v2/email/account" && r.Method == http.MethodGet:
		return "GetAccount"
	case strings.HasPrefix(path, identities) && r.Method == http.MethodGet:
		return "GetEmailIdentity"
	case path == suppression && r.Method == http.MethodPut:
		return "PutSuppressedDestination"
	case strings.HasPrefix(path, suppression+"/") && r.Method == http.MethodGet:
		return "GetSuppressedDestination"
	case strings.HasPrefix(path, suppression+"/") && r.Method == http.MethodDelete:
		return "DeleteSuppressedDestination"
	}
	return ""
}

// Answer implements Service.
func (s *SES) Answer(r Request) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch r.Action {
	case "SendEmail":
		return s.sendEmail(r)
	case "GetAccount":
		return s.account(r.Now), nil
	case "GetEmailIdentity":
		return s.identity(r)
	case "PutSuppressedDestination":
		return nil, s.suppress(r)
	case "GetSuppressedDestination":
		return s.suppressedDestination(r)
	case "DeleteSuppressedDestination":
		return nil, s.unsuppress(r)
	}
	return nil, &Error{Status: http.StatusNotFound, Code: "UnknownOperationException", Message: r.Action}
}

// Mails lists the mails taken so far, oldest first.
func (s *SES) Mails() []SESMail {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.mails)
}

// TakeEvents returns the EventBridge records of what happened since the last call.
func (s *SES) TakeEvents() [][]byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	events := s.events
	s.events = nil
	return events
}

// Pause stops or resumes the sending of the account, as SES does by itself when too much bounces.
func (s *SES) Pause(paused bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.paused = paused
}

func (s *SES) account(now time.Time) any {
	return map[string]any{
		"SendingEnabled":          !s.paused,
		"ProductionAccessEnabled": !s.options.Sandbox,
		"EnforcementStatus":       "HEALTHY",
		"SendQuota": map[string]any{
			"Max24HourSend":   unlimited(s.options.Max24Hours),
			"MaxSendRate":     unlimited(s.options.MaxSendRate),
			"SentLast24Hours": s.sentSince(now.Add(-24 * time.Hour)),
		},
	}
}

// unlimited is how SES tells a quota: -1 for none.
func unlimited(quota int) int {
	if quota == 0 {
		return -1
	}
	return quota
}

// checkQuota refuses what the account may not send now.
func (s *SES) checkQuota(now time.Time) *Error {
	switch {
	case s.paused:
		return sesError(http.StatusBadRequest, "SendingPausedException", "Sending is paused for this account.")
	case s.options.MaxSendRate > 0 && s.sentSince(now.Add(-time.Second)) >= s.options.MaxSendRate:
		return sesError(http.StatusTooManyRequests, "TooManyRequestsException", "Maximum sending rate exceeded.")
	case s.options.Max24Hours > 0 && s.sentSince(now.Add(-24*time.Hour)) >= s.options.Max24Hours:
		return sesError(http.StatusTooManyRequests, "TooManyRequestsException", "Daily message quota exceeded.")
	}
	return nil
}

// sentSince counts the mails younger than an instant; they are in order of time.
func (s *SES) sentSince(start time.Time) int {
	count := 0
	for i := len(s.mails) - 1; i >= 0 && s.mails[i].At.After(start); i-- {
		count++
	}
	return count
}

func sesError(status int, code, format string, args ...any) *Error {
	return &Error{Status: status, Code: code, Message: fmt.Sprintf(format, args...)}
}
