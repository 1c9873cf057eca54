package pebblequeue

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/winback-auto/winback/internal/local/pebbledb"
)

// A message is two entries of the database: a header, rewritten whenever its state moves, and a body, written once.
//
//	q h <topic> 00 <number>   header
//	q b <topic> 00 <number>   body
//
// Numbers grow with each message of the database, so that a topic's headers lie in the order they were sent in.
const (
	headers = 'h'
	bodies  = 'b'
)

func prefix(part byte, topic string) []byte {
	key := make([]byte, 0, 3+len(topic)+8)
	key = append(key, byte(pebbledb.Queues), part)
	key = append(key, topic...)
	return append(key, 0)
}

func entryKey(part byte, topic string, number uint64) []byte {
	return binary.BigEndian.AppendUint64(prefix(part, topic), number)
}

// after is the first key behind all that begin with a prefix that ends in a zero byte.
func after(prefix []byte) []byte {
	end := append([]byte(nil), prefix...)
	end[len(end)-1] = 1
	return end
}

// header is the state of a message.
type header struct {
	dead      bool
	delayed   bool   // hidden by its sender or handed back with a wait, not held by a receiver
	receives  uint8  // since it was sent or redriven, without those that Release took back
	releases  uint8  // receives that Release took back
	turn      uint32 // all receives ever: part of the receipt
	visible   time.Time
	sent      time.Time
	firstSeen time.Time // zero: never received
	group     string
}

// headerLayout is the first byte of an encoded header, headerSize the bytes before the group.
const (
	headerLayout = 1
	headerSize   = 32
)

const (
	flagDead = 1 << iota
	flagDelayed
)

func (h header) encode() []byte {
	var flags byte
	if h.dead {
		flags |= flagDead
	}
	if h.delayed {
		flags |= flagDelayed
	}
	b := make([]byte, 0, headerSize+len(h.group))
	b = append(b, headerLayout, flags, h.receives, h.releases)
	b = binary.BigEndian.AppendUint32(b, h.turn)
	for _, t := range []time.Time{h.visible, h.sent, h.firstSeen} {
		b = binary.BigEndian.AppendUint64(b, nanos(t))
	}
	return append(b, h.group...)
}

// receive moves the header on by one receive.
func (h *header) receive(now time.Time, visibility time.Duration) {
	h.receives++
	h.turn++
	h.visible, h.delayed = now.Add(visibility), false
	if h.firstSeen.IsZero() {
		h.firstSeen = now
	}
}

func decodeHeader(b []byte) (header, error) {
	if len(b) < headerSize || b[0] != headerLayout {
		return header{}, fmt.Errorf("pebblequeue: a header of %d bytes that this build cannot read", len(b))
	}
	return header{
		dead:      b[1]&flagDead != 0,
		delayed:   b[1]&flagDelayed != 0,
		receives:  b[2],
		releases:  b[3],
		turn:      binary.BigEndian.Uint32(b[4:]),
		visible:   instant(binary.BigEndian.Uint64(b[8:])),
		sent:      instant(binary.BigEndian.Uint64(b[16:])),
		firstSeen: instant(binary.BigEndian.Uint64(b[24:])),
		group:     string(b[headerSize:]),
	}, nil
}

// nanos is an instant for the disk; the zero time, which has no such number, is 0.
func nanos(t time.Time) uint64 {
	if t.IsZero() {
		return 0
	}
	return uint64(t.UnixNano())
}

func instant(n uint64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.Unix(0, int64(n)).UTC()
}

func messageID(number uint64) string { return fmt.Sprintf("%016x", number) }

// receipt names a message and the receive that it was handed out with.
func receipt(number uint64, turn uint32) string {
	return strconv.FormatUint(number, 36) + "." + strconv.FormatUint(uint64(turn), 36)
}

func parseReceipt(text string) (number uint64, turn uint32, ok bool) {
	head, tail, _ := strings.Cut(text, ".")
	number, err := strconv.ParseUint(head, 36, 64)
	if err != nil {
		return 0, 0, false
	}
	long, err := strconv.ParseUint(tail, 36, 32)
	return number, uint32(long), err == nil
}
