package sheet

import (
	"strings"
	"unicode/utf8"
)

// reader cuts a CSV text into records. It never fails: a record that cannot be cut into cells carries a fault, and the
// next record begins at the next line break.
//
// encoding/csv is not used because it stops at the first stray quote, and an opening quote without its end makes it
// swallow the rest of the file. Here a quoted cell ends after at most maxCell characters, and may hold a line break only
// in columns for which multiline says so. Each byte is looked at a bounded number of times, and the spans of the records
// follow each other without a gap.
type reader struct {
	text      string
	delimiter byte
	multiline func(column int) bool // nil: nowhere
	at        int                   // of the next record
	line      int                   // of the next record
	clean     bool                  // the text has no NUL and is valid UTF-8
	cells     []string              // of the present record; reused
}

// record is one record. Its cells are valid until the next call of next.
type record struct {
	line       int // where it begins; the first is 1
	start, end int // its bytes, line break included
	lines      int // how many lines it spans
	cells      []string
	fault      *fault
	spanning   int // a column whose cell holds a line break; -1: none
}

// fault says why a record was not understood.
type fault struct {
	column int // counted from 0; -1: the line as a whole
	reason string
}

// The faults of a record are few, and shared.
const (
	reasonColumns  = "has more than 200 columns"
	reasonCell     = "a cell has more than 1,000 characters"
	reasonOpen     = "a quoted cell has no closing quote within 1,000 characters; add it, shorten the cell, or remove the opening quote"
	reasonBreak    = "a quoted cell goes on over the end of the line; the closing quote is missing, or the line break must go"
	reasonAfter    = "text follows a closing quote; write a quote inside a quoted cell twice"
	reasonNUL      = "contains a NUL byte; save the list anew as CSV"
	reasonEncoding = "contains a character that is not UTF-8; save the list as CSV UTF-8"
)

func newReader(text string, delimiter byte) *reader {
	return &reader{
		text: text, delimiter: delimiter, line: 1,
		clean: utf8.ValidString(text) && strings.IndexByte(text, 0) < 0,
	}
}

// next is the next record; false at the end of the text.
func (r *reader) next() (record, bool) {
	if r.at >= len(r.text) {
		return record{}, false
	}
	rec := record{line: r.line, start: r.at, lines: 1, spanning: -1}
	r.cells = r.cells[:0]
	pos := r.at
	for {
		if len(r.cells) == maxColumns {
			rec.fault = &fault{-1, reasonColumns}
			pos = r.skipLine(pos)
			break
		}
		cell, after, why := r.cell(pos, &rec)
		if why != "" {
			rec.fault = &fault{len(r.cells), why}
			pos = r.skipLine(after)
			break
		}
		r.cells = append(r.cells, cell)
		pos = after
		if pos < len(r.text) && r.text[pos] == r.delimiter {
			pos++
			continue
		}
		pos = r.skipBreak(pos)
		break
	}
	rec.end, rec.cells = pos, r.cells
	r.at, r.line = pos, rec.line+rec.lines
	if raw := r.text[rec.start:rec.end]; !r.clean && rec.fault == nil {
		switch {
		case strings.IndexByte(raw, 0) >= 0:
			rec.fault = &fault{-1, reasonNUL}
		case !utf8.ValidString(raw):
			rec.fault = &fault{r.firstBadCell(), reasonEncoding}
		}
	}
	return rec, true
}

// cell reads the cell at pos and returns where it ended: at a delimiter, a line break or the end. With a reason it was not
// understood, and the rest of the line, from after on, is to be skipped.
func (r *reader) cell(pos int, rec *record) (cell string, after int, why string) {
	start := pos
	for start < len(r.text) && r.text[start] == ' ' {
		start++
	}
	if start < len(r.text) && r.text[start] == '"' {
		return r.quoted(start+1, rec)
	}
	end := pos
	for end < len(r.text) && r.text[end] != r.delimiter && r.text[end] != '\n' && r.text[end] != '\r' {
		end++
	}
	cell = r.text[pos:end]
	if tooLong(cell) {
		return "", end, reasonCell
	}
	return cell, end, ""
}

// quoted reads the cell whose opening quote stands before start.
func (r *reader) quoted(start int, rec *record) (cell string, after int, why string) {
	column, lines, firstBreak := len(r.cells), 0, -1
	escaped := false
	// resume is where the record ends if this is no cell: no further than the end of the line with the opening quote.
	resume := func(pos int) int {
		if firstBreak >= 0 {
			return firstBreak
		}
		return pos
	}
	for pos, characters := start, 0; pos < len(r.text); pos++ {
		c := r.text[pos]
		if utf8.RuneStart(c) {
			characters++
		}
		if characters > maxCell+1 || pos-start > utf8.UTFMax*(maxCell+1) {
			return "", resume(pos), reasonOpen
		}
		switch c {
		case '\r', '\n':
			if r.multiline == nil || !r.multiline(column) {
				return "", pos, reasonBreak
			}
			if firstBreak < 0 {
				firstBreak = pos
			}
			if c == '\n' || pos+1 == len(r.text) || r.text[pos+1] != '\n' {
				lines++
			}
		case '"':
			if pos+1 < len(r.text) && r.text[pos+1] == '"' {
				escaped = true
				pos++
				continue
			}
			cell, after = r.text[start:pos], pos+1
			for after < len(r.text) && r.text[after] == ' ' {
				after++
			}
			if after < len(r.text) && r.text[after] != r.delimiter && r.text[after] != '\n' && r.text[after] != '\r' {
				return "", resume(after), reasonAfter
			}
			if escaped {
				cell = strings.ReplaceAll(cell, `""`, `"`)
			}
			if tooLong(cell) { // only where it is not UTF-8: the loop counts the rest
				return "", resume(after), reasonOpen
			}
			if lines > 0 {
				rec.spanning = column
				rec.lines += lines
			}
			return cell, after, ""
		}
	}
	return "", resume(len(r.text)), reasonOpen
}

// skipLine is the position after the line that pos is in.
func (r *reader) skipLine(pos int) int {
	i := strings.IndexAny(r.text[pos:], "\r\n")
	if i < 0 {
		return len(r.text)
	}
	return r.skipBreak(pos + i)
}

// skipBreak is the position after the line break at pos, if there is one.
func (r *reader) skipBreak(pos int) int {
	switch {
	case strings.HasPrefix(r.text[pos:], "\r\n"):
		return pos + 2
	case pos < len(r.text):
		return pos + 1
	default:
		return pos
	}
}

func (r *reader) firstBadCell() int {
	for i, cell := range r.cells {
		if !utf8.ValidString(cell) {
			return i
		}
	}
	return -1
}

// blank reports a record without content, such as spreadsheets leave at the end.
func (rec record) blank() bool {
	if rec.fault != nil {
		return false
	}
	for _, cell := range rec.cells {
		if strings.TrimSpace(cell) != "" {
			return false
		}
	}
	return true
}

func tooLong(cell string) bool {
	return len(cell) > maxCell && utf8.RuneCountInString(cell) > maxCell
}
