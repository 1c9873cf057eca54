package link

import (
	"context"
	"crypto/hmac"
	"errors"
	"fmt"
	"time"

	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
)

// Signer makes and verifies tokens. It is safe for concurrent use.
type Signer struct {
	keys Keys
	now  func() time.Time
}

// New is a signer over the keys; now is the application clock, on which links expire.
func New(keys Keys, now func() time.Time) *Signer { return &Signer{keys, now} }

// Sign makes a token of a claim, good for the purpose alone. It fails where the claim is not one (no purpose, no company,
// a payload past MaxPayload), which is a bug of the caller and so Internal, or where the keys cannot be had.
func (s *Signer) Sign(ctx context.Context, purpose Purpose, claim Claim) (string, error) {
	switch company := claim.Company.ID(); {
	case purpose == "":
		return "", errors.New("link: a token needs a purpose")
	case company == "" || len(company) > maxCompany:
		return "", fmt.Errorf("link: a token's company needs 1 to %d bytes", maxCompany)
	case len(claim.Payload) > MaxPayload:
		return "", fmt.Errorf("link: a payload of %d bytes is over the limit of %d", len(claim.Payload), MaxPayload)
	}
	ring, err := s.ring(ctx)
	if err != nil {
		return "", err
	}
	key := ring.keys[0]
	body := envelope{
		keyID:   key.ID,
		company: claim.Company.ID(),
		expires: expiry(claim.Expires),
		payload: claim.Payload,
	}.encode()
	return encodeText(append(body, mac(key, purpose, body)...)), nil
}

// Open is the claim of a token that was signed for the purpose with one of our keys. An expired token is Gone; one that
// is damaged, forged, foreign to the purpose or signed with a key we no longer know is NotFound with one constant text.
func (s *Signer) Open(ctx context.Context, purpose Purpose, token string) (Claim, error) {
	ring, err := s.ring(ctx)
	if err != nil {
		return Claim{}, err
	}
	raw, ok := decodeText(token)
	if !ok || len(raw) < macSize {
		return Claim{}, invalid()
	}
	body, sum := raw[:len(raw)-macSize], raw[len(raw)-macSize:]
	e, ok := decodeEnvelope(body)
	if !ok {
		return Claim{}, invalid()
	}
	key, known := ring.find(e.keyID)
	if genuine := hmac.Equal(sum, mac(key, purpose, body)); !genuine || !known {
		return Claim{}, invalid()
	}
	claim := Claim{Company: ident.Trusted(e.company), Payload: e.payload}
	if e.expires != never {
		claim.Expires = time.Unix(int64(e.expires), 0).UTC()
		if !s.now().Before(claim.Expires) {
			return Claim{}, errs.E(errs.Gone, "this link has expired")
		}
	}
	return claim, nil
}

func (s *Signer) ring(ctx context.Context) (Keyring, error) {
	ring, err := s.keys(ctx)
	if err != nil {
		return Keyring{}, err
	}
	if ring.Len() == 0 {
		return Keyring{}, errors.New("link: the keyring is empty")
	}
	return ring, nil
}

func invalid() error { return errs.E(errs.NotFound, "this link is not valid") }

// expiry is an instant as an envelope holds it. An instant before 1970 must not turn into never.
func expiry(at time.Time) uint64 {
	if at.IsZero() {
		return never
	}
	return uint64(max(at.Unix(), 1))
}
