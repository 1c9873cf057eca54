// Package jwtidentity is the identity provider of local mode, where AWS has Cognito and the authorizer of API Gateway.
//
// It keeps sign-ins in a file of the data folder and signs access tokens of Cognito's shape with an RSA key beside it.
// Verify checks a token as the gateway's authorizer and the scope of our routes would, and Claims.Authorizer gives the
// claims in the form in which the gateway hands them on. There are no passwords: whoever reaches Token is trusted, which
// is why only the routes of local mode do.
//
// Life cycle: Invite makes a sign-in durable before it returns; Disable ends the issue of tokens, while those that are out
// live until they expire, as with Cognito. Subjects are derived from the e-mail address, so that a directory that was
// restored or made anew leads to the same users. Tokens live on the wall clock.
package jwtidentity

import (
	"crypto/rsa"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"
	lru "github.com/hashicorp/golang-lru/v2"
)

// The files within the data folder.
const (
	KeyName     = "sign-in-key.pem"
	SignInsName = "sign-ins.json"
)

// What our tokens say about themselves.
const (
	Issuer   = "https://identity.winback.local"
	ClientID = "winback-local"
)

// Provider keeps sign-ins, issues tokens and verifies them. It is an identity.Directory and safe for concurrent use.
type Provider struct {
	now      func() time.Time
	key      *rsa.PrivateKey
	keyID    string
	parser   *jwt.Parser
	verified *lru.Cache[string, Claims] // by token

	path    string
	mu      sync.Mutex
	signIns []signIn // as in the file, in order of invitation
}

// Open reads the folder's key and sign-ins, and creates the folder and the key where they are missing; now is the wall
// clock. Its errors name the file and are for whoever starts the process.
func Open(folder string, now func() time.Time) (*Provider, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, fmt.Errorf("sign-ins: %w", err)
	}
	key, err := openKey(filepath.Join(folder, KeyName))
	if err != nil {
		return nil, fmt.Errorf("sign-in key: %w", err)
	}
	path := filepath.Join(folder, SignInsName)
	signIns, err := readSignIns(path)
	if err != nil {
		return nil, fmt.Errorf("sign-ins: %w", err)
	}
	verified, err := lru.New[string, Claims](maxVerified)
	if err != nil {
		return nil, err
	}
	return &Provider{
		now: now, key: key, keyID: keyID(key), parser: newParser(now), verified: verified,
		path: path, signIns: signIns,
	}, nil
}
