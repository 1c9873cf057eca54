// Package secrettest is the contract of secret.Sealer. Every driver passes it.
package secrettest

import (
	"bytes"
	"testing"

	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/secret"
)

const purpose = "connection:autograb"

var (
	harbour   = ident.Trusted("harbour")
	nordlicht = ident.Trusted("nordlicht")
)

// Run runs the contract. Sealer yields a driver; one for all tests is fine.
func Run(t *testing.T, sealer func(*testing.T) secret.Sealer) {
	for name, test := range map[string]func(*testing.T, secret.Sealer){
		"WhatIsSealedOpens":                  whatIsSealedOpens,
		"TwoSealsDiffer":                     twoSealsDiffer,
		"OnlyItsCompanyOpensIt":              onlyItsCompanyOpensIt,
		"OnlyItsPurposeOpensIt":              onlyItsPurposeOpensIt,
		"CompanyAndPurposeDoNotRunTogether":  companyAndPurposeDoNotRunTogether,
		"SwappedRecordsDoNotOpen":            swappedRecordsDoNotOpen,
		"EveryTamperedByteIsRefused":         everyTamperedByteIsRefused,
		"NonsenseIsRefused":                  nonsenseIsRefused,
		"LengthsOutOfBoundsAreInvalid":       lengthsOutOfBoundsAreInvalid,
		"NothingIsSealedForNobody":           nothingIsSealedForNobody,
		"TheSealedTextDoesNotShowTheSecret":  theSealedTextDoesNotShowTheSecret,
		"OpeningGivesACopyThatIsOnesOwn":     openingGivesACopy,
		"SealingLeavesTheCallersBytesIntact": sealingLeavesThePlainAlone,
	} {
		t.Run(name, func(t *testing.T) { test(t, sealer(t)) })
	}
}

func seal(t *testing.T, s secret.Sealer, company ident.Company, purpose string, plain []byte) secret.Sealed {
	t.Helper()
	sealed, err := s.Seal(t.Context(), company, purpose, plain)
	if err != nil {
		t.Fatalf("seal %d bytes: %v", len(plain), err)
	}
	return sealed
}

// refuse fails unless the driver refuses with the error that everything wrong gets.
func refuse(t *testing.T, s secret.Sealer, company ident.Company, purpose string, sealed secret.Sealed, why string) {
	t.Helper()
	plain, err := s.Open(t.Context(), company, purpose, sealed)
	if !errs.Is(err, errs.Forbidden) || err.Error() != secret.Refused().Error() || plain != nil {
		t.Errorf("%s: %d bytes, %v; want the constant refusal", why, len(plain), err)
	}
}

func whatIsSealedOpens(t *testing.T, s secret.Sealer) {
	for _, plain := range [][]byte{
		{0}, []byte("sec_7f3a"), []byte("größe \x00\xff\n"), bytes.Repeat([]byte{0xA5}, secret.MaxPlain),
	} {
		got, err := s.Open(t.Context(), harbour, purpose, seal(t, s, harbour, purpose, plain))
		if err != nil || !bytes.Equal(got, plain) {
			t.Errorf("%d bytes came back as %d, %v", len(plain), len(got), err)
		}
	}
}

func twoSealsDiffer(t *testing.T, s secret.Sealer) {
	if seal(t, s, harbour, purpose, []byte("sec_7f3a")) == seal(t, s, harbour, purpose, []byte("sec_7f3a")) {
		t.Error("equal ciphertexts tell that two secrets are equal")
	}
}

func onlyItsCompanyOpensIt(t *testing.T, s secret.Sealer) {
	sealed := seal(t, s, harbour, purpose, []byte("sec_7f3a"))
	for _, company := range []ident.Company{nordlicht, ident.Trusted("Harbour"), ident.Trusted("harbour "), {}} {
		refuse(t, s, company, purpose, sealed, "company "+company.ID())
	}
}

func onlyItsPurposeOpensIt(t *testing.T, s secret.Sealer) {
	sealed := seal(t, s, harbour, purpose, []byte("sec_7f3a"))
	for _, other := range []string{"connection:keyloop", "connection", purpose + " ", "Connection:AutoGrab", ""} {
		refuse(t, s, harbour, other, sealed, "purpose "+other)
	}
}

