package link

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
)

// MaxPosition bounds what a cursor points at, in bytes, so that the cursor stays within the 4096 characters that lists
// accept.
const MaxPosition = 2048

// ErrCursor is the cause of every refused cursor; HTTP answers it with 400, as it does what cannot be read at all.
var ErrCursor = errors.New("the cursor is damaged or belongs to another query; start again without it")

// SealCursor makes the cursor of a list's next page: a position that opens only for the company and the query. The query
// is the list's name and filters in one canonical text; it is not part of the cursor, nor is the page's size, which a
// reader may change on the way.
func (s *Signer) SealCursor(ctx context.Context, company ident.Company, query string, position []byte) (string, error) {
	if len(position) > MaxPosition {
		return "", fmt.Errorf("link: a position of %d bytes is over the limit of %d", len(position), MaxPosition)
	}
	return s.Sign(ctx, cursorPurpose(query), Claim{Company: company, Payload: string(position)})
}

// OpenCursor is the position of a cursor that SealCursor made for the same company and query; any other is an Invalid
// error that wraps ErrCursor.
func (s *Signer) OpenCursor(ctx context.Context, company ident.Company, query, cursor string) ([]byte, error) {
	claim, err := s.Open(ctx, cursorPurpose(query), cursor)
	switch {
	case errs.Is(err, errs.NotFound), err == nil && claim.Company != company:
		return nil, errs.E(errs.Invalid, "%w", ErrCursor)
	case err != nil:
		return nil, err
	}
	return []byte(claim.Payload), nil
}

func cursorPurpose(query string) Purpose {
	sum := sha256.Sum256([]byte(query))
	return Purpose("cursor " + hex.EncodeToString(sum[:]))
}
