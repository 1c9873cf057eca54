package awssim

import (
	"net/http"
	"net/url"
	"strings"
	"time"
)

// suppressedAddress is an entry of the account's suppression list. Mails to it count as sent and bounce.
type suppressedAddress struct {
	reason string
	at     time.Time
}

func (s *SES) suppress(r Request) error {
	var request struct{ EmailAddress, Reason string }
	if err := r.Decode(&request); err != nil {
		return err
	}
	local, domain := splitAddress(request.EmailAddress)
	if domain == "" || request.Reason != "BOUNCE" && request.Reason != "COMPLAINT" {
		return sesError(http.StatusBadRequest, "BadRequestException", "An address and a reason are required.")
	}
	s.suppressed[local+"@"+domain] = suppressedAddress{request.Reason, r.Now}
	return nil
}

func (s *SES) suppressedDestination(r Request) (any, error) {
	address, entry, err := s.lookup(r)
	if err != nil {
		return nil, err
	}
	return map[string]any{"SuppressedDestination": map[string]any{
		"EmailAddress": address, "Reason": entry.reason, "LastUpdateTime": float64(entry.at.UnixMilli()) / 1000,
	}}, nil
}

func (s *SES) unsuppress(r Request) error {
	address, _, err := s.lookup(r)
	if err != nil {
		return err
	}
	delete(s.suppressed, address)
	return nil
}

// lookup finds the entry that the path names.
func (s *SES) lookup(r Request) (string, suppressedAddress, error) {
	path := r.HTTP.URL.EscapedPath()
	address, err := url.PathUnescape(path[strings.LastIndexByte(path, '/')+1:])
	if err != nil {
		return "", suppressedAddress{}, sesError(http.StatusBadRequest, "BadRequestException", "Illegal address")
	}
	local, domain := splitAddress(address)
	entry, ok := s.suppressed[local+"@"+domain]
	if !ok {
		return "", suppressedAddress{}, sesError(http.StatusNotFound, "NotFoundException", "Email address is not on the suppression list.")
	}
	return local + "@" + domain, entry, nil
}
