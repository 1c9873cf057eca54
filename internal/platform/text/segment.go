package text

import (
	"strings"
	"unicode/utf16"
)

// Encoding is the alphabet that a text message goes out in. One character outside GSM7 puts all of it into UCS2.
type Encoding string

// The encodings (3GPP TS 23.038).
const (
	GSM7 Encoding = "GSM-7"
	UCS2 Encoding = "UCS-2"
)

// Size is what a text takes on the air, which is what it costs.
type Size struct {
	Encoding Encoding `json:"encoding" enum:"GSM-7,UCS-2"`
	Units    int      `json:"units" doc:"Septets in GSM-7, in which some characters take two; else 16-bit units."`
	Segments int      `json:"segments" doc:"Messages that it is cut into; each is paid for."`
}

// Room in a message of its own, and in one of several, where a header of 6 bytes takes its part.
const (
	aloneGSM7, partGSM7 = 160, 153
	aloneUCS2, partUCS2 = 70, 67
)

// gsm7 is the basic alphabet; each of its characters takes one septet. gsm7Extended are those behind an escape.
const (
	gsm7 = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
		"¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
	gsm7Extended = "\f^{}\\[~]|€"
)

// Measure is the size of a text. An empty one takes no message.
func Measure(body string) Size {
	widths, encoding := septets(body), GSM7
	alone, part := aloneGSM7, partGSM7
	if widths == nil && body != "" {
		widths, encoding, alone, part = units(body), UCS2, aloneUCS2, partUCS2
	}
	size := Size{Encoding: encoding}
	for _, width := range widths {
		size.Units += width
	}
	if size.Units <= alone {
		size.Segments = min(1, size.Units)
		return size
	}
	// What takes two units is never cut in half: it begins the next message.
	room := 0
	for _, width := range widths {
		if width > room {
			size.Segments++
			room = part
		}
		room -= width
	}
	return size
}

// septets are the widths of the characters in GSM7; nil where one of them is not in it.
func septets(body string) (widths []int) {
	for _, r := range body {
		switch {
		case strings.ContainsRune(gsm7, r):
			widths = append(widths, 1)
		case strings.ContainsRune(gsm7Extended, r):
			widths = append(widths, 2)
		default:
			return nil
		}
	}
	return widths
}

// units are the widths of the characters in 16-bit units.
func units(body string) (widths []int) {
	for _, r := range body {
		widths = append(widths, max(1, utf16.RuneLen(r)))
	}
	return widths
}
