// Package webhook posts signed messages to addresses that somebody else has named.
//
// Messages are those of Standard Webhooks 1.0: webhook-id is the same however often a message is sent, webhook-timestamp is
// when this attempt was made, and webhook-signature holds one signature for each secret, so that a receiver may change its
// secret without missing anything.
//
// Who names an address could name one of ours. So only https is spoken, redirects are not followed, and a connection is
// opened to public addresses alone: that is decided on the address that is dialled, whatever the name said before. An
// answer is read as far as its status; what it says is nobody's business.
package webhook

import (
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// Message is one attempt to tell somebody something.
type Message struct {
	URL     string
	ID      string // of what is told, the same at each attempt
	Body    []byte // JSON, at most MaxBody
	Secrets []string
}

// Answer is what came back.
type Answer struct {
	Status     int
	RetryAfter time.Duration // as the receiver asks for; 0: it does not
}

// MaxBody bounds a message, in bytes: what receivers are expected to take.
const MaxBody = 20 << 10

// Bounds of a secret, in bytes, as Standard Webhooks has them.
const (
	MinSecret = 24
	MaxSecret = 64

	secretPrefix = "whsec_"
)

// CheckSecret says what is wrong with a secret, without repeating it; empty: nothing.
func CheckSecret(secret string) string {
	encoded, prefixed := strings.CutPrefix(secret, secretPrefix)
	key, err := base64.StdEncoding.DecodeString(encoded)
	if !prefixed || err != nil || len(key) < MinSecret || len(key) > MaxSecret {
		return fmt.Sprintf("is not a secret of Standard Webhooks: %s and %d to %d random bytes in base64", secretPrefix, MinSecret, MaxSecret)
	}
	return ""
}

// sign makes the signatures of a message, one for each secret.
func sign(m Message, at time.Time) (string, error) {
	var all []string
	for _, secret := range m.Secrets {
		signer, err := standardwebhooks.NewWebhook(secret)
		if err != nil {
			return "", fmt.Errorf("webhook: a secret that is none: %w", err)
		}
		signature, err := signer.Sign(m.ID, at, m.Body)
		if err != nil {
			return "", fmt.Errorf("webhook: %w", err)
		}
		all = append(all, signature)
	}
	return strings.Join(all, " "), nil
}
