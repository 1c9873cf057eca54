package dynamosim

import (
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// drawn is a number that fits, as text, and so do sums: of at most 16 digits, nine places to the left or to the right.
func drawn(t *rapid.T, label string) string {
	return rapid.StringMatching(`-?[0-9]{0,7}[0-9]\.?[0-9]{0,8}(e-?[0-9])?`).Draw(t, label)
}

func rational(t *rapid.T, text string) *big.Rat {
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		t.Fatalf("%q is no number", text)
	}
	return r
}

func TestNumbersAreExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawn(t, "a"), drawn(t, "b")
		x, err := parseNumber(a)
		if err != nil {
			t.Fatal(err)
		}
		y, err := parseNumber(b)
		if err != nil {
			t.Fatal(err)
		}
		p, q := rational(t, a), rational(t, b)
		if got := rational(t, x.String()); got.Cmp(p) != 0 {
			t.Fatalf("%s reads as %s", a, x)
		}
		if text := x.String(); strings.Contains(text, ".") && strings.HasSuffix(text, "0") || strings.ContainsAny(text, "eE+") || text == "-0" {
			t.Fatalf("%s is written %s", a, text)
		}
		if got, want := x.compare(y), p.Cmp(q); got*want < 0 || (got == 0) != (want == 0) {
			t.Fatalf("%s and %s compare as %d", a, b, got)
		}
		sum, err := x.add(y)
		exact := new(big.Rat).Add(p, q)
		if err != nil || rational(t, sum.String()).Cmp(exact) != 0 {
			t.Fatalf("%s + %s = %s, %v", a, b, sum, err)
		}
	})
}

func TestNumbersHaveBounds(t *testing.T) {
	for text, want := range map[string]string{
		"":                            "cannot be converted",
		"-":                           "cannot be converted",
		"1e":                          "cannot be converted",
		"0x1":                         "cannot be converted",
		"NaN":                         "cannot be converted",
		strings.Repeat("1", 39):       "38 significant digits",
		"1e126":                       "overflow",
		"1e-131":                      "underflow",
		"1" + strings.Repeat("0", 60): "",
		"0.000":                       "",
		".5":                          "",
		"+1":                          "",
	} {
		_, err := parseNumber(text)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
	big, _ := parseNumber("1e30")
	small, _ := parseNumber("1e-30")
	if _, err := big.add(small); err == nil {
		t.Error("a sum of 61 digits was kept")
	}
}
