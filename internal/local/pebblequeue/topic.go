package pebblequeue

import (
	"encoding/binary"
	"fmt"
	"sync"
	"time"

	"github.com/cockroachdb/pebble/v2"
)

// topic is the order of a topic's messages, kept in memory (8 bytes for each that is ready or dead, about 150 for each that
// is hidden) and rebuilt from the headers at the first use. Key ranges in the order of service would leave a tombstone at
// the front for every message that was ever taken, and each receive would have to step over them.
type topic struct {
	name string

	mu     sync.Mutex
	loaded bool
	ready  ready
	hidden waiting
	dead   fifo[uint64]
}

func newTopic(name string) *topic {
	return &topic{
		name:   name,
		ready:  ready{groups: map[string]*group{}},
		hidden: waiting{byID: map[uint64]*hidden{}},
	}
}

// load reads the headers and returns the highest number among them. The caller holds the lock.
func (t *topic) load(db *pebble.DB) (last uint64, err error) {
	from := prefix(headers, t.name)
	all, err := db.NewIter(&pebble.IterOptions{LowerBound: from, UpperBound: after(from)})
	if err != nil {
		return 0, fmt.Errorf("pebblequeue: %w", err)
	}
	defer all.Close()
	fresh := newTopic(t.name)
	for valid := all.First(); valid; valid = all.Next() {
		h, err := decodeHeader(all.Value())
		if err != nil {
			return 0, err
		}
		last = binary.BigEndian.Uint64(all.Key()[len(from):])
		fresh.place(last, h)
	}
	if err := all.Error(); err != nil {
		return 0, fmt.Errorf("pebblequeue: %w", err)
	}
	t.ready, t.hidden, t.dead, t.loaded = fresh.ready, fresh.hidden, fresh.dead, true
	return last, nil
}

// place puts a message where its header says. One whose instant has passed goes through the hidden ones, too: show decides.
func (t *topic) place(number uint64, h header) {
	switch {
	case h.dead:
		t.dead.push(number)
	case h.visible.IsZero():
		t.ready.push(h.group, number)
	default:
		t.hidden.add(&hidden{number: number, visible: h.visible, turn: h.turn, delayed: h.delayed, group: h.group})
	}
}

// show makes everything ready whose instant has come.
func (t *topic) show(now time.Time) {
	for len(t.hidden.order) > 0 && !t.hidden.order[0].visible.After(now) {
		h := t.hidden.order[0]
		t.hidden.remove(h)
		t.ready.push(h.group, h.number)
	}
}
