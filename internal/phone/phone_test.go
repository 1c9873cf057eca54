package phone_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/nyaruka/phonenumbers"
	"pgregory.net/rapid"

	"github.com/winback-auto/winback/internal/phone"
)

func TestNumbersAsPeopleWriteThem(t *testing.T) {
	for _, test := range []struct {
		text, country, want string
		kind                phone.Kind
	}{
		{"0412 345 678", "AU", "+61412345678", phone.Mobile},
		{"+61 412 345 678", "DE", "+61412345678", phone.Mobile},
		{"61412345678", "AU", "+61412345678", phone.Mobile},
		{"0011 49 431 1234567", "AU", "+494311234567", phone.Fixed},
		{"(02) 9374 4000", "AU", "+61293744000", phone.Fixed},
		{"1800 123 456", "AU", "+611800123456", phone.Other},
		{"+49 (0)431 / 123 45-67", "AU", "+494311234567", phone.Fixed},
		{"0171 1234567", "DE", "+491711234567", phone.Mobile},
		{"tel:+49-171-1234567", "AU", "+491711234567", phone.Mobile},
		{"(519) 555-0158", "CA", "+15195550158", phone.Either},
		{"1-519-555-0158", "US", "+15195550158", phone.Either},
		{"5195550158", "CA", "+15195550158", phone.Either},
		{"06 678 99999", "IT", "+390667899999", phone.Fixed},
		{"07400 123456", "GB", "+447400123456", phone.Mobile},
		{"021 123 456", "NZ", "+6421123456", phone.Mobile},
		{"0412\u00a0345\u2011678", "au", "+61412345678", phone.Mobile},
	} {
		n, ok := phone.Parse(test.text, test.country)
		if !ok || n.E164 != test.want || n.Kind != test.kind {
			t.Errorf("%q in %s: %+v, %v; want %s, %s", test.text, test.country, n, ok, test.want, test.kind)
		}
	}
}

func TestAnExtensionIsKeptApart(t *testing.T) {
	for _, text := range []string{"(02) 9374 4000 ext. 12", "02 9374 4000 x12", "0293744000, Extension 12", "02 9374 4000 #12"} {
		n, ok := phone.Parse(text, "AU")
		if !ok || n.E164 != "+61293744000" || n.Extension != "12" {
			t.Errorf("%q: %+v, %v", text, n, ok)
		}
	}
}

func TestWhatNoPlanKnowsIsNoNumber(t *testing.T) {
	for _, test := range []struct{ text, country string }{
		{"", "AU"},
		{"TESTVALUE", "AU"},
		{"None", "AU"},
		{"12", "AU"},
		{"393-999-3922", "AU"},
		{"0412 345 67", "AU"},
		{"0412 345 6789", "AU"},
		{"0412 345 678 or 0400 000 001", "AU"},
		{"０４１２ ３４５ ６７８", "AU"}, // look-alikes are no digits
		{"+999 123456", "AU"},
		{"5195550158", ""},
		{"5195550158", "XX"},
		{"+", "AU"},
		{"(0)", "AU"},
		{strings.Repeat("1", 5000), "AU"},
		{"0412345678" + strings.Repeat(" ", 60) + "x1", "AU"},
	} {
		if n, ok := phone.Parse(test.text, test.country); ok || n.E164 != "" {
			t.Errorf("%q in %s is read as %+v", test.text, test.country, n)
		}
	}
}

func TestOnlyMobileNumbersTakeTexts(t *testing.T) {
	for text, want := range map[string]bool{"0412 345 678": true, "(02) 9374 4000": false, "1800 123 456": false, "+1 519 555 0158": true} {
		if n, ok := phone.Parse(text, "AU"); !ok || n.Texts() != want {
			t.Errorf("%q: %+v, %v", text, n, ok)
		}
	}
}