func companyAndPurposeDoNotRunTogether(t *testing.T, s secret.Sealer) {
	sealed := seal(t, s, ident.Trusted("ab"), "c", []byte("sec_7f3a"))
	refuse(t, s, ident.Trusted("a"), "bc", sealed, "a letter moved")
	refuse(t, s, ident.Trusted("c"), "ab", sealed, "the two changed places")
}

func swappedRecordsDoNotOpen(t *testing.T, s secret.Sealer) {
	ours := seal(t, s, harbour, purpose, []byte("sec_ours"))
	theirs := seal(t, s, nordlicht, purpose, []byte("sec_theirs"))
	refuse(t, s, harbour, purpose, theirs, "theirs as ours")
	refuse(t, s, nordlicht, purpose, ours, "ours as theirs")
}

func everyTamperedByteIsRefused(t *testing.T, s secret.Sealer) {
	sealed := seal(t, s, harbour, purpose, []byte("sec_7f3a"))
	cipher, err := secret.Decode(sealed)
	if err != nil {
		t.Fatal(err)
	}
	for i := range cipher {
		forged := bytes.Clone(cipher)
		forged[i] ^= 0x01
		refuse(t, s, harbour, purpose, secret.Encode(forged), "a flipped bit")
		refuse(t, s, harbour, purpose, secret.Encode(cipher[:i]), "cut short")
	}
	refuse(t, s, harbour, purpose, secret.Encode(append(bytes.Clone(cipher), 0)), "a byte more")
	for i := range sealed {
		forged := []byte(sealed)
		forged[i] ^= 0x01
		refuse(t, s, harbour, purpose, secret.Sealed(forged), "a flipped bit of the text")
	}
}

func nonsenseIsRefused(t *testing.T, s secret.Sealer) {
	for _, sealed := range []secret.Sealed{
		"", "x", "!!!!", "AAAA", secret.Encode(make([]byte, 64)), secret.Encode(make([]byte, 6144)), secret.Encode(make([]byte, 1<<20)),
		seal(t, s, harbour, purpose, []byte("sec_7f3a")) + "\n",
	} {
		refuse(t, s, harbour, purpose, sealed, "nonsense")
	}
}

func lengthsOutOfBoundsAreInvalid(t *testing.T, s secret.Sealer) {
	for _, plain := range [][]byte{nil, {}, make([]byte, secret.MaxPlain+1)} {
		if sealed, err := s.Seal(t.Context(), harbour, purpose, plain); !errs.Is(err, errs.Invalid) || sealed != "" {
			t.Errorf("%d bytes: %q, %v; want invalid", len(plain), sealed, err)
		}
	}
}

func nothingIsSealedForNobody(t *testing.T, s secret.Sealer) {
	if sealed, err := s.Seal(t.Context(), ident.Company{}, purpose, []byte("sec")); !errs.Is(err, errs.Internal) || sealed != "" {
		t.Errorf("no company: %q, %v; want internal", sealed, err)
	}
	if sealed, err := s.Seal(t.Context(), harbour, "", []byte("sec")); !errs.Is(err, errs.Internal) || sealed != "" {
		t.Errorf("no purpose: %q, %v; want internal", sealed, err)
	}
}

func theSealedTextDoesNotShowTheSecret(t *testing.T, s secret.Sealer) {
	plain := []byte("sec_7f3a9c21d0")
	cipher, err := secret.Decode(seal(t, s, harbour, purpose, plain))
	if err != nil || bytes.Contains(cipher, plain) {
		t.Errorf("the ciphertext holds the secret, %v", err)
	}
}

func openingGivesACopy(t *testing.T, s secret.Sealer) {
	sealed := seal(t, s, harbour, purpose, []byte("sec_7f3a"))
	first, err := s.Open(t.Context(), harbour, purpose, sealed)
	if err != nil {
		t.Fatal(err)
	}
	clear(first)
	if second, err := s.Open(t.Context(), harbour, purpose, sealed); err != nil || string(second) != "sec_7f3a" {
		t.Errorf("after the first copy was wiped: %q, %v", second, err)
	}
}

func sealingLeavesThePlainAlone(t *testing.T, s secret.Sealer) {
	plain := []byte("sec_7f3a")
	seal(t, s, harbour, purpose, plain[:4])
	if string(plain) != "sec_7f3a" {
		t.Errorf("the caller's bytes became %q", plain)
	}
}
