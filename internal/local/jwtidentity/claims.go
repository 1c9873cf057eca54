package jwtidentity

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/winback-auto/winback/internal/platform/web"
)

// tokenUse tells access tokens from ID tokens.
const tokenUse = "access"

// Claims are those of a verified access token.
type Claims struct {
	Subject string
	Expires time.Time
	wire    map[string]string // shared by all copies and never changed
}

// newClaims reads claims whose signature, issuer and times are in order, and reports whether the rest is.
func newClaims(raw jwt.MapClaims) (Claims, bool) {
	wire := make(map[string]string, len(raw))
	for name, value := range raw {
		wire[name] = wireText(value)
	}
	subject, _ := raw["sub"].(string)
	scopes, _ := raw["scope"].(string)
	expires, err := raw.GetExpirationTime()
	switch {
	case err != nil || expires == nil, subject == "", raw["token_use"] != tokenUse, !forUs(raw), !slices.Contains(strings.Fields(scopes), web.Scope):
		return Claims{}, false
	}
	return Claims{Subject: subject, Expires: expires.UTC(), wire: wire}, true
}

// forUs reports whether the audience is ours. Cognito's access tokens have none and name the client instead, so the gateway
// looks at client_id where aud is missing.
func forUs(raw jwt.MapClaims) bool {
	if _, ok := raw["aud"]; !ok {
		return raw["client_id"] == ClientID
	}
	audience, err := raw.GetAudience()
	return err == nil && slices.Contains(audience, ClientID)
}

// Authorizer is what API Gateway hands on in requestContext.authorizer.jwt.claims: every claim as text, numbers as they
// were written, arrays as [a b]. The map is the caller's own.
func (c Claims) Authorizer() map[string]string { return maps.Clone(c.wire) }

// wireText is a claim as the gateway writes it, which is as fmt does: an array of strings loses its quotes, so that it
// can no longer be told from a text in brackets.
func wireText(value any) string {
	if text, ok := value.(string); ok {
		return text
	}
	return fmt.Sprint(value)
}
