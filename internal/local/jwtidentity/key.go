package jwtidentity

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"

	"github.com/winback-auto/winback/internal/local/durable"
)

const (
	keyBits    = 2048
	maxKeyFile = 16 << 10
	pemType    = "PRIVATE KEY" // PKCS #8
)

// openKey reads the signing key and creates it where there is none. A damaged one is not replaced, though losing it would
// cost no more than signing in again: something else is wrong with that folder.
func openKey(path string) (*rsa.PrivateKey, error) {
	raw, err := durable.ReadPrivate(path, maxKeyFile)
	if errors.Is(err, fs.ErrNotExist) {
		raw, err = createKey(path)
	}
	if err != nil {
		return nil, err
	}
	block, rest := pem.Decode(raw)
	if block == nil || block.Type != pemType || len(rest) > 0 {
		return nil, fmt.Errorf("%s is damaged; delete it to get a new key, which ends all sign-ins", path)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	key, ok := parsed.(*rsa.PrivateKey)
	if err != nil || !ok || key.N.BitLen() < keyBits {
		return nil, fmt.Errorf("%s holds no RSA key of at least %d bits; delete it to get a new key, which ends all sign-ins", path, keyBits)
	}
	return key, nil
}

// createKey writes a fresh key and reads back what is there: ours, or that of whoever came first.
func createKey(path string) ([]byte, error) {
	key, err := rsa.GenerateKey(rand.Reader, keyBits)
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	raw := pem.EncodeToMemory(&pem.Block{Type: pemType, Bytes: der})
	if err := durable.Create(path, raw); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	return durable.ReadPrivate(path, maxKeyFile)
}

// keyID names a key by its public half.
func keyID(key *rsa.PrivateKey) string {
	sum := sha256.Sum256(x509.MarshalPKCS1PublicKey(&key.PublicKey))
	return base64.RawURLEncoding.EncodeToString(sum[:12])
}
