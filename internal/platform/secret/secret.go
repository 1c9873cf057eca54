// Package secret is the port that seals small secrets, such as a dealer's partner key, for storage in the table.
//
// What is sealed for one company and purpose opens only for the same company and purpose: both are bound to the ciphertext
// (the encryption context of KMS, the additional data of AES-GCM). Two seals of one secret differ. Drivers are
// internal/aws/kmssecret and internal/local/keyfile; secrettest is the contract of both.
package secret

import (
	"context"

	"github.com/winback-auto/winback/internal/platform/ident"
)

// MaxPlain is the largest secret, in bytes: what KMS encrypts directly.
const MaxPlain = 4096

// Sealed is a ciphertext in base64, fit for a record.
type Sealed string

// Sealer seals and opens. It is safe for concurrent use.
type Sealer interface {
	// Seal makes a ciphertext of 1 to MaxPlain bytes; other lengths are Invalid.
	Seal(ctx context.Context, company ident.Company, purpose string, plain []byte) (Sealed, error)
	// Open is what was sealed. What was sealed for another company or purpose, or was tampered with, is a Forbidden error
	// that says nothing more.
	Open(ctx context.Context, company ident.Company, purpose string, sealed Sealed) ([]byte, error)
}
