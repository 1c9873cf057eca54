package customer

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/winback-auto/winback/internal/platform/search"
)

func TestAPhoneNumberIsFoundAsItWasTyped(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		phone := rapid.StringMatching(`\+?[0-9(]([ ()./-]?[0-9]){0,6}([ ()./-]?[1-9]){5,6}`).Draw(t, "phone")
		if !dialable(phone) {
			t.Fatalf("%q is a phone number", phone)
		}
		asked := search.Words(searched(phone))
		found := Customer{Mobile: phone}.words()
		for _, word := range asked {
			if !slices.ContainsFunc(found, func(w string) bool { return strings.HasPrefix(w, word) }) {
				t.Fatalf("%q is asked as %v and found by %v", phone, asked, found)
			}
		}
	})
}

func TestANumberFromAbroadIsFoundAsItIsDialledAtHome(t *testing.T) {
	for phone, want := range map[string][]string{
		"+61 400 123 456":     {"61400123456", "0400123456"},
		"0061 (0)400 123 456": {"610400123456", "0400123456"},
		"0400 123 456":        {"0400123456"},
		"+49 431 12345":       {"4943112345", "043112345"},
		"+1 (212) 555-0100":   {"12125550100"},
		"(02) 9000 0000":      {"0290000000"},
	} {
		if got := (Customer{Phone: phone}).words(); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", phone, got, want)
		}
	}
}

func TestWhatHasHardlyADigitIsNoPhoneNumber(t *testing.T) {
	for _, phone := range []string{"( 00 ", "(----", "+0000", "0 ) 4 ) 1", "()()()()"} {
		if dialable(phone) {
			t.Errorf("%q passes for a phone number", phone)
		}
		if len((Customer{Last: "Meyer", Mobile: phone}).problems()) == 0 {
			t.Errorf("a customer may have the number %q", phone)
		}
	}
}
