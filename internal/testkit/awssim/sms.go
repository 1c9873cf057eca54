package awssim

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/winback-auto/winback/internal/platform/text/smsevent"
)

// SMSOptions describe the account. The zero value takes every message.
type SMSOptions struct {
	Originations []string // pools, numbers and sender ids that exist; none: all
	Country      string   // that sender ids are registered in; empty: AU
}

// SMS is AWS End User Messaging SMS (pinpoint-sms-voice-v2): SendTextMessage.
//
// Each message that it takes is kept, and what happens to it is written as the events that the service publishes on the
// event bus. Numbers that end in 0000 are never reached; numbers that end in 9999 have answered STOP.
//
// Known differences from the service: events are there at once and in order; throughput, spend limits and protect
// configurations do not exist; the segments of a message are counted by its characters only.
type SMS struct {
	Regional
	options SMSOptions

	mu     sync.Mutex
	texts  []SMSText
	events [][]byte
}

// SMSText is a message that the service has taken.
type SMSText struct {
	ID, To, From, Body, Type string
	At                       time.Time
	TTL                      int // seconds
	Context                  map[string]string
}

// NewSMS makes the service without any message.
func NewSMS(options SMSOptions) *SMS {
	return &SMS{Regional: Regional{Prefix: "sms-voice", Signing: "sms-voice"}, options: options}
}

// Name implements Service.
func (s *SMS) Name() string { return "sms-voice" }

// Action implements Service.
func (s *SMS) Action(r *http.Request) string { return Target(r, "PinpointSMSVoiceV2") }

// Asks implements Protected. The resource is whom the message comes from: a pool, a number or a sender id.
func (s *SMS) Asks(r Request) ([]Ask, error) {
	var in sendText
	if err := r.Decode(&in); err != nil {
		return nil, err
	}
	resource := in.OriginationIdentity
	switch {
	case strings.HasPrefix(resource, "arn:"):
	case strings.HasPrefix(resource, "pool-"):
		resource = s.ARN("sms-voice", "pool/"+resource)
	case strings.HasPrefix(resource, "phone-"):
		resource = s.ARN("sms-voice", "phone-number/"+resource)
	default: // a sender id is one of a country
		resource = s.ARN("sms-voice", "sender-id/"+resource+"/"+s.country())
	}
	return []Ask{{Action: "sms-voice:" + r.Action, Resources: []string{resource}}}, nil
}

func (s *SMS) country() string {
	if s.options.Country == "" {
		return "AU"
	}
	return s.options.Country
}

// Texts lists the messages taken so far, oldest first.
func (s *SMS) Texts() []SMSText {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.texts)
}

// TakeEvents returns the EventBridge records of what happened since the last call.
func (s *SMS) TakeEvents() [][]byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	events := s.events
	s.events = nil
	return events
}

// sendText is the request, by its wire names.
type sendText struct {
	DestinationPhoneNumber string
	OriginationIdentity    string
	MessageBody            string
	MessageType            string
	TimeToLive             *int
	Context                map[string]string
}

// Bounds of SendTextMessage in the API reference.
var (
	smsNumber  = regexp.MustCompile(`^\+?[1-9][0-9]{1,18}$`)
	smsContext = regexp.MustCompile(`^\S{1,800}$`)
)

const (
	maxSMSBody    = 1600
	maxSMSContext = 5
)

// Answer implements Service.
func (s *SMS) Answer(r Request) (any, error) {
	if r.Action != "SendTextMessage" {
		return nil, &Error{Status: http.StatusNotFound, Code: "UnknownOperationException", Message: r.Action}
	}
	var request sendText
	if err := r.Decode(&request); err != nil {
		return nil, err
	}
	if err := s.check(request); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	t := SMSText{
		At: r.Now, ID: fmt.Sprintf("%08x-0000-4000-8000-%012x", len(s.texts)+1, r.Now.UnixMilli()), To: request.DestinationPhoneNumber, From: request.OriginationIdentity,
		Body: request.MessageBody, Type: request.MessageType, Context: request.Context,
	}
	if request.TimeToLive != nil {
		t.TTL = *request.TimeToLive
	}
	s.texts = append(s.texts, t)
	record := smsevent.Text{ID: t.ID, At: r.Now, To: t.To, Parts: 1 + utf8.RuneCountInString(t.Body)/160, Context: t.Context}
	r.Spend(TextParts, float64(record.Parts))
	s.events = append(s.events, smsevent.Sent(record, r.Now))
	if strings.HasSuffix(t.To, "0000") {
		s.events = append(s.events, smsevent.Unreachable(record, r.Now))
	} else {
		s.events = append(s.events, smsevent.Delivered(record, r.Now))
	}
	return map[string]string{"MessageId": t.ID}, nil
}

// check refuses what the service would.
func (s *SMS) check(request sendText) error {
	invalid := func(reason string) error {
		return &Error{Status: http.StatusBadRequest, Code: "ValidationException", Message: reason, More: map[string]any{"Reason": reason}}
	}
	switch {
	case !smsNumber.MatchString(request.DestinationPhoneNumber):
		return invalid("INVALID_PARAMETER")
	case request.MessageBody == "" || utf8.RuneCountInString(request.MessageBody) > maxSMSBody:
		return invalid("INVALID_PARAMETER")
	case request.TimeToLive != nil && (*request.TimeToLive < 5 || *request.TimeToLive > 259200):
		return invalid("FIELD_VALIDATION_FAILED")
	case len(request.Context) > maxSMSContext:
		return invalid("INVALID_PARAMETER")
	case len(s.options.Originations) > 0 && !slices.Contains(s.options.Originations, request.OriginationIdentity):
		return &Error{Status: http.StatusBadRequest, Code: "ResourceNotFoundException", Message: "Resource not found", More: map[string]any{"ResourceType": "pool"}}
	case strings.HasSuffix(request.DestinationPhoneNumber, "9999"):
		return &Error{Status: http.StatusBadRequest, Code: "ConflictException", Message: "Conflict", More: map[string]any{"Reason": "DESTINATION_PHONE_NUMBER_OPTED_OUT"}}
	}
	for name, value := range request.Context {
		if len(name) > 100 || !smsContext.MatchString(value) {
			return invalid("INVALID_PARAMETER")
		}
	}
	return nil
}
