package eml

import (
	"bytes"
	"strings"
)

// MaxHeader bounds the header of a mail, in bytes, and maxFields its fields: nothing beyond is looked at. What lists and
// seals add on the way grows.
const (
	MaxHeader = 256 << 10
	maxFields = 1_000
)

// Field is a field of a header, on one line.
type Field struct {
	Name  string // in lower case
	Value string
}

// Header is the fields of a mail's header, from the top.
type Header []Field

// ReadHeader finds the fields at the top of a mail, whatever else stands among them, up to the first empty line.
func ReadHeader(mail []byte) Header {
	head := mail[:min(len(mail), MaxHeader)]
	var h Header
	for len(h) < maxFields {
		text, rest, more := bytes.Cut(head, []byte("\n"))
		head = rest
		text = bytes.TrimRight(text, "\r")
		name, value, isField := bytes.Cut(text, []byte(":"))
		switch {
		case len(text) == 0:
			if !more || len(h) > 0 { // blank lines may stand before the header
				return h
			}
		case text[0] == ' ' || text[0] == '\t':
			if len(h) > 0 {
				h[len(h)-1].more(text)
			}
		case isField && isName(bytes.TrimRight(name, " \t")):
			h = append(h, Field{strings.ToLower(string(bytes.TrimRight(name, " \t"))), strings.TrimSpace(string(value))})
		}
		if !more {
			return h
		}
	}
	return h
}

// more adds a further line of a field's value. A field has no more bytes than a text that a person could read at once, so
// that adding line by line takes no time to speak of.
func (f *Field) more(line []byte) {
	const most = 16 << 10
	if room := most - len(f.Value); room > 0 {
		line = bytes.TrimSpace(line)
		f.Value = strings.TrimSpace(f.Value + " " + string(line[:min(len(line), room)]))
	}
}

// isName reports whether a field can be called so (RFC 5322, 2.2).
func isName(name []byte) bool {
	for _, c := range name {
		if c <= ' ' || c > '~' || c == ':' {
			return false
		}
	}
	return len(name) > 0
}

// Get is the value of the first field of a name, in lower case; empty where there is none.
func (h Header) Get(name string) string {
	for _, f := range h {
		if f.Name == name {
			return f.Value
		}
	}
	return ""
}

// Has reports whether there is a field of a name, in lower case.
func (h Header) Has(name string) bool {
	for _, f := range h {
		if f.Name == name {
			return true
		}
	}
	return false
}

// Line is the text of the first field of a name, in UTF-8 and for a person: on one line, of at most so many characters.
func (h Header) Line(name string, most int) string {
	text := strings.ToValidUTF8(Decoded(h.Get(name)), "\ufffd")
	text = strings.Join(strings.Fields(strings.Map(visible, text)), " ")
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return text
}

// visible drops characters that take no room or turn the writing around, and makes blanks of controls.
func visible(r rune) rune {
	switch {
	case r < ' ', r == 0x7f, r >= 0x80 && r < 0xa0:
		return ' '
	case r >= '\u200b' && r <= '\u200f', r >= '\u202a' && r <= '\u202e', r >= '\u2066' && r <= '\u2069', r == '\ufeff':
		return -1
	}
	return r
}

// Body is what stands behind the header of a mail; nil where there is nothing.
func Body(mail []byte) []byte {
	at := -1
	for _, blank := range []string{"\n\r\n", "\n\n"} {
		if i := bytes.Index(mail, []byte(blank)); i >= 0 && (at < 0 || i+len(blank) < at) {
			at = i + len(blank)
		}
	}
	if at < 0 {
		return nil
	}
	return mail[at:]
}
