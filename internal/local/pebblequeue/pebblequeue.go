// Package pebblequeue keeps the queues of one machine in the embedded database.
//
// A sent message is on the disk before Send returns. It is ready, or hidden until its delay ends; a receive hides it for the
// visibility; then it is deleted, handed back, or visible again, and after queue.MaxReceives receives it is a dead letter
// until Redrive. Groups with ready messages are served in turn.
//
// What only says how far a message has come (receives, hand-backs, deletes) is written without waiting for the disk: a
// crash may forget the last moments of it, so that a message is received once more, which every consumer allows. After a
// restart a message that somebody held stays hidden until its visibility ends; Release shows such messages at once.
//
// Nothing here waits or polls. A host takes Changed, receives until nothing is left, and then waits for that channel or for
// the instant that NextVisible names, on whatever clock it runs.
package pebblequeue

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/cockroachdb/pebble/v2"

	"github.com/winback-auto/winback/internal/local/pebbledb"
	"github.com/winback-auto/winback/internal/platform/queue"
)

// Queue has all topics of a database. It is safe for concurrent use; there must be one for a database.
type Queue struct {
	db  *pebble.DB
	now func() time.Time

	mu      sync.Mutex
	topics  map[string]*topic
	last    uint64        // number given last
	changed chan struct{} // closed at the next change; nil while nobody waits
}

var (
	_ queue.Sender = (*Queue)(nil)
	_ queue.Source = (*Queue)(nil)
)

// New makes the queues of a database. Delays and visibilities go by now, which must not go back.
func New(db *pebbledb.DB, now func() time.Time) *Queue {
	return &Queue{db: db.DB(), now: now, topics: map[string]*topic{}}
}

// topic returns the topic, loaded and locked.
func (q *Queue) topic(name string) (*topic, error) {
	q.mu.Lock()
	t := q.topics[name]
	if t == nil {
		t = newTopic(name)
		q.topics[name] = t
	}
	q.mu.Unlock()

	t.mu.Lock()
	if t.loaded {
		return t, nil
	}
	last, err := t.load(q.db)
	if err != nil {
		t.mu.Unlock()
		return nil, err
	}
	q.mu.Lock()
	q.last = max(q.last, last)
	q.mu.Unlock()
	return t, nil
}

// reserve returns the first of n numbers. They begin at the clock, so that numbers of messages long gone are not given
// again after a restart.
func (q *Queue) reserve(n int) uint64 {
	q.mu.Lock()
	defer q.mu.Unlock()
	first := max(q.last+1, nanos(q.clock()))
	q.last = first + uint64(n) - 1
	return first
}

// clock is now as the disk keeps it: without the monotonic reading, which stands still while a laptop sleeps.
func (q *Queue) clock() time.Time { return q.now().UTC().Round(0) }

func (q *Queue) header(topic string, number uint64) (header, error) {
	value, closer, err := q.db.Get(entryKey(headers, topic, number))
	if err != nil {
		return header{}, fmt.Errorf("pebblequeue: the header of message %s: %w", messageID(number), err)
	}
	defer closer.Close()
	return decodeHeader(value)
}

func (q *Queue) body(topic string, number uint64) ([]byte, error) {
	value, closer, err := q.db.Get(entryKey(bodies, topic, number))
	if err != nil {
		return nil, fmt.Errorf("pebblequeue: the body of message %s: %w", messageID(number), err)
	}
	defer closer.Close()
	return slices.Clone(value), nil
}
