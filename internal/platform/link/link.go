// Package link makes and verifies tokens: opaque texts in URLs that prove what we once said.
//
// A token is bound to one purpose, one company, a payload and an expiry, all of them under an HMAC-SHA256, so that a link
// to assign a lead cannot unsubscribe a customer, and one company's cursor cannot page through another's list. It is
// signed, not encrypted: a payload holds ids, never personal data or secrets.
//
// Life cycle: Sign with the first key of the Keyring, travel through a mail or a page, Open with whichever key of the ring
// signed it. Rotation puts a new key first; a key that leaves the ring ends its tokens, so keys stay as long as links that
// never expire (unsubscribe) are to work. Expired tokens are Gone, everything else that is wrong is one and the same
// NotFound, and neither says why. Opening is the only way from a token to a company.
package link

import (
	"time"

	"github.com/winback-auto/winback/internal/platform/ident"
)

// Purpose says what a token is good for; a token of one purpose is worthless for any other.
type Purpose string

// Claim is what a token proves.
type Claim struct {
	Company ident.Company
	Payload string    // at most MaxPayload bytes, any bytes
	Expires time.Time // to the second, rounded down; zero: never
}

// MaxPayload bounds a token's payload, in bytes.
const MaxPayload = 4096

// MaxToken bounds a token, in characters of base64. Longer ones are refused before they are looked at.
const MaxToken = ((maxHeader+MaxPayload+macSize)*8 + 5) / 6
