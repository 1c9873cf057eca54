package enquiry

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/pattern"
)

// decode makes text of a document. It is UTF-8, whatever the document says of itself: one that calls itself UTF-16 and is
// not is common. Single bytes are read as Windows-1252 only where the document or its sender says so.
func decode(document []byte, charset string) (string, error) {
	document = bytes.TrimPrefix(document, []byte("\xef\xbb\xbf"))
	if bytes.IndexByte(document, 0) >= 0 || bytes.HasPrefix(document, []byte{0xff, 0xfe}) || bytes.HasPrefix(document, []byte{0xfe, 0xff}) {
		return "", errs.E(errs.Invalid, "the document holds NUL bytes or is UTF-16; send it as UTF-8")
	}
	if utf8.Valid(document) {
		return string(document), nil
	}
	if declared := declaredEncoding().FindSubmatch(document[:min(len(document), 200)]); declared != nil && charset == "" {
		charset = string(declared[1])
	}
	switch strings.ToLower(charset) {
	case "windows-1252", "cp1252", "iso-8859-1", "latin1", "iso-8859-15":
		text, err := charmap.Windows1252.NewDecoder().Bytes(document)
		if err != nil {
			return "", errs.E(errs.Invalid, "the document cannot be read as Windows-1252; send it as UTF-8: %w", err)
		}
		return string(text), nil
	}
	return "", errs.E(errs.Invalid, "the document holds bytes that are not UTF-8; send it as UTF-8")
}

var declaredEncoding = pattern.Of(`^\s*<\?[xX][mM][lL][^>]*(?i:encoding)\s*=?\s*["'\x{201c}\x{201d}]?([A-Za-z0-9._-]+)`)

// line is a text on one line: runs of white space become one blank, invisible characters go.
func line(text string) string { return squeezed(text, false) }

// paragraph is a text of several lines, without blanks at their ends and with at most one empty line in a row.
func paragraph(text string) string { return squeezed(text, true) }

// squeezed makes one blank of each run of white space or, with lines, one or two line breaks of a run that has any. It goes
// over the text once and drops the characters that turn the writing around or take no room, behind which a text can look
// like another one.
func squeezed(text string, lines bool) string {
	text = strings.ToValidUTF8(text, "\ufffd")
	if !lines && isPlain(text) {
		return text
	}
	var b strings.Builder
	b.Grow(len(text))
	blank, breaks := false, 0
	for _, r := range text {
		switch {
		case r == '\n' && lines:
			breaks++
		case unicode.IsSpace(r) || unicode.IsControl(r):
			blank = true
		case r == '\u200b' || r == '\ufeff' || r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069' || r == '\u200e' || r == '\u200f':
		default:
			switch {
			case b.Len() == 0:
			case breaks > 0:
				b.WriteString("\n\n"[:min(breaks, 2)])
			case blank:
				b.WriteByte(' ')
			}
			blank, breaks = false, 0
			b.WriteRune(r)
		}
	}
	return b.String()
}

// isPlain spares the copy for a text that is squeezed already.
func isPlain(text string) bool {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c > '~' || c == ' ' && (i == 0 || i == len(text)-1 || text[i-1] == ' ') {
			return false
		}
	}
	return true
}

// nothing are the words that stand for an empty field.
var nothing = map[string]bool{
	"not specified": true, "unspecified": true, "not provided": true, "not available": true, "not stated": true, "not applicable": true,
	"unknown": true, "undefined": true, "none": true, "null": true, "nil": true, "nan": true, "n/a": true, "n.a.": true, "na": true, "(none)": true,
	"-": true, "--": true, "---": true, ".": true, "?": true, "keine angabe": true, "k.a.": true,
}

// said is a text on one line, empty where it stands for nothing.
func said(text string) string {
	text = line(text)
	if nothing[strings.ToLower(text)] {
		return ""
	}
	return text
}

// fits reports whether a text has at most so many characters.
func fits(text string, most int) bool {
	return len(text) <= most || utf8.RuneCountInString(text) <= most
}

// cut shortens a text to so many characters.
func cut(text string, most int) string {
	if fits(text, most) {
		return text
	}
	return string([]rune(text)[:most-1]) + "…"
}

// further keeps what no field can hold.
func (e *Enquiry) further(name, text string) {
	text = line(text)
	switch {
	case text == "" || nothing[strings.ToLower(text)]:
		return
	case len(e.Further) == maxFurther:
		e.warn("further particulars beyond the first %d are left out", maxFurther)
		return
	case name != "":
		text = line(name) + ": " + text // names of elements nobody knows are the sender's, too
	}
	e.Further = append(e.Further, cut(text, maxLine))
}

// warn notes what was read differently than its sender may expect, once.
func (e *Enquiry) warn(format string, args ...any) {
	warning := line(fmt.Sprintf(format, args...))
	for _, known := range e.Warnings {
		if known == warning {
			return
		}
	}
	e.Warnings = append(e.Warnings, warning)
}

// keep puts a text into a field, or among the further ones where it is too long for it or the field is taken.
func (e *Enquiry) keep(field *string, most int, name, text string) {
	text = said(text)
	switch {
	case text == "" || text == *field:
	case *field == "" && fits(text, most):
		*field = text
	default:
		e.further(name, text)
	}
}

// comment adds to what the customer wrote.
func (e *Enquiry) comment(text string) {
	text = paragraph(text)
	if text == "" || nothing[strings.ToLower(text)] || strings.Contains(e.Comments, text) {
		return
	}
	if strings.HasSuffix(e.Comments, "…") && !fits(e.Comments, maxComments-1) {
		return // they are cut already
	}
	if e.Comments != "" {
		text = e.Comments + "\n\n" + text
	}
	if !fits(text, maxComments) {
		e.warn("comments: are cut to %d characters", maxComments)
	}
	e.Comments = cut(text, maxComments)
}
