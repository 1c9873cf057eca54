package link

import (
	"context"
	"errors"
	"fmt"
)

// Key is one HMAC key. The id travels in the open with each token and says which key signed it.
type Key struct {
	ID     string `json:"id"`     // 1 to MaxKeyID bytes, unique in its ring
	Secret []byte `json:"secret"` // at least MinSecret random bytes; base64 in JSON
}

// Bounds of a Key, in bytes.
const (
	MaxKeyID  = 64
	MinSecret = 32
)

// String is the key's id: the secret never meets a log by way of fmt.
func (k Key) String() string { return "link key " + k.ID }

// GoString is String.
func (k Key) GoString() string { return k.String() }

// Keyring is an ordered list of keys: the first signs, all verify. The zero Keyring has none and serves nobody.
type Keyring struct{ keys []Key }

// NewKeyring checks the keys, of which the first is to sign.
func NewKeyring(keys ...Key) (Keyring, error) {
	if len(keys) == 0 {
		return Keyring{}, errors.New("link: a keyring needs a key")
	}
	seen := make(map[string]bool, len(keys))
	ring := Keyring{keys: make([]Key, len(keys))}
	for i, key := range keys {
		switch {
		case key.ID == "" || len(key.ID) > MaxKeyID:
			return Keyring{}, fmt.Errorf("link: the id of key %d needs 1 to %d bytes", i, MaxKeyID)
		case len(key.Secret) < MinSecret:
			return Keyring{}, fmt.Errorf("link: the secret of key %q has fewer than %d bytes", key.ID, MinSecret)
		case seen[key.ID]:
			return Keyring{}, fmt.Errorf("link: two keys have the id %q", key.ID)
		}
		seen[key.ID] = true
		ring.keys[i] = key
	}
	return ring, nil
}

// Len is the number of keys.
func (r Keyring) Len() int { return len(r.keys) }

// String counts the keys and shows none.
func (r Keyring) String() string { return fmt.Sprintf("keyring of %d", len(r.keys)) }

// GoString is String.
func (r Keyring) GoString() string { return r.String() }

// find is the key of an id. Where there is none it is the signing key and false, so that a forger who invents an id waits
// for an HMAC like one who guesses right.
func (r Keyring) find(id string) (Key, bool) {
	for _, key := range r.keys {
		if key.ID == id {
			return key, true
		}
	}
	return r.keys[0], false
}

// Keys yields the keyring of the moment. It is asked at every use, so it caches what is far away; its errors are passed on
// as they are. Sources are internal/aws/linkkeys and internal/local/keyfile.
type Keys func(ctx context.Context) (Keyring, error)

// Fixed yields a ring that never changes.
func Fixed(ring Keyring) Keys {
	return func(context.Context) (Keyring, error) { return ring, nil }
}
