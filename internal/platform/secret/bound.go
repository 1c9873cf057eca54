package secret

import (
	"encoding/base64"
	"errors"

	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
)

// maxCipher is the longest ciphertext, in bytes: what KMS decrypts.
const maxCipher = 6144

// Check is what drivers ask before they seal: Invalid where the secret's length is out of bounds, Internal where it would
// be bound to nobody or to nothing.
func Check(company ident.Company, purpose string, plain []byte) error {
	switch {
	case company.IsZero() || purpose == "":
		return errors.New("secret: a secret is sealed for a company and a purpose")
	case len(plain) == 0:
		return errs.E(errs.Invalid, "the secret is empty")
	case len(plain) > MaxPlain:
		return errs.E(errs.Invalid, "the secret has %d bytes, at most %d are possible", len(plain), MaxPlain)
	}
	return nil
}

// Refused is the error of everything that does not open.
func Refused() error { return errs.E(errs.Forbidden, "the stored secret cannot be opened") }

// Encode makes a ciphertext fit for a record.
func Encode(cipher []byte) Sealed { return Sealed(base64.StdEncoding.EncodeToString(cipher)) }

// Decode is the ciphertext of the one text that Encode would have written; any other is Refused.
func Decode(sealed Sealed) ([]byte, error) {
	if len(sealed) > base64.StdEncoding.EncodedLen(maxCipher) {
		return nil, Refused()
	}
	cipher, err := base64.StdEncoding.DecodeString(string(sealed))
	if err != nil || Encode(cipher) != sealed {
		return nil, Refused()
	}
	return cipher, nil
}
