package scripttest

import (
	"bytes"
	"errors"
	"os"
	"strconv"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// encode writes a file of the script, which is UTF-8, as other programs would have saved it.
func (s *story) encode(ts *testscript.TestScript, args []string) error {
	content, err := os.ReadFile(ts.MkAbs(args[1]))
	if err != nil {
		return err
	}
	switch args[0] {
	case "bom":
		content = append([]byte("\xef\xbb\xbf"), content...)
	case "crlf":
		content = bytes.ReplaceAll(content, []byte("\n"), []byte("\r\n"))
	case "utf-16le":
		content, err = unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().Bytes(content)
	case "utf-16be":
		content, err = unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewEncoder().Bytes(content)
	case "windows-1252":
		content, err = charmap.Windows1252.NewEncoder().Bytes(content)
	default:
		err = errors.New("there is bom, crlf, utf-16le, utf-16be and windows-1252")
	}
	if err != nil {
		return err
	}
	return os.WriteFile(ts.MkAbs(args[2]), content, 0o600)
}

// fill writes a file of so many bytes.
func (s *story) fill(ts *testscript.TestScript, args []string) error {
	n, err := strconv.Atoi(args[1])
	if err != nil || n < 0 {
		return errors.New("want a number of bytes")
	}
	return os.WriteFile(ts.MkAbs(args[0]), bytes.Repeat([]byte("x"), n), 0o600)
}
