package eml

import (
	"io"
	"strings"

	"github.com/emersion/go-message"
	"golang.org/x/text/encoding/charmap"

	"github.com/winback-auto/winback/internal/platform/errs"
)

func init() { message.CharsetReader = charset }

// charset reads the encodings of one byte that mails in Latin letters come in; whatever else is no UTF-8 stays unread.
func charset(name string, input io.Reader) (io.Reader, error) {
	switch strings.ToLower(name) {
	case "utf-8", "utf8", "us-ascii", "ascii", "":
		return input, nil
	case "windows-1252", "cp1252", "iso-8859-1", "latin1":
		return charmap.Windows1252.NewDecoder().Reader(input), nil
	case "iso-8859-15", "latin9":
		return charmap.ISO8859_15.NewDecoder().Reader(input), nil
	case "iso-8859-2":
		return charmap.ISO8859_2.NewDecoder().Reader(input), nil
	case "windows-1250":
		return charmap.Windows1250.NewDecoder().Reader(input), nil
	}
	return nil, errs.E(errs.Invalid, "the encoding of the mail is not known here; send it as UTF-8")
}
