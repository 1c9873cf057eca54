// Package eml reads mails as they come over the wire (RFC 5322, MIME): the fields of their headers, the parts that they are
// made of, and what a person reads of HTML.
//
// Mails come from anybody. Fields are found in whatever looks like a header; parts, layers and bytes are bounded before
// anything is made of them; nothing is resolved or fetched. What is damaged is read as far as it goes.
package eml

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"path"
	"strings"

	"github.com/emersion/go-message"

	"github.com/winback-auto/winback/internal/platform/errs"
)

// Bounds of the parts of a mail.
const (
	maxParts  = 100
	maxLayers = 8 // of parts within parts
)

// ErrDamaged marks a mail whose parts cannot be told apart from some place on. Those before it have been read.
var ErrDamaged = errors.New("the mail is cut off or damaged")

// Part is a part of a mail that has no parts of its own.
type Part struct {
	Media      string // media type in lower case, such as text/plain
	Charset    string // of a text; what is known is decoded already
	Name       string // of a file; empty: none is given
	Attachment bool   // its sender wants it kept apart from the text
	Body       io.Reader
}

// Walk visits the parts of a mail in their order, until a visit fails. The header of the whole may have so many bytes. A part
// in an encoding that is not known is given as it is. The error is Invalid for what is no mail, TooLarge beyond a bound; it
// wraps ErrDamaged where only the rest cannot be read.
func Walk(mail []byte, maxHeader int64, visit func(Part) error) (message.Header, error) {
	root, err := message.ReadWithOptions(bytes.NewReader(mail), &message.ReadOptions{MaxHeaderBytes: maxHeader})
	if root == nil {
		return message.Header{}, errs.E(errs.Invalid, "the mail cannot be read: %w", err)
	}
	w := walker{visit: visit}
	return root.Header, w.walk(root, 0)
}

type walker struct {
	parts int
	visit func(Part) error
}

func (w *walker) walk(part *message.Entity, layer int) error {
	if w.parts++; w.parts > maxParts {
		return errs.E(errs.TooLarge, "the mail has more than %d parts", maxParts)
	}
	if layer > maxLayers {
		return errs.E(errs.TooLarge, "the mail nests deeper than %d parts", maxLayers)
	}
	inner := part.MultipartReader()
	if inner == nil {
		return w.visit(leaf(part))
	}
	for {
		next, err := inner.NextPart()
		switch {
		case next != nil: // whose encoding may be unknown
			if err := w.walk(next, layer+1); err != nil {
				return err
			}
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return errs.E(errs.Invalid, "the mail's parts cannot be told apart: %w: %w", ErrDamaged, err)
		}
	}
}

func leaf(part *message.Entity) Part {
	media, parameters, _ := part.Header.ContentType()
	disposition, names, _ := part.Header.ContentDisposition()
	name := names["filename"]
	if name == "" {
		name = parameters["name"]
	}
	return Part{
		Media: strings.ToLower(media), Charset: parameters["charset"], Name: Decoded(name),
		Attachment: strings.EqualFold(disposition, "attachment"), Body: part.Body,
	}
}

// words are the texts of a header in UTF-8.
var words = mime.WordDecoder{CharsetReader: charset}

// Decoded is a text of a header in UTF-8; one that cannot be decoded stays as it is.
func Decoded(text string) string {
	if decoded, err := words.DecodeHeader(text); err == nil {
		return decoded
	}
	return text
}

// File is a name that a file may be saved under, of at most 150 characters: without folders, controls, and characters that
// turn the writing around, behind which a name can look like another one.
func File(name, otherwise string) string {
	const most = 150
	name = strings.Map(func(r rune) rune {
		switch {
		case r < ' ', r == 0x7f, r == '\ufffd', r >= '\u200b' && r <= '\u200f', r >= '\u2028' && r <= '\u202e', r >= '\u2066' && r <= '\u2069', r == '\ufeff':
			return -1
		case strings.ContainsRune(`"<>|?*:`, r):
			return '_'
		}
		return r
	}, strings.ToValidUTF8(name, ""))
	name = strings.Trim(path.Base(strings.ReplaceAll(name, `\`, "/")), " .")
	if name == "" || name == "/" {
		return otherwise
	}
	if runes := []rune(name); len(runes) > most {
		extension := []rune(path.Ext(name))
		if len(extension) > 10 {
			extension = nil
		}
		name = string(runes[:most-len(extension)]) + string(extension)
	}
	return name
}
