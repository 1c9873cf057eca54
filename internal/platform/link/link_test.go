package link_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/link"
)

var (
	noon    = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	harbour = ident.Trusted("harbour")
	other   = ident.Trusted("nordlicht")
)

const assign link.Purpose = "lead:assign"

func key(id string) link.Key {
	return link.Key{ID: id, Secret: bytes.Repeat([]byte(id), link.MinSecret)[:link.MinSecret]}
}

func ring(t testing.TB, ids ...string) link.Keyring {
	t.Helper()
	var keys []link.Key
	for _, id := range ids {
		keys = append(keys, key(id))
	}
	ring, err := link.NewKeyring(keys...)
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

func signer(t testing.TB, ids ...string) *link.Signer {
	return link.New(link.Fixed(ring(t, ids...)), func() time.Time { return noon })
}

func sign(t testing.TB, s *link.Signer, purpose link.Purpose, claim link.Claim) string {
	t.Helper()
	token, err := s.Sign(t.Context(), purpose, claim)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// refuse fails unless the token is refused with the one answer that everything wrong gets.
func refuse(t testing.TB, s *link.Signer, purpose link.Purpose, token, why string) {
	t.Helper()
	claim, err := s.Open(context.Background(), purpose, token)
	if !errs.Is(err, errs.NotFound) || err.Error() != "this link is not valid" || claim != (link.Claim{}) {
		t.Errorf("%s: claim %v, error %v; want the constant refusal", why, claim, err)
	}
}

func TestATokenProvesWhatWasSigned(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		s := signer(t, "b", "a")
		want := link.Claim{
			Company: ident.Trusted(rapid.StringN(1, 16, 64).Draw(r, "company")),
			Payload: string(rapid.SliceOfN(rapid.Byte(), 0, link.MaxPayload).Draw(r, "payload")),
		}
		if rapid.Bool().Draw(r, "expires") {
			want.Expires = noon.Add(time.Duration(rapid.IntRange(1, 1<<30).Draw(r, "seconds")) * time.Second)
		}
		purpose := link.Purpose(rapid.StringN(1, -1, -1).Draw(r, "purpose"))
		token := sign(t, s, purpose, want)
		if len(token) > link.MaxToken {
			r.Errorf("a token of %d characters is over MaxToken", len(token))
		}
		if got, err := s.Open(t.Context(), purpose, token); err != nil || got != want {
			r.Errorf("got %v, %v; want %v", got, err, want)
		}
	})
}

func TestEveryFlippedBitIsRefused(t *testing.T) {
	s := signer(t, "k")
	// Three payload lengths, so that the last character holds 0, 2 and 4 bits that a lax decoder ignores.
	for _, payload := range []string{"lead-1", "lead-12", "lead-123"} {
		token := sign(t, s, assign, link.Claim{Company: harbour, Payload: payload, Expires: noon.Add(time.Hour)})
		for i := range token {
			for bit := range 8 {
				forged := []byte(token)
				forged[i] ^= 1 << bit
				refuse(t, s, assign, string(forged), fmt.Sprintf("bit %d of character %d", bit, i))
			}
		}
		raw, err := base64.RawURLEncoding.DecodeString(token)
		if err != nil {
			t.Fatal(err)
		}
		for i := range len(raw) * 8 {
			forged := bytes.Clone(raw)
			forged[i/8] ^= 1 << (i % 8)
			refuse(t, s, assign, base64.RawURLEncoding.EncodeToString(forged), fmt.Sprintf("bit %d of the raw token", i))
		}
	}
}

