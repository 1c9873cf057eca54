package awssim

import (
	"net/http"
	"strings"

	"github.com/winback-auto/winback/internal/testkit/iam"
)

// Place is where resources are. The zero Place is region us-east-1 of the account 000000000000.
type Place struct {
	Region  string
	Account string
}

// ARN names a resource of a service.
func (p Place) ARN(service, resource string) string {
	return "arn:aws:" + service + ":" + p.region() + ":" + p.account() + ":" + resource
}

func (p Place) region() string {
	if p.Region == "" {
		return "us-east-1"
	}
	return p.Region
}

func (p Place) account() string {
	if p.Account == "" {
		return "000000000000"
	}
	return p.Account
}

// Regional is what services have in common: a place, addresses, and the form in which they refuse a caller. A service embeds
// it and is Protected once it has Asks.
type Regional struct {
	Place
	// Prefix is the first part of its host names, email for SES.
	Prefix string
	// Signing is the service in signatures and ARNs, ses for SES.
	Signing string
	// Status is that of refusals; 0 for 400.
	Status int
}

// In moves the service; call it before it has any resource.
func (s *Regional) In(place Place) { s.Place = place }

// Hosts are the names that the service is reached by.
func (s *Regional) Hosts() []string {
	return []string{s.Prefix + "." + s.region() + ".amazonaws.com"}
}

// SigningName is the service in the scope of signatures.
func (s *Regional) SigningName() string { return s.Signing }

// Guard implements Protected: no resource has a policy of its own.
func (s *Regional) Guard(string) *iam.Guard { return nil }

// Refuse implements Protected.
func (s *Regional) Refuse(code, message string) *Error {
	status := s.Status
	if status == 0 {
		status = http.StatusBadRequest
	}
	return &Error{Status: status, Code: code, Message: message}
}

// Ask is a permission that a call needs.
type Ask struct {
	Action    string   // service:Action as IAM knows it
	Resources []string // ARNs, all of which have to be allowed
	Context   map[string][]string
}

// Protected is a Service that an Account can guard.
type Protected interface {
	Service
	In(place Place)
	Hosts() []string
	SigningName() string
	// Asks lists what the call needs, all of it, or returns the answer to a call that cannot be read.
	Asks(r Request) ([]Ask, error)
	// Guard is the policy of one of its resources, nil where it has none.
	Guard(arn string) *iam.Guard
	// Refuse makes the answer to a caller who may not.
	Refuse(code, message string) *Error
}

// lastPart is what follows the last separator.
func lastPart(text, separator string) string {
	return text[strings.LastIndex(text, separator)+1:]
}
