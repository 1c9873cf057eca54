// Package ident makes the two sorts of ids that Winback uses.
//
// A Source mints ids for things that people create: sortable by time of birth, unguessable enough to be opaque, never a
// secret. Of derives ids for intents: the same intent always has the same id, which is how a repeated request, a duplicate
// message or a retry after a lost answer meets the item that is already there instead of making a second one.
//
// Features give ids types of their own (lead.ID); this package only makes the text.
package ident

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"io"
	"sync"
	"time"

	"github.com/oklog/ulid/v2"
)

// Length is the length of every id this package makes, in characters of Crockford's base 32.
const Length = 26

// Source mints a new id at each call. It is safe for concurrent use.
type Source func() string

// NewSource mints ULIDs: 48 bits of milliseconds, then 80 bits of entropy that grow within one millisecond, so that ids of
// one source sort in the order they were made.
func NewSource(now func() time.Time, entropy io.Reader) Source {
	var mu sync.Mutex
	monotonic := ulid.Monotonic(entropy, 0)
	return func() string {
		mu.Lock()
		defer mu.Unlock()
		return ulid.MustNew(ulid.Timestamp(now()), monotonic).String()
	}
}

var crockford = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)

// Of is the id of an intent: the first 130 bits of a SHA-256 over the parts, each with its length, so that ("ab","c")
// and ("a","bc") differ.
func Of(parts ...string) string {
	digest := sha256.New()
	var size [8]byte
	for _, part := range parts {
		binary.BigEndian.PutUint64(size[:], uint64(len(part)))
		digest.Write(size[:])
		digest.Write([]byte(part))
	}
	return crockford.EncodeToString(digest.Sum(nil))[:Length]
}
