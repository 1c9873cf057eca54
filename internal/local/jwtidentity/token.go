package jwtidentity

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/web"
)

// MaxTTL is the longest life of a token, as with Cognito.
const MaxTTL = 24 * time.Hour

// Token issues an access token to an invited person's subject: NotFound for an unknown one, Forbidden for a disabled one,
// Invalid for a ttl over MaxTTL. A ttl of zero or less makes a token that has expired already, which is good for trying
// what happens then.
func (p *Provider) Token(_ context.Context, subject string, ttl time.Duration) (string, error) {
	if ttl > MaxTTL {
		return "", errs.Violate(errs.Violation{Location: "ttl", Message: fmt.Sprintf("must be at most %v", MaxTTL)})
	}
	p.mu.Lock()
	at := p.find(subject)
	disabled := at >= 0 && p.signIns[at].Disabled
	p.mu.Unlock()
	switch {
	case at < 0:
		return "", unknown()
	case disabled:
		return "", errs.E(errs.Forbidden, "this sign-in is disabled")
	}
	now := p.now()
	token := jwt.NewWithClaims(method, jwt.MapClaims{
		"sub":       subject,
		"iss":       Issuer,
		"version":   2,
		"client_id": ClientID,
		"token_use": tokenUse,
		"scope":     "openid " + web.Scope,
		"auth_time": now.Unix(),
		"iat":       now.Unix(),
		"exp":       now.Add(ttl).Unix(),
		"jti":       rand.Text(),
		"username":  subject,
	})
	token.Header["kid"] = p.keyID
	delete(token.Header, "typ") // Cognito sends none
	signed, err := token.SignedString(p.key)
	if err != nil {
		return "", fmt.Errorf("sign a token: %w", err)
	}
	return signed, nil
}