func TestADamagedTokenIsRefused(t *testing.T) {
	s := signer(t, "k")
	token := sign(t, s, assign, link.Claim{Company: harbour, Payload: "lead-1"})
	for cut := range token {
		refuse(t, s, assign, token[:cut], fmt.Sprintf("cut to %d", cut))
		refuse(t, s, assign, token[cut+1:], fmt.Sprintf("without the first %d", cut+1))
	}
	for why, forged := range map[string]string{
		"padded":             token + "=",
		"padded twice":       token + "==",
		"with a line break":  token[:8] + "\n" + token[8:],
		"with a space":       token + " ",
		"doubled":            token + token,
		"url-encoded":        strings.ReplaceAll(token, token[:1], fmt.Sprintf("%%%02X", token[0])),
		"look-alike":         "А" + token[1:],
		"in lower case":      strings.ToLower(token),
		"standard alphabet":  base64.StdEncoding.EncodeToString([]byte(token)),
		"8 kB":               token + strings.Repeat("A", 8192),
		"8 kB of nothing":    strings.Repeat("A", 8192),
		"zero bytes":         strings.Repeat("\x00", len(token)),
		"a text of its own":  "unsubscribe",
		"the longest length": strings.Repeat("_", link.MaxToken),
	} {
		refuse(t, s, assign, forged, why)
	}
}

func TestATokenIsGoodForItsPurposeAlone(t *testing.T) {
	s := signer(t, "k")
	token := sign(t, s, assign, link.Claim{Company: harbour, Payload: "lead-1"})
	for _, purpose := range []link.Purpose{"", "lead:assig", "lead:assign ", "Lead:assign", "unsubscribe"} {
		refuse(t, s, purpose, token, string(purpose))
	}
}

func TestBytesCannotMoveBetweenPurposeAndCompany(t *testing.T) {
	s := signer(t, "k")
	a := sign(t, s, "ab", link.Claim{Company: ident.Trusted("c"), Payload: "d"})
	b := sign(t, s, "a", link.Claim{Company: ident.Trusted("bc"), Payload: "d"})
	refuse(t, s, "a", a, "a purpose cut short")
	refuse(t, s, "ab", b, "a purpose made longer")

	// A payload that is a token's body in itself, with the rest of its surroundings moved into the purpose.
	header := "\x01\x01k\x07harbour" + strings.Repeat("\x00", 8)
	raw, err := base64.RawURLEncoding.DecodeString(sign(t, s, "p", link.Claim{Company: harbour, Payload: header + "inner"}))
	if err != nil || !strings.HasPrefix(string(raw), header) {
		t.Fatalf("the form of a token has changed: %q, %v", raw, err)
	}
	refuse(t, s, link.Purpose("p"+header), base64.RawURLEncoding.EncodeToString(raw[len(header):]), "a token within a token")
}

func TestAnExpiredTokenIsGone(t *testing.T) {
	now := noon
	s := link.New(link.Fixed(ring(t, "k")), func() time.Time { return now })
	token := sign(t, s, assign, link.Claim{Company: harbour, Payload: "lead-1", Expires: noon.Add(time.Hour)})
	now = noon.Add(time.Hour - time.Nanosecond)
	if _, err := s.Open(t.Context(), assign, token); err != nil {
		t.Errorf("a moment before it expires: %v", err)
	}
	now = noon.Add(time.Hour)
	if _, err := s.Open(t.Context(), assign, token); !errs.Is(err, errs.Gone) {
		t.Errorf("the moment it expires: %v, want gone", err)
	}
	refuse(t, s, "unsubscribe", token, "expired and of another purpose")
}

func TestAnInstantBefore1970IsNotNever(t *testing.T) {
	s := signer(t, "k")
	token := sign(t, s, assign, link.Claim{Company: harbour, Expires: time.Unix(0, 0)})
	if _, err := s.Open(t.Context(), assign, token); !errs.Is(err, errs.Gone) {
		t.Errorf("got %v, want gone", err)
	}
}

func TestATokenWithoutExpiryLastsForEver(t *testing.T) {
	token := sign(t, signer(t, "k"), "unsubscribe", link.Claim{Company: harbour, Payload: "recipient-1"})
	later := link.New(link.Fixed(ring(t, "k")), func() time.Time { return noon.AddDate(200, 0, 0) })
	if _, err := later.Open(t.Context(), "unsubscribe", token); err != nil {
		t.Error(err)
	}
}

func TestRotationKeepsOldTokensUntilTheirKeyLeaves(t *testing.T) {
	token := sign(t, signer(t, "old"), assign, link.Claim{Company: harbour, Payload: "lead-1"})
	rotated := signer(t, "new", "old")
	if _, err := rotated.Open(t.Context(), assign, token); err != nil {
		t.Errorf("a token of the old key: %v", err)
	}
	renewed := sign(t, rotated, assign, link.Claim{Company: harbour, Payload: "lead-1"})
	refuse(t, signer(t, "old"), assign, renewed, "the first key signs, so the old ring does not know it")
	refuse(t, signer(t, "new"), assign, token, "its key has left the ring")
}

