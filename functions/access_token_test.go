package functions_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/winback-auto/winback/internal/local/jwtidentity"
	"github.com/winback-auto/winback/internal/platform/identity"
)

// forge makes tokens out of a good one, with the key of the installation or another one.
type forge struct {
	good              string
	ours, strangers   *rsa.PrivateKey
	publicPEM, pubDER []byte
	now               time.Time
	unknown           string // token of a sign-in that belongs to no user
	disabled          string // token of a user who was disabled since
}

// sign changes members of the good token's header and claims (nil removes one) and signs the result.
func (f forge) sign(method jwt.SigningMethod, key any, header, claims map[string]any) string {
	was := jwt.MapClaims{}
	token, _, err := jwt.NewParser().ParseUnverified(f.good, was)
	if err != nil {
		panic(err)
	}
	change := func(members, changes map[string]any) map[string]any {
		members = maps.Clone(members)
		for name, value := range changes {
			if members[name] = value; value == nil {
				delete(members, name)
			}
		}
		return members
	}
	forged := &jwt.Token{Header: change(token.Header, header), Claims: jwt.MapClaims(change(was, claims)), Method: method}
	signed, err := forged.SignedString(key)
	if err != nil {
		panic(err)
	}
	return signed
}

func (f forge) claim(name string, value any) string {
	return f.sign(jwt.SigningMethodRS256, f.ours, nil, map[string]any{name: value})
}

// badTokens are the values of the Authorization header that let nobody in.
var badTokens = map[string]func(f forge) string{
	"none":                   func(forge) string { return "" },
	"no scheme":              func(f forge) string { return f.good },
	"another scheme":         func(f forge) string { return "Basic " + base64.StdEncoding.EncodeToString([]byte("boss:"+f.good)) },
	"empty":                  func(forge) string { return "Bearer " },
	"nonsense":               func(forge) string { return "Bearer nonsense" },
	"expired":                func(f forge) string { return "Bearer " + f.claim("exp", f.now.Add(-time.Second).Unix()) },
	"without expiry":         func(f forge) string { return "Bearer " + f.claim("exp", nil) },
	"a stranger's signature": func(f forge) string { return "Bearer " + f.sign(jwt.SigningMethodRS256, f.strangers, nil, nil) },
	"a cut signature":        func(f forge) string { return "Bearer " + f.good[:len(f.good)-4] },
	"no signature":           func(f forge) string { return "Bearer " + f.good[:strings.LastIndex(f.good, ".")+1] },
	"alg none": func(f forge) string {
		return "Bearer " + f.sign(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, map[string]any{"alg": "none"}, nil)
	},
	"HS256 with the public key": func(f forge) string {
		return "Bearer " + f.sign(jwt.SigningMethodHS256, f.publicPEM, map[string]any{"alg": "HS256"}, nil)
	},
	"HS256 with its DER": func(f forge) string {
		return "Bearer " + f.sign(jwt.SigningMethodHS256, f.pubDER, map[string]any{"alg": "HS256"}, nil)
	},
	"another client":   func(f forge) string { return "Bearer " + f.claim("client_id", "another") },
	"another audience": func(f forge) string { return "Bearer " + f.claim("aud", "another") },
	"another issuer":   func(f forge) string { return "Bearer " + f.claim("iss", "https://identity.another.example") },
	"an ID token": func(f forge) string {
		return "Bearer " + f.sign(jwt.SigningMethodRS256, f.ours, nil, map[string]any{"token_use": "id", "aud": jwtidentity.ClientID, "client_id": nil, "scope": nil})
	},
	"an ID token with scope":   func(f forge) string { return "Bearer " + f.claim("token_use", "id") },
	"without the scope":        func(f forge) string { return "Bearer " + f.claim("scope", "openid") },
	"a scope that begins so":   func(f forge) string { return "Bearer " + f.claim("scope", "openid winback/api.read") },
	"no subject":               func(f forge) string { return "Bearer " + f.claim("sub", nil) },
	"a subject made up":        func(f forge) string { return "Bearer " + f.claim("sub", "01KANN00000000000000000000") },
	"a sign-in without a user": func(f forge) string { return "Bearer " + f.unknown },
	"a disabled user":          func(f forge) string { return "Bearer " + f.disabled },
}

// everyToken sends every row, as one who may, with each bad token instead of the good one.
func (s *stage) everyToken(t *testing.T) {
	first := s.dealers[0]
	f := s.newForge(t)
	details, tokens := map[string]bool{}, map[string]string{}
	for why, token := range badTokens {
		tokens[why] = token(f)
	}
	for _, row := range accessRows {
		who := first.people[row.roles()[0]]
		path, body := s.fill(t, who, row.path, nil, false), s.fill(t, who, row.body, nil, false)
		for why, token := range tokens {
			a := s.ask(t, nil, row.method(), path, body, "Authorization: "+token)
			s.tried("token")
			if a.status != 401 || a.header.Get("WWW-Authenticate") != "Bearer" || !strings.Contains(a.body, "/problems/unauthenticated") {
				t.Errorf("%s with %s: %d, want 401: %s", row.route, why, a.status, a.body)
			}
			if a.wrote {
				t.Errorf("%s with %s writes", row.route, why)
			}
			details[a.shape()] = true
		}
	}
	if len(details) != 4 { // none, not accepted, expired, nobody's: the same at every route
		t.Errorf("%d different refusals:\n%s", len(details), strings.Join(keysOf(details), "\n"))
	}
	// The forge makes good tokens, too, or the bad ones would prove nothing.
	s.want(t, 200, first.people["admin"], "GET", "/v1/me", "", "Authorization: Bearer "+f.claim("unused", "x"))
	s.want(t, 200, first.people["admin"], "GET", "/v1/me", "", "Authorization: bearer "+f.good)
}

func (s *stage) newForge(t *testing.T) forge {
	t.Helper()
	first := s.dealers[0]
	file, err := os.ReadFile(filepath.Join(s.dir, jwtidentity.KeyName))
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(file)
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	f := forge{good: first.people["admin"].token, ours: parsed.(*rsa.PrivateKey), now: s.wall.Now()}
	if f.strangers, err = rsa.GenerateKey(rand.Reader, 2048); err != nil {
		t.Fatal(err)
	}
	if f.pubDER, err = x509.MarshalPKIXPublicKey(&f.ours.PublicKey); err != nil {
		t.Fatal(err)
	}
	f.publicPEM = pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: f.pubDER})
	if _, err := s.host.Deps().Identity.Invite(t.Context(), identity.Person{Email: "nobody@mail.example"}); err != nil {
		t.Fatal(err)
	}
	stranger := &person{home: first, name: "a stranger", email: "nobody@mail.example"}
	s.signIn(t, stranger)
	f.unknown = stranger.token

	gone := first.people["disabled"]
	s.want(t, 200, gone, "GET", "/v1/company", "")
	s.want(t, 200, first.people["admin"], "PATCH", "/v1/users/"+gone.id, `{"disabled":true}`)
	f.disabled = gone.token
	return f
}
