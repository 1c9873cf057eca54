package letter

import (
	"strings"
	"unicode"

	"github.com/winback-auto/winback/internal/platform/pattern"
)

// tidy is a text with one sort of line breaks, without characters that are not seen, blanks at the ends of lines, and more than
// one empty line in a row.
func tidy(text string) string {
	var b strings.Builder
	empty := 0
	for line := range strings.Lines(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text)) {
		line = strings.TrimRightFunc(strings.Map(shown, line), unicode.IsSpace)
		if line == "" {
			empty++
			continue
		}
		if b.Len() > 0 {
			b.WriteString("\n\n"[:1+min(empty, 1)])
		}
		empty = 0
		b.WriteString(line)
	}
	return b.String()
}

// shown drops controls and characters that turn the writing around or take no room.
func shown(r rune) rune {
	switch {
	case r == '\t' || r == '\u00a0':
		return ' '
	case r == '\n':
		return r
	case unicode.IsControl(r), r >= '\u200b' && r <= '\u200f', r >= '\u202a' && r <= '\u202e', r >= '\u2066' && r <= '\u2069', r == '\ufeff':
		return -1
	}
	return r
}

// Where what a program quotes begins, as mail programs write it in English and German. An attribution ends with a colon and may
// have run over three lines.
var (
	attribution = pattern.Of(`(?i)^(?:on|am|le|el|op|il)\s.{0,300}(?:wrote|schrieb|geschrieben|écrit|escribió|schreef|scritto)(?:\s.{0,150})?:$`)
	divider     = pattern.Of(`(?i)^-{2,}\s*(?:original message|forwarded message|urspr(?:ü|ue)ngliche nachricht|original-?nachricht|weitergeleitete nachricht)\s*-{2,}$|^begin forwarded message:$|^anfang der weitergeleiteten nachricht:$`)
	headline    = pattern.Of(`(?i)^\*{0,2}(?:from|von):\*{0,2}\s`)
	further     = pattern.Of(`(?i)^\*{0,2}(?:sent|date|to|subject|gesendet|datum|an|betreff|cc):\*{0,2}\s`)
)

// attributionLines are the most lines that an attribution is broken into.
const attributionLines = 3

// unquoted is what the writer of a mail has written themselves, and whether anything else was left out. Where nothing of
// theirs would be left, all of it stands. A text that is tidy is expected.
func unquoted(text string) (own string, quotes bool) {
	lines := strings.Split(text, "\n")
	var kept []string
	for i := 0; i < len(lines); i++ {
		if n := quoteBegins(lines[i:]); n > 0 {
			if !marked(lines[i+n:]) {
				break // what follows is the earlier mail as it was, to the end
			}
			quotes, i = true, i+n-1
			continue
		}
		if strings.HasPrefix(lines[i], ">") {
			quotes = true
			continue
		}
		kept = append(kept, lines[i])
	}
	own = tidy(strings.Join(kept, "\n"))
	if own == "" {
		return text, false
	}
	return own, quotes || len(kept) < len(lines)
}

// quoteBegins reports how many lines lead over to an earlier mail; none where they do not.
func quoteBegins(lines []string) int {
	if divider().MatchString(lines[0]) || strings.HasPrefix(lines[0], "________________") && len(lines) > 1 && block(lines[1:]) {
		return 1
	}
	if block(lines) {
		return 1
	}
	joined := ""
	for n, line := range lines[:min(len(lines), attributionLines)] {
		if line == "" || len(joined)+len(line) > 600 {
			return 0
		}
		if joined = strings.TrimSpace(joined + " " + line); attribution().MatchString(joined) {
			return n + 1
		}
	}
	return 0
}

// block reports the head of an earlier mail as Outlook puts it: From, and two more such lines right behind it.
func block(lines []string) bool {
	if !headline().MatchString(lines[0]) {
		return false
	}
	n := 0
	for _, line := range lines[1:min(len(lines), 6)] {
		if further().MatchString(line) {
			n++
		}
	}
	return n >= 2
}

// marked reports whether each line of the earlier mail is marked, so that lines without a mark are its reader's again.
func marked(lines []string) bool {
	for _, line := range lines {
		if line != "" {
			return strings.HasPrefix(line, ">")
		}
	}
	return true
}
