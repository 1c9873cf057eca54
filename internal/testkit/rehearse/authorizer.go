package rehearse

import (
	"context"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// keys are those that issuers publish. Like API Gateway, it asks an issuer for its configuration and then for its keys,
// within 1.5 seconds, and keeps them for two hours.
type keys struct {
	client *http.Client
	now    func() time.Time

	mu     sync.Mutex
	issuer map[string]published
}

type published struct {
	keys  map[string]*rsa.PublicKey // by their ids
	until time.Time
}

// Figures of API Gateway.
const (
	keysWithin = 1500 * time.Millisecond
	keysKept   = 2 * time.Hour
)

// denial is how an authorizer refuses.
type denial struct {
	status    int
	challenge string // WWW-Authenticate, behind Bearer
}

func (d *denial) answer(w http.ResponseWriter) {
	message := map[int]string{http.StatusUnauthorized: "Unauthorized", http.StatusForbidden: "Forbidden"}[d.status]
	w.Header().Set("Www-Authenticate", strings.TrimSpace("Bearer "+d.challenge))
	refuse(w, d.status, message)
}

func invalid(reason string) *denial {
	return &denial{http.StatusUnauthorized, fmt.Sprintf(`scope="" error="invalid_token" error_description=%q`, reason)}
}

// authorize verifies the bearer token of a request for an authorizer and the scopes of a route, of which it needs one. The
// claims are in the form in which the gateway hands them on.
func (k *keys) authorize(r *http.Request, a Authorizer, scopes []string) (map[string]string, *denial) {
	header := r.Header.Get("Authorization")
	if header == "" {
		return nil, &denial{status: http.StatusUnauthorized}
	}
	scheme, token, ok := strings.Cut(header, " ")
	if !ok {
		token = header // the gateway takes a bare token, too
	} else if !strings.EqualFold(scheme, "Bearer") {
		return nil, &denial{status: http.StatusUnauthorized}
	}
	claims := jwt.MapClaims{}
	parser := jwt.NewParser(jwt.WithValidMethods([]string{"RS256", "RS384", "RS512"}), jwt.WithIssuer(a.Issuer), jwt.WithExpirationRequired(),
		jwt.WithIssuedAt(), jwt.WithTimeFunc(k.now), jwt.WithJSONNumber())
	if _, err := parser.ParseWithClaims(token, claims, func(t *jwt.Token) (any, error) { return k.key(r.Context(), a.Issuer, t) }); err != nil {
		switch {
		case errors.Is(err, jwt.ErrTokenExpired):
			return nil, invalid("the token has expired")
		case errors.Is(err, jwt.ErrTokenSignatureInvalid):
			return nil, invalid("signature verification failed")
		}
		return nil, invalid("the token is not valid")
	}
	if !meant(claims, a.Audience) {
		return nil, invalid("the token does not have a valid audience")
	}
	scope, _ := claims["scope"].(string)
	granted := strings.Fields(scope)
	if len(scopes) > 0 && !slices.ContainsFunc(scopes, func(s string) bool { return slices.Contains(granted, s) }) {
		return nil, &denial{http.StatusForbidden, fmt.Sprintf(`scope=%q error="insufficient_scope"`, strings.Join(scopes, " "))}
	}
	wire := make(map[string]string, len(claims))
	for name, value := range claims {
		wire[name] = fmt.Sprint(value) // arrays become [a b], which is the gateway's form, too
	}
	return wire, nil
}

// meant reports whether the token is for one of the audience: by aud, or by client_id where there is none.
func meant(claims jwt.MapClaims, audience []string) bool {
	if _, ok := claims["aud"]; !ok {
		client, _ := claims["client_id"].(string)
		return slices.Contains(audience, client)
	}
	named, err := claims.GetAudience()
	return err == nil && slices.ContainsFunc(named, func(one string) bool { return slices.Contains(audience, one) })
}

// key is the issuer's key that a token names.
func (k *keys) key(ctx context.Context, issuer string, token *jwt.Token) (any, error) {
	id, _ := token.Header["kid"].(string)
	k.mu.Lock()
	defer k.mu.Unlock()
	known, ok := k.issuer[issuer]
	if !ok || !k.now().Before(known.until) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), keysWithin)
		defer cancel()
		found, err := k.fetch(ctx, issuer)
		if err != nil {
			return nil, err
		}
		known = published{found, k.now().Add(keysKept)}
		if k.issuer == nil {
			k.issuer = map[string]published{}
		}
		k.issuer[issuer] = known
	}
	if key := known.keys[id]; key != nil {
		return key, nil
	}
	return nil, fmt.Errorf("rehearse: %s has no key %q", issuer, id)
}

func (k *keys) fetch(ctx context.Context, issuer string) (map[string]*rsa.PublicKey, error) {
	var configuration struct {
		Issuer string `json:"issuer"`
		Keys   string `json:"jwks_uri"`
	}
	if err := k.get(ctx, issuer+"/.well-known/openid-configuration", &configuration); err != nil {
		return nil, err
	}
	if configuration.Issuer != issuer {
		return nil, fmt.Errorf("rehearse: %s says that it is %s", issuer, configuration.Issuer)
	}
	var set struct {
		Keys []struct{ Kid, Kty, N, E string }
	}
	if err := k.get(ctx, configuration.Keys, &set); err != nil {
		return nil, err
	}
	found := map[string]*rsa.PublicKey{}
	for _, key := range set.Keys {
		n, err := base64.RawURLEncoding.DecodeString(key.N)
		if err != nil || key.Kty != "RSA" {
			return nil, fmt.Errorf("rehearse: the key %s of %s is no RSA key", key.Kid, issuer)
		}
		e, err := base64.RawURLEncoding.DecodeString(key.E)
		if err != nil {
			return nil, fmt.Errorf("rehearse: the key %s of %s: %w", key.Kid, issuer, err)
		}
		found[key.Kid] = &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: int(new(big.Int).SetBytes(e).Int64())}
	}
	return found, nil
}

func (k *keys) get(ctx context.Context, url string, into any) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return fmt.Errorf("rehearse: %w", err)
	}
	answer, err := k.client.Do(r)
	if err != nil {
		return fmt.Errorf("rehearse: %w", err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, 1<<20))
	if err != nil || answer.StatusCode != http.StatusOK {
		return fmt.Errorf("rehearse: GET %s: %s, %v", url, answer.Status, err)
	}
	if err := json.Unmarshal(body, into); err != nil {
		return fmt.Errorf("rehearse: GET %s: %w", url, err)
	}
	return nil
}