func TestAKeyIdDoesNotMakeAKey(t *testing.T) {
	forger, err := link.NewKeyring(link.Key{ID: "k", Secret: bytes.Repeat([]byte("x"), link.MinSecret)})
	if err != nil {
		t.Fatal(err)
	}
	forged := sign(t, link.New(link.Fixed(forger), func() time.Time { return noon }), assign, link.Claim{Company: harbour})
	refuse(t, signer(t, "k"), assign, forged, "the right id with a secret of one's own")
	renamed, err := link.NewKeyring(link.Key{ID: "j", Secret: key("k").Secret})
	if err != nil {
		t.Fatal(err)
	}
	forged = sign(t, link.New(link.Fixed(renamed), func() time.Time { return noon }), assign, link.Claim{Company: harbour})
	refuse(t, signer(t, "k"), assign, forged, "our secret under an id that we do not have")
}

func TestOnlyAWholeClaimIsSigned(t *testing.T) {
	s := signer(t, "k")
	for why, c := range map[string]struct {
		purpose link.Purpose
		claim   link.Claim
	}{
		"no purpose":       {"", link.Claim{Company: harbour}},
		"no company":       {assign, link.Claim{}},
		"a huge company":   {assign, link.Claim{Company: ident.Trusted(strings.Repeat("c", 65))}},
		"too much payload": {assign, link.Claim{Company: harbour, Payload: strings.Repeat("p", link.MaxPayload+1)}},
	} {
		if token, err := s.Sign(t.Context(), c.purpose, c.claim); err == nil || token != "" || !errs.Is(err, errs.Internal) {
			t.Errorf("%s: token %q, error %v; want an internal error", why, token, err)
		}
	}
}

func TestAFailureToGetKeysIsPassedOn(t *testing.T) {
	down := errs.E(errs.Unavailable, "keys are away")
	s := link.New(func(context.Context) (link.Keyring, error) { return link.Keyring{}, down }, time.Now)
	if _, err := s.Sign(t.Context(), assign, link.Claim{Company: harbour}); !errors.Is(err, down) {
		t.Errorf("sign: %v", err)
	}
	if _, err := s.OpenCursor(t.Context(), harbour, "leads", "x"); !errors.Is(err, down) {
		t.Errorf("open: %v", err)
	}
	empty := link.New(link.Fixed(link.Keyring{}), time.Now)
	if _, err := empty.Open(t.Context(), assign, "x"); !errs.Is(err, errs.Internal) {
		t.Errorf("no keys: %v", err)
	}
}

func FuzzOnlySignedTokensOpen(f *testing.F) {
	s := signer(f, "new", "old")
	for _, claim := range []link.Claim{
		{Company: harbour},
		{Company: harbour, Payload: "lead-1", Expires: noon.Add(time.Hour)},
		{Company: other, Payload: strings.Repeat("p", 100), Expires: noon.Add(-time.Hour)},
	} {
		f.Add(sign(f, s, assign, claim))
	}
	f.Add("")
	f.Add("AQFr")
	f.Fuzz(func(t *testing.T, token string) {
		claim, err := s.Open(t.Context(), assign, token)
		switch {
		case err == nil:
			if again := sign(t, s, assign, claim); again != token && sign(t, signer(t, "old"), assign, claim) != token {
				t.Errorf("%q opened as %v, which is signed as %q", token, claim, again)
			}
		case !errs.Is(err, errs.NotFound) && !errs.Is(err, errs.Gone):
			t.Errorf("%q: %v", token, err)
		}
	})
}

func BenchmarkOpen(b *testing.B) {
	s := signer(b, "k")
	token := sign(b, s, assign, link.Claim{Company: harbour, Payload: "01JD8Z6Q3V9XK4T2B7M5N0PQRS", Expires: noon.Add(time.Hour)})
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Open(b.Context(), assign, token); err != nil {
			b.Fatal(err)
		}
	}
}
