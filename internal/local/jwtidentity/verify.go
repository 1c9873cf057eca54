package jwtidentity

import (
	"errors"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/winback-auto/winback/internal/platform/errs"
)

// MaxToken bounds a token, in bytes. Longer ones are refused before they are looked at; the gateway takes 10,240 bytes of
// headers altogether.
const MaxToken = 8 << 10

// maxVerified is how many verified tokens are remembered: at most 8 MB for an installation of 1,000 busy people.
const maxVerified = 1000

// method is the only one that signs and the only one that verifies, whatever a token's header says.
var method = jwt.SigningMethodRS256

func newParser(now func() time.Time) *jwt.Parser {
	return jwt.NewParser(
		jwt.WithValidMethods([]string{method.Alg()}), jwt.WithIssuer(Issuer), jwt.WithExpirationRequired(), jwt.WithIssuedAt(),
		jwt.WithTimeFunc(now), jwt.WithStrictDecoding(), jwt.WithJSONNumber(),
	)
}

// Verify is what a token claims, once signature, key, issuer, audience, scope, use and times are those of an access token
// of ours. Everything else is one of two Unauthenticated errors, of which one tells that a genuine token has expired.
//
// A token that was verified is remembered until it expires, and costs a lookup under a lock (some 200 ns, no allocation)
// when it comes again. Only genuine tokens are remembered, so strangers cannot push them out.
func (p *Provider) Verify(token string) (Claims, error) {
	if len(token) > MaxToken {
		return Claims{}, unaccepted()
	}
	if claims, ok := p.verified.Get(token); ok {
		if !p.now().Before(claims.Expires) {
			p.verified.Remove(token)
			return Claims{}, expired()
		}
		return claims, nil
	}
	raw := jwt.MapClaims{}
	_, err := p.parser.ParseWithClaims(token, raw, p.verificationKey)
	switch {
	case errors.Is(err, jwt.ErrTokenExpired):
		return Claims{}, expired()
	case err != nil:
		return Claims{}, unaccepted()
	}
	claims, ok := newClaims(raw)
	if !ok {
		return Claims{}, unaccepted()
	}
	p.verified.Add(token, claims)
	return claims, nil
}

// verificationKey is our public key for a token that names it.
func (p *Provider) verificationKey(token *jwt.Token) (any, error) {
	if token.Header["kid"] != p.keyID {
		return nil, errors.New("another key")
	}
	return &p.key.PublicKey, nil
}

func unaccepted() error { return errs.E(errs.Unauthenticated, "the token is not accepted; sign in") }
func expired() error    { return errs.E(errs.Unauthenticated, "the token has expired; sign in again") }
