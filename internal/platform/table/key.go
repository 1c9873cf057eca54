package table

import (
	"strings"
	"unicode/utf8"

	"github.com/winback-auto/winback/internal/platform/ident"
)

// Key is the primary key of an item: items of one Partition are ordered by Sort, byte by byte.
type Key struct{ Partition, Sort string }

// Separator stands between the parts of a key and never inside one.
const Separator = "#"

// alone is the sort key of an item that has its partition for itself.
const alone = "-"

// escape introduces an escaped byte. It sorts right after Separator and before every byte that is not escaped.
const escape = '$'

// last is the last code point. It introduces a byte that is no text, and itself.
const (
	lastRune = '\U0010FFFF'
	last     = string(lastRune)
)

// Join makes one key text of parts. It is injective, and joined parts sort as the parts do: bytes up to the escape
// character itself are written as the escape followed by the byte shifted into the letters. A byte that is no valid
// UTF-8, which DynamoDB would refuse, is written in hexadecimal behind the last code point, and that code point with a z
// behind it: such text stays apart but sorts last.
func Join(parts ...string) string {
	var b strings.Builder
	for i, part := range parts {
		if i > 0 {
			b.WriteString(Separator)
		}
		appendPart(&b, part)
	}
	return b.String()
}

func appendPart(b *strings.Builder, part string) {
	for i := 0; i < len(part); {
		c := part[i]
		switch {
		case c <= escape:
			b.WriteByte(escape)
			b.WriteByte('@' + c)
			i++
		case c < utf8.RuneSelf:
			b.WriteByte(c)
			i++
		default:
			r, size := utf8.DecodeRuneInString(part[i:])
			if r == utf8.RuneError && size == 1 {
				const hex = "0123456789abcdef"
				b.WriteString(last)
				b.WriteByte(hex[c>>4])
				b.WriteByte(hex[c&15])
			} else if r == lastRune {
				b.WriteString(last + "z")
			} else {
				b.WriteString(part[i : i+size])
			}
			i += size
		}
	}
}

// Split gives back the parts of a text that Join made. Text that Join did not make yields parts, too, but not its own.
func Split(joined string) []string {
	parts := strings.Split(joined, Separator)
	for i, part := range parts {
		parts[i] = unescape(part)
	}
	return parts
}

func unescape(part string) string {
	if strings.IndexByte(part, escape) < 0 && !strings.Contains(part, last) {
		return part
	}
	var b strings.Builder
	for i := 0; i < len(part); i++ {
		switch {
		case part[i] == escape && i+1 < len(part):
			i++
			b.WriteByte(part[i] - '@')
		case strings.HasPrefix(part[i:], last+"z"):
			b.WriteString(last)
			i += 4
		case strings.HasPrefix(part[i:], last) && i+5 < len(part):
			b.WriteByte(nibble(part[i+4])<<4 | nibble(part[i+5]))
			i += 5
		default:
			b.WriteByte(part[i])
		}
	}
	return b.String()
}

func nibble(c byte) byte {
	if c >= 'a' {
		return c - 'a' + 10
	}
	return c - '0'
}

// Partition is the first half of a key.
type Partition string

// In is a partition of a company. The parts say what is in it: In(company, "lead", id).
func In(company ident.Company, parts ...string) Partition {
	if company.IsZero() {
		panic("table: a key without a company")
	}
	return Partition(Join(append([]string{company.ID()}, parts...)...))
}

// Door is a global prefix: the only keys that do not begin with a company, because they lead to one.
type Door string

// The doors.
const (
	Subjects Door = "SUB"   // sign-in subject → user
	Hooks    Door = "HOOK"  // hash of a webhook token → connection; of the name in a lead's address → lead
	Due      Door = "DUE"   // what the sweeper has to publish, and how far it came
	Rounds   Door = "ROUND" // what schedules come round to: the connections of all companies
)

// Doors lists every global prefix.
func Doors() []Door { return []Door{Subjects, Hooks, Due, Rounds} }

// Global is a partition behind a door.
func Global(door Door, parts ...string) Partition {
	return Partition(Join(append([]string{string(door)}, parts...)...))
}

// At is the key with the given parts as its sort key; without parts, that of an item alone in its partition.
func (p Partition) At(sort ...string) Key {
	if len(sort) == 0 {
		return Key{string(p), alone}
	}
	return Key{string(p), Join(sort...)}
}

// companyOf is the company that a record's key begins with. Only keys that the index of due items returned come here.
func companyOf(key Key) ident.Company {
	id, _, _ := strings.Cut(key.Partition, Separator)
	return ident.Trusted(unescape(id))
}
