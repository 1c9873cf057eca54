package text_test

import (
	"strings"
	"testing"

	"github.com/winback-auto/winback/internal/platform/text"
)

func TestATextIsCutWhereTheStandardSays(t *testing.T) {
	for _, c := range []struct {
		name, body string
		want       text.Size
	}{
		{"nothing", "", text.Size{Encoding: text.GSM7}},
		{"one message", strings.Repeat("a", 160), text.Size{Encoding: text.GSM7, Units: 160, Segments: 1}},
		{"two messages", strings.Repeat("a", 161), text.Size{Encoding: text.GSM7, Units: 161, Segments: 2}},
		{"two full messages", strings.Repeat("a", 306), text.Size{Encoding: text.GSM7, Units: 306, Segments: 2}},
		{"three messages", strings.Repeat("a", 307), text.Size{Encoding: text.GSM7, Units: 307, Segments: 3}},
		{"the umlauts of the alphabet", "Grüße aus Köln", text.Size{Encoding: text.GSM7, Units: 14, Segments: 1}},
		{"a euro takes two", "€", text.Size{Encoding: text.GSM7, Units: 2, Segments: 1}},
		{"eighty euros", strings.Repeat("€", 80), text.Size{Encoding: text.GSM7, Units: 160, Segments: 1}},
		{"an escaped character is not cut", strings.Repeat("a", 152) + "€" + strings.Repeat("a", 152), text.Size{Encoding: text.GSM7, Units: 306, Segments: 3}},
		{"one character outside", "a…", text.Size{Encoding: text.UCS2, Units: 2, Segments: 1}},
		{"a cedilla that is none of the alphabet", "ç", text.Size{Encoding: text.UCS2, Units: 1, Segments: 1}},
		{"seventy", strings.Repeat("車", 70), text.Size{Encoding: text.UCS2, Units: 70, Segments: 1}},
		{"seventy-one", strings.Repeat("車", 71), text.Size{Encoding: text.UCS2, Units: 71, Segments: 2}},
		{"a pair takes two", "🚗", text.Size{Encoding: text.UCS2, Units: 2, Segments: 1}},
		{"a pair is not cut", strings.Repeat("車", 66) + "🚗" + strings.Repeat("車", 66), text.Size{Encoding: text.UCS2, Units: 134, Segments: 3}},
		{"bytes that are no text", "\xff", text.Size{Encoding: text.UCS2, Units: 1, Segments: 1}},
	} {
		if got := text.Measure(c.body); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

func TestEveryCharacterOfTheAlphabetTakesOneSeptet(t *testing.T) {
	const alphabet = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
	count := 0
	for _, r := range alphabet {
		count++
		if size := text.Measure(string(r)); size != (text.Size{Encoding: text.GSM7, Units: 1, Segments: 1}) {
			t.Errorf("%q: %+v", r, size)
		}
	}
	if count != 127 { // 128 with the escape
		t.Errorf("%d characters", count)
	}
}
