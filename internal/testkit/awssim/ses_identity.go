package awssim

import (
	"net/http"
	"slices"
	"strings"
)

const identities = "/v2/email/identities/"

// identity answers GetEmailIdentity.
func (s *SES) identity(r Request) (any, error) {
	name := strings.TrimPrefix(r.HTTP.URL.Path, identities)
	pending := slices.Contains(s.options.Unverified, name)
	if !pending && !slices.Contains(s.options.Identities, name) {
		return nil, &Error{Status: http.StatusNotFound, Code: "NotFoundException", Message: "Email identity " + name + " does not exist."}
	}
	status := "SUCCESS"
	if pending {
		status = "PENDING"
	}
	return map[string]any{
		"IdentityType":             "DOMAIN",
		"VerifiedForSendingStatus": !pending,
		"VerificationStatus":       status,
		"DkimAttributes":           map[string]any{"SigningEnabled": true, "Status": status, "Tokens": []string{"t1", "t2", "t3"}},
	}, nil
}
