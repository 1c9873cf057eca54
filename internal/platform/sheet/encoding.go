package sheet

import (
	"bytes"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"github.com/winback-auto/winback/internal/platform/errs"
)

// decode makes text of a file. Without anyEncoding it takes UTF-8 only; what is not valid in it stays, and the rows it is
// in are rejected later.
func decode(file []byte, anyEncoding bool) (string, error) {
	if spreadsheet(file) {
		return "", errs.E(errs.Invalid, "the file is a spreadsheet, not a CSV file; save it as CSV UTF-8 and upload that")
	}
	if text, marked := bytes.CutPrefix(file, []byte("\xef\xbb\xbf")); marked {
		return string(text), nil
	}
	endian, wide := utf16Order(file)
	switch {
	case wide && anyEncoding:
		// The decoder writes U+FFFD for what is no UTF-16; such a character is in no VIN or rego, so nothing is misread.
		text, err := unicode.UTF16(endian, unicode.UseBOM).NewDecoder().Bytes(withMark(file, endian))
		if err != nil {
			return "", errs.E(errs.Invalid, "the file cannot be read as UTF-16; save it as CSV UTF-8: %w", err)
		}
		return string(text), nil
	case wide:
		return "", errs.E(errs.Invalid, "the file is UTF-16; save it as CSV UTF-8, or upload it as a form field named file")
	case anyEncoding && !mostlyUTF8(file):
		text, err := charmap.Windows1252.NewDecoder().Bytes(file)
		if err != nil {
			return "", errs.E(errs.Invalid, "the file cannot be read as Windows-1252; save it as CSV UTF-8: %w", err)
		}
		return string(text), nil
	default:
		return string(file), nil
	}
}

// spreadsheet recognises the two formats that people upload under the name of a CSV: a ZIP (.xlsx, .ods) and an OLE file (.xls).
func spreadsheet(file []byte) bool {
	return bytes.HasPrefix(file, []byte("PK\x03\x04")) || bytes.HasPrefix(file, []byte("\xd0\xcf\x11\xe0"))
}

// utf16Order tells UTF-16 by its byte order mark, or by the zero byte that every second byte of a plain header is.
func utf16Order(file []byte) (order unicode.Endianness, is bool) {
	switch {
	case len(file) < 2:
		return unicode.LittleEndian, false
	case file[0] == 0xff && file[1] == 0xfe:
		return unicode.LittleEndian, true
	case file[0] == 0xfe && file[1] == 0xff:
		return unicode.BigEndian, true
	case len(file) < 4:
		return unicode.LittleEndian, false
	case file[0] != 0 && file[1] == 0 && file[2] != 0 && file[3] == 0:
		return unicode.LittleEndian, true
	case file[0] == 0 && file[1] != 0 && file[2] == 0 && file[3] != 0:
		return unicode.BigEndian, true
	default:
		return unicode.LittleEndian, false
	}
}

// withMark gives a file without a byte order mark the one that was found, so that one decoder fits both.
func withMark(file []byte, order unicode.Endianness) []byte {
	little, big := []byte{0xff, 0xfe}, []byte{0xfe, 0xff}
	switch {
	case bytes.HasPrefix(file, little) || bytes.HasPrefix(file, big):
		return file
	case order == unicode.LittleEndian:
		return append(little, file...)
	default:
		return append(big, file...)
	}
}

// mostlyUTF8 tells a UTF-8 file, in which a few bytes may be damaged, from a file in a single-byte encoding, whose
// letters beyond ASCII hardly ever form UTF-8 sequences.
func mostlyUTF8(file []byte) bool {
	if utf8.Valid(file) {
		return true
	}
	sequences, damaged := 0, 0
	for len(file) > 0 {
		r, size := utf8.DecodeRune(file)
		switch {
		case r == utf8.RuneError && size == 1:
			damaged++
		case size > 1:
			sequences++
		}
		file = file[size:]
	}
	return sequences > damaged
}
