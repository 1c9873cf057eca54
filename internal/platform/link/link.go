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
	Payload string    // at most MaxPayload bytes
	Expires time.Time // zero: never
}

// MaxPayload bounds a token's payload, in bytes.
const MaxPayload = 4096
