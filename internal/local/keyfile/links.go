package keyfile

import (
	"context"
	"crypto/rand"
	"fmt"

	"github.com/winback-auto/winback/internal/local/durable"
	"github.com/winback-auto/winback/internal/platform/link"
)

// LinkKeys yields the ring of keys that sign links; after Rotate it yields the new one.
func (k *Keys) LinkKeys() link.Keys {
	return func(context.Context) (link.Keyring, error) {
		k.mu.Lock()
		defer k.mu.Unlock()
		return k.ring, nil
	}
}

// Rotate adds a key that signs from now on; those before it go on verifying. The key is durable before it signs.
func (k *Keys) Rotate() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	next := k.content
	next.Links = append([]link.Key{newLinkKey()}, next.Links...)
	ring, err := link.NewKeyring(next.Links...)
	if err != nil {
		return fmt.Errorf("key file: rotate: %w", err)
	}
	raw, err := encode(next)
	if err != nil {
		return fmt.Errorf("key file: rotate: %w", err)
	}
	if len(raw) > maxFile {
		return fmt.Errorf("key file: rotate: %s would have more than %d bytes", k.path, maxFile)
	}
	if err := durable.Replace(k.path, raw); err != nil {
		return fmt.Errorf("key file: rotate: %w", err)
	}
	k.content, k.ring = next, ring
	return nil
}

func newLinkKey() link.Key { return link.Key{ID: rand.Text()[:8], Secret: random(link.MinSecret)} }
