package pebbletable

import (
	"bytes"
	"encoding/binary"
	"time"

	"github.com/winback-auto/winback/internal/platform/table"
)

// A stored value is: the format, a byte of flags, the fields that the flags announce in the order of their bits, and the
// body up to the end. Texts stand behind their length, numbers are varints.
const format = 1

const (
	hasKind = 1 << iota
	hasSchema
	hasVersion
	hasToken
	hasExpires
	hasDue
	hasPending
	unknown // no field yet; a value with it is from a newer build
)

func flagsOf(item *table.Item) (flags byte) {
	for _, field := range [...]struct {
		flag byte
		set  bool
	}{
		{hasKind, item.Kind != ""},
		{hasSchema, item.Schema != 0},
		{hasVersion, item.Version != 0},
		{hasToken, item.Token != ""},
		{hasExpires, !item.Expires.IsZero()},
		{hasDue, item.Due != table.IndexKey{}},
		{hasPending, len(item.Pending) > 0},
	} {
		if field.set {
			flags |= field.flag
		}
	}
	return flags
}

func appendValue(dst []byte, item *table.Item) []byte {
	flags := flagsOf(item)
	dst = append(dst, format, flags)
	if flags&hasKind != 0 {
		dst = appendText(dst, item.Kind)
	}
	if flags&hasSchema != 0 {
		dst = binary.AppendVarint(dst, int64(item.Schema))
	}
	if flags&hasVersion != 0 {
		dst = binary.AppendVarint(dst, item.Version)
	}
	if flags&hasToken != 0 {
		dst = appendText(dst, item.Token)
	}
	if flags&hasExpires != 0 {
		dst = binary.AppendVarint(dst, item.Expires.Unix())
	}
	if flags&hasDue != 0 {
		dst = appendText(appendText(dst, item.Due.Partition), item.Due.Sort)
	}
	if flags&hasPending != 0 {
		dst = binary.AppendUvarint(dst, uint64(len(item.Pending)))
		for _, m := range item.Pending {
			dst = appendText(appendText(dst, m.ID), m.Topic)
			dst = appendText(dst, string(m.Body))
			dst = appendInstant(dst, m.At)
		}
	}
	return append(dst, item.Body...)
}

func appendText(dst []byte, text string) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(text))), text...)
}

// appendInstant writes the zero time as a zero, other instants as a one, seconds and nanoseconds.
func appendInstant(dst []byte, at time.Time) []byte {
	if at.IsZero() {
		return append(dst, 0)
	}
	dst = binary.AppendVarint(append(dst, 1), at.Unix())
	return binary.AppendUvarint(dst, uint64(at.Nanosecond()))
}

// parseValue makes the item of a stored value, which may be reused afterwards.
func parseValue(key table.Key, value []byte) (table.Item, error) {
	if len(value) < 2 || value[0] != format || value[1]&unknown != 0 {
		return table.Item{}, errDamaged
	}
	flags := value[1]
	r := reader{rest: value[2:]}
	item := table.Item{Key: key}
	if flags&hasKind != 0 {
		item.Kind = r.text()
	}
	if flags&hasSchema != 0 {
		item.Schema = int(r.varint())
	}
	if flags&hasVersion != 0 {
		item.Version = r.varint()
	}
	if flags&hasToken != 0 {
		item.Token = r.text()
	}
	if flags&hasExpires != 0 {
		item.Expires = time.Unix(r.varint(), 0).UTC()
	}
	if flags&hasDue != 0 {
		item.Due = table.IndexKey{Partition: r.text(), Sort: r.text()}
	}
	if flags&hasPending != 0 {
		item.Pending = r.messages()
	}
	if r.bad {
		return table.Item{}, errDamaged
	}
	if len(r.rest) > 0 {
		item.Body = bytes.Clone(r.rest)
	}
	return item, nil
}

// reader takes fields off a value; once one is cut short it is bad and stays so.
type reader struct {
	rest []byte
	bad  bool
}

func (r *reader) varint() int64 {
	n, size := binary.Varint(r.rest)
	return n * int64(r.take(size))
}

func (r *reader) uvarint() uint64 {
	n, size := binary.Uvarint(r.rest)
	return n * uint64(r.take(size))
}

// take skips what a varint took and is 1, or 0 where there was none.
func (r *reader) take(size int) int {
	if size <= 0 {
		r.bad, r.rest = true, nil
		return 0
	}
	r.rest = r.rest[size:]
	return 1
}

func (r *reader) bytes() []byte {
	size := r.uvarint()
	if size > uint64(len(r.rest)) {
		r.bad, r.rest = true, nil
		return nil
	}
	taken := r.rest[:size]
	r.rest = r.rest[size:]
	return taken
}

func (r *reader) text() string { return string(r.bytes()) }

func (r *reader) instant() time.Time {
	if r.uvarint() == 0 {
		return time.Time{}
	}
	seconds := r.varint()
	return time.Unix(seconds, int64(r.uvarint()%1e9)).UTC()
}

func (r *reader) messages() []table.Message {
	count := r.uvarint()
	if count == 0 || count > uint64(len(r.rest)) { // each takes more than a byte
		r.bad = true
		return nil
	}
	messages := make([]table.Message, 0, count)
	for range count {
		messages = append(messages, table.Message{ID: r.text(), Topic: r.text(), Body: bytes.Clone(r.bytes()), At: r.instant()})
		if r.bad {
			return nil
		}
	}
	return messages
}
