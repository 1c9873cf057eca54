package jwtidentity_test

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"maps"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/winback-auto/winback/internal/local/jwtidentity"
	"github.com/winback-auto/winback/internal/platform/identity"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// aKey is one key file for all tests: making one takes longer than everything else here.
var aKey = sync.OnceValues(func() ([]byte, error) {
	folder, err := os.MkdirTemp("", "jwtidentity")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	if _, err := jwtidentity.Open(folder, time.Now); err != nil {
		return nil, err
	}
	return os.ReadFile(filepath.Join(folder, jwtidentity.KeyName))
})

// world is a provider with one invited person and a clock.
type world struct {
	*jwtidentity.Provider
	folder  string
	key     *rsa.PrivateKey
	subject string
	now     time.Time
}

func newWorld(t testing.TB) *world {
	t.Helper()
	file, err := aKey()
	if err != nil {
		t.Fatal(err)
	}
	w := &world{folder: t.TempDir(), now: noon}
	if err := os.WriteFile(filepath.Join(w.folder, jwtidentity.KeyName), file, 0o600); err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(file)
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	w.key = parsed.(*rsa.PrivateKey)
	w.open(t)
	if w.subject, err = w.Invite(t.Context(), identity.Person{Email: "ada@harbour.example"}); err != nil {
		t.Fatal(err)
	}
	return w
}

// open starts the provider anew on the same folder.
func (w *world) open(t testing.TB) {
	t.Helper()
	var err error
	if w.Provider, err = jwtidentity.Open(w.folder, func() time.Time { return w.now }); err != nil {
		t.Fatal(err)
	}
}

func (w *world) token(t testing.TB, ttl time.Duration) string {
	t.Helper()
	token, err := w.Token(t.Context(), w.subject, ttl)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// parts are header and claims of a token that Verify accepts.
func (w *world) parts(t testing.TB) (header map[string]any, claims jwt.MapClaims) {
	t.Helper()
	claims = jwt.MapClaims{}
	token, _, err := jwt.NewParser().ParseUnverified(w.token(t, time.Hour), claims)
	if err != nil {
		t.Fatal(err)
	}
	return token.Header, claims
}

// forge signs the parts of a good token after the changes; a nil value removes a member.
func (w *world) forge(t testing.TB, method jwt.SigningMethod, key any, header, claims map[string]any) string {
	t.Helper()
	h, c := w.parts(t)
	token := &jwt.Token{Header: changed(h, header), Claims: jwt.MapClaims(changed(c, claims)), Method: method}
	signed, err := token.SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

func changed(members, changes map[string]any) map[string]any {
	result := maps.Clone(members)
	for name, value := range changes {
		if result[name] = value; value == nil {
			delete(result, name)
		}
	}
	return result
}