// The library has an example of every kind in every region: each must be read as the library reads it, however written.
func TestEveryExampleOfTheLibraryIsReadAsItReadsIt(t *testing.T) {
	read := 0
	for name := range phonenumbers.GetSupportedRegions() {
		for kind := phonenumbers.FIXED_LINE; kind <= phonenumbers.VOICEMAIL; kind++ {
			example := phonenumbers.GetExampleNumberForType(name, kind)
			if example == nil || !phonenumbers.IsValidNumber(example) {
				continue
			}
			for _, format := range []phonenumbers.PhoneNumberFormat{phonenumbers.E164, phonenumbers.INTERNATIONAL, phonenumbers.NATIONAL} {
				text := phonenumbers.Format(example, format)
				theirs, err := phonenumbers.Parse(text, name)
				if err != nil || !phonenumbers.IsValidNumber(theirs) {
					continue // written nationally, some of its own examples do not come back
				}
				read++
				if n, ok := phone.Parse(text, name); !ok || n.E164 != phonenumbers.Format(theirs, phonenumbers.E164) {
					t.Errorf("%s %q: %+v, %v; the library: %s", name, text, n, ok, phonenumbers.Format(theirs, phonenumbers.E164))
				}
			}
		}
	}
	if read < 3000 {
		t.Errorf("only %d examples", read)
	}
}

// What we call a number is one for the library, and the same; what we refuse it refuses, but for its guesses about digits
// that begin with a country's own code.
func TestAnyDigitsAreReadAsTheLibraryReadsThem(t *testing.T) {
	countries := []string{"AU", "NZ", "DE", "AT", "CH", "GB", "US", "CA", "IT", "FR", "AR", "MX", "BR", "CN", "IN", "SG"}
	valid := 0
	rapid.Check(t, func(t *rapid.T) {
		country := rapid.SampledFrom(countries).Draw(t, "country")
		prefix := rapid.SampledFrom([]string{"", "0", "04", "01", "+61", "+49", "+1", "+44", "0011", "00", "1", "+54", "+39"}).Draw(t, "prefix")
		text := prefix + rapid.StringMatching(`[0-9]{6,11}`).Draw(t, "digits")
		n, ok := phone.Parse(text, country)
		theirs, err := phonenumbers.Parse(text, country)
		want := ""
		if err == nil && phonenumbers.IsValidNumber(theirs) {
			want = phonenumbers.Format(theirs, phonenumbers.E164)
		}
		if ok {
			valid++
		}
		if n.E164 != want {
			t.Fatalf("%q in %s: %q, the library: %q", text, country, n.E164, want)
		}
	})
	if valid < 5 {
		t.Errorf("only %d of the drawn numbers were any", valid)
	}
}

func TestReadingIsIdempotent(t *testing.T) {
	for _, text := range []string{"0412 345 678", "(02) 9374 4000", "+49 171 1234567"} {
		first, _ := phone.Parse(text, "AU")
		again, ok := phone.Parse(first.E164, "DE")
		if !ok || again != first {
			t.Errorf("%+v is read again as %+v", first, again)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"0412 345 678", "+49 (0)431 123-45", "tel:+1", "x12", "+(0)", "ext", "\xff", "1800 #1"} {
		f.Add(seed, "AU")
	}
	f.Fuzz(func(t *testing.T, text, country string) {
		n, ok := phone.Parse(text, country)
		if !ok {
			return
		}
		if len(n.E164) > 16+3 || n.E164[0] != '+' || strings.Trim(n.E164[1:], "0123456789") != "" {
			t.Fatalf("%q: %q", text, n.E164)
		}
		if again, ok := phone.Parse(n.E164, country); !ok || again.E164 != n.E164 {
			t.Fatalf("%q becomes %q", n.E164, again.E164)
		}
	})
}

func ExampleParse() {
	n, ok := phone.Parse("0412 345 678", "AU")
	fmt.Println(n.E164, n.Kind, ok)
	// Output: +61412345678 mobile true
}
