package jwtidentity_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/winback-auto/winback/internal/local/jwtidentity"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/identity"
)

func TestATokenReachesTheGatewayInItsOwnForm(t *testing.T) {
	w := newWorld(t)
	claims, err := w.Verify(w.token(t, time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	if claims.Subject != w.subject || !claims.Expires.Equal(noon.Add(time.Hour)) {
		t.Errorf("subject %q, expires %v", claims.Subject, claims.Expires)
	}
	got := claims.Authorizer()
	if got["jti"] == "" {
		t.Error("no jti")
	}
	delete(got, "jti")
	want := map[string]string{
		"sub": w.subject, "username": w.subject, "iss": jwtidentity.Issuer, "client_id": jwtidentity.ClientID,
		"token_use": "access", "scope": "openid winback/api", "version": "2",
		"auth_time": "1795348800", "iat": "1795348800", "exp": "1795352400",
	}
	if !maps.Equal(got, want) {
		t.Errorf("claims\n%v, want\n%v", got, want)
	}
}

func TestTheHeaderIsCognitos(t *testing.T) {
	header, _ := newWorld(t).parts(t)
	if len(header) != 2 || header["alg"] != "RS256" || header["kid"] == "" {
		t.Errorf("header %v", header)
	}
}

func TestEveryClaimTravelsAsText(t *testing.T) {
	w := newWorld(t)
	claims, err := w.Verify(w.forge(t, jwt.SigningMethodRS256, w.key, nil, map[string]any{
		"cognito:groups": []string{"sales", "managers"}, "none": []string{}, "admin": true,
		"big": json.Number("12345678901234567890"), "fraction": json.Number("1.50"), "look-alike": "[a b]",
	}))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"cognito:groups": "[sales managers]", "none": "[]", "admin": "true", "big": "12345678901234567890", "fraction": "1.50", "look-alike": "[a b]",
	} {
		if got := claims.Authorizer()[name]; got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}

func TestTheAuthorizersClaimsAreTheCallersOwn(t *testing.T) {
	w := newWorld(t)
	token := w.token(t, time.Hour)
	claims, err := w.Verify(token)
	if err != nil {
		t.Fatal(err)
	}
	claims.Authorizer()["sub"] = "somebody else"
	if again, err := w.Verify(token); err != nil || again.Authorizer()["sub"] != w.subject {
		t.Errorf("sub became %q, %v", again.Authorizer()["sub"], err)
	}
}

func TestForgedTokensAreNotAccepted(t *testing.T) {
	w := newWorld(t)
	stranger, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(&w.key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	public := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	ours := func(claims map[string]any) string { return w.forge(t, jwt.SigningMethodRS256, w.key, nil, claims) }
	good := w.token(t, time.Hour)
	cut := strings.Split(good, ".")
	lenient := good[:len(good)-1] + string(nextInAlphabet(good[len(good)-1]))

	for why, token := range map[string]string{
		"alg none":                       w.forge(t, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, map[string]any{"alg": "none"}, nil),
		"alg None without signature":     w.forge(t, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, map[string]any{"alg": "None"}, nil),
		"HS256 with the public key":      w.forge(t, jwt.SigningMethodHS256, public, map[string]any{"alg": "HS256"}, nil),
		"HS256 with the public key, der": w.forge(t, jwt.SigningMethodHS256, der, map[string]any{"alg": "HS256"}, nil),
		"HS256 that says RS256":          w.forge(t, jwt.SigningMethodHS256, public, nil, nil),
		"RS512 with our key":             w.forge(t, jwt.SigningMethodRS512, w.key, map[string]any{"alg": "RS512"}, nil),
		"PS256 with our key":             w.forge(t, jwt.SigningMethodPS256, w.key, map[string]any{"alg": "PS256"}, nil),
		"a stranger's key":               w.forge(t, jwt.SigningMethodRS256, stranger, nil, nil),
		"another key id":                 w.forge(t, jwt.SigningMethodRS256, w.key, map[string]any{"kid": "other"}, nil),
		"no key id":                      w.forge(t, jwt.SigningMethodRS256, w.key, map[string]any{"kid": nil}, nil),
		"a key id that is no text":       w.forge(t, jwt.SigningMethodRS256, w.key, map[string]any{"kid": []string{"a"}}, nil),
		"another issuer":                 ours(map[string]any{"iss": "https://identity.winback.local/"}),
		"no issuer":                      ours(map[string]any{"iss": nil}),
		"another client":                 ours(map[string]any{"client_id": "other"}),
		"no client":                      ours(map[string]any{"client_id": nil}),
		"another audience":               ours(map[string]any{"aud": "other"}),
		"an audience that is none":       ours(map[string]any{"aud": 7}),
		"an ID token":                    ours(map[string]any{"token_use": "id", "aud": jwtidentity.ClientID}),
		"no use":                         ours(map[string]any{"token_use": nil}),
		"another scope":                  ours(map[string]any{"scope": "openid winback/apis"}),
		"scopes as an array":             ours(map[string]any{"scope": []string{"winback/api"}}),
		"no scope":                       ours(map[string]any{"scope": nil}),
		"no subject":                     ours(map[string]any{"sub": nil}),
		"a subject that is no text":      ours(map[string]any{"sub": 7}),
		"no expiry":                      ours(map[string]any{"exp": nil}),
		"an expiry that is text":         ours(map[string]any{"exp": "1795352400"}),
		"not valid yet":                  ours(map[string]any{"nbf": noon.Add(time.Second).Unix()}),
		"issued in the future":           ours(map[string]any{"iat": noon.Add(time.Second).Unix()}),
		"empty":                          "",
		"dots":                           "..",
		"two parts":                      cut[0] + "." + cut[1],
		"four parts":                     good + ".",
		"no signature":                   cut[0] + "." + cut[1] + ".",
		"the claims of another":          cut[0] + "." + base64.RawURLEncoding.EncodeToString([]byte(`{"sub":"x"}`)) + "." + cut[2],
		"a padded signature":             good + "=",
		"ignored bits of the signature":  lenient,
		"bearer in front":                "Bearer " + good,
		"oversized":                      ours(map[string]any{"padding": strings.Repeat("p", jwtidentity.MaxToken)}),
	} {
		claims, err := w.Verify(token)
		if !errs.Is(err, errs.Unauthenticated) || err.Error() != "the token is not accepted; sign in" || claims.Subject != "" || claims.Authorizer() != nil {
			t.Errorf("%s: %v, %v", why, claims, err)
		}
	}
	if _, err := w.Verify(ours(nil)); err != nil {
		t.Errorf("the unchanged parts must pass, or this test proves nothing: %v", err)
	}
	if _, err := w.Verify(ours(map[string]any{"aud": []string{"other", jwtidentity.ClientID}, "client_id": nil})); err != nil {
		t.Errorf("an audience among others: %v", err)
	}
}

// nextInAlphabet changes only the lowest bit of a base64 character, which a 256 byte signature does not use.
func nextInAlphabet(c byte) byte {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	return alphabet[strings.IndexByte(alphabet, c)^1]
}

func TestATokenEndsOnTheSecondWhetherRememberedOrNot(t *testing.T) {
	for _, remembered := range []bool{false, true} {
		w := newWorld(t)
		token := w.token(t, time.Hour)
		if remembered {
			if _, err := w.Verify(token); err != nil {
				t.Fatal(err)
			}
		}
		w.now = noon.Add(time.Hour - time.Nanosecond)
		if _, err := w.Verify(token); err != nil {
			t.Errorf("remembered %v, a moment before: %v", remembered, err)
		}
		if !remembered {
			w.open(t) // the check above has remembered it
		}
		for range 2 {
			w.now = noon.Add(time.Hour)
			if _, err := w.Verify(token); !errs.Is(err, errs.Unauthenticated) || !strings.Contains(err.Error(), "expired") {
				t.Errorf("remembered %v, at the second: %v", remembered, err)
			}
		}
	}
}

func TestATokenMayBeIssuedExpired(t *testing.T) {
	w := newWorld(t)
	for _, ttl := range []time.Duration{0, -time.Hour} {
		if _, err := w.Verify(w.token(t, ttl)); !errs.Is(err, errs.Unauthenticated) || !strings.Contains(err.Error(), "expired") {
			t.Errorf("ttl %v: %v", ttl, err)
		}
	}
}

func TestTokensAreIssuedToTheInvitedAlone(t *testing.T) {
	w := newWorld(t)
	if _, err := w.Token(t.Context(), "nobody", time.Hour); !errs.Is(err, errs.NotFound) {
		t.Errorf("nobody: %v", err)
	}
	if _, err := w.Token(t.Context(), w.subject, jwtidentity.MaxTTL+1); !errs.Is(err, errs.Invalid) {
		t.Errorf("a long life: %v", err)
	}
	out := w.token(t, time.Hour)
	if err := w.Disable(t.Context(), w.subject); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Token(t.Context(), w.subject, time.Hour); !errs.Is(err, errs.Forbidden) {
		t.Errorf("a disabled sign-in: %v", err)
	}
	if _, err := w.Verify(out); err != nil {
		t.Errorf("a token that was out lives until it expires: %v", err)
	}
}

func TestTwoInstallationsDoNotAcceptEachOthersTokens(t *testing.T) {
	w := newWorld(t)
	other, err := jwtidentity.Open(t.TempDir(), func() time.Time { return noon })
	if err != nil {
		t.Fatal(err)
	}
	subject, err := other.Invite(t.Context(), identity.Person{Email: "ada@harbour.example"})
	if err != nil || subject != w.subject {
		t.Fatalf("subject %q, %v; want %q, for it is derived from the address", subject, err, w.subject)
	}
	if _, err := other.Verify(w.token(t, time.Hour)); !errs.Is(err, errs.Unauthenticated) {
		t.Errorf("got %v", err)
	}
}

func TestARepeatedTokenCostsNoAllocation(t *testing.T) {
	w := newWorld(t)
	token := w.token(t, time.Hour)
	allocations := testing.AllocsPerRun(100, func() {
		if _, err := w.Verify(token); err != nil {
			t.Fatal(err)
		}
	})
	if allocations != 0 {
		t.Errorf("%v allocations, want 0: it was verified anew", allocations)
	}
}

func BenchmarkVerifyRepeated(b *testing.B) {
	w := newWorld(b)
	token := w.token(b, time.Hour)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := w.Verify(token); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAuthorizer(b *testing.B) {
	w := newWorld(b)
	claims, err := w.Verify(w.token(b, time.Hour))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		claims.Authorizer()
	}
}

func FuzzOnlyTokensOfOursVerify(f *testing.F) {
	w := newWorld(f)
	good := w.token(f, time.Hour)
	f.Add(good)
	f.Add(strings.Replace(good, ".", "..", 1))
	f.Add("e30.e30.")
	f.Fuzz(func(t *testing.T, token string) {
		if claims, err := w.Verify(token); (err == nil) != (token == good) || err != nil && !errs.Is(err, errs.Unauthenticated) {
			t.Errorf("%q: %v, %v", token, claims, err)
		}
	})
}
