package rehearse

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"net/http"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// issuer signs tokens as the user pool does, and publishes its key at the pool's addresses.
type issuer struct {
	url    string // https://cognito-idp.….amazonaws.com/<pool>
	client string // id of the app client
	key    *rsa.PrivateKey
	keyID  string
	now    func() time.Time
}

func newIssuer(url, client string, now func() time.Time) (*issuer, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, fmt.Errorf("rehearse: %w", err)
	}
	return &issuer{url: url, client: client, key: key, keyID: rand.Text(), now: now}, nil
}

// token is an access token of a subject.
func (i *issuer) token(subject, scope string, ttl time.Duration) (string, error) {
	now := i.now()
	return i.sign(jwt.MapClaims{
		"sub": subject, "iss": i.url, "version": 2, "client_id": i.client, "token_use": "access", "scope": scope, "auth_time": now.Unix(),
		"iat": now.Unix(), "exp": now.Add(ttl).Unix(), "jti": rand.Text(), "username": subject,
	})
}

func (i *issuer) sign(claims jwt.MapClaims) (string, error) {
	token := jwt.NewWithClaims(jwt.SigningMethodRS256, claims)
	token.Header["kid"] = i.keyID
	delete(token.Header, "typ") // Cognito sends none
	signed, err := token.SignedString(i.key)
	if err != nil {
		return "", fmt.Errorf("rehearse: sign a token: %w", err)
	}
	return signed, nil
}

// ServeHTTP answers below the pool's address; everything else is not found.
func (i *issuer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var value any
	address := "https://" + r.Host + r.URL.Path
	switch strings.TrimPrefix(address, i.url) {
	case "/.well-known/openid-configuration":
		value = map[string]any{"issuer": i.url, "jwks_uri": i.url + "/.well-known/jwks.json", "id_token_signing_alg_values_supported": []string{"RS256"}}
	case "/.well-known/jwks.json":
		public := i.key.PublicKey
		value = map[string]any{"keys": []any{map[string]string{
			"alg": "RS256", "kty": "RSA", "use": "sig", "kid": i.keyID, "n": base64.RawURLEncoding.EncodeToString(public.N.Bytes()),
			"e": base64.RawURLEncoding.EncodeToString(big.NewInt(int64(public.E)).Bytes()),
		}}}
	default:
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(value)
}
