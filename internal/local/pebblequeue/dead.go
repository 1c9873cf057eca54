package pebblequeue

import (
	"context"

	"github.com/winback-auto/winback/internal/local/pebbledb"
	"github.com/winback-auto/winback/internal/platform/queue"
)

// maxReleases is how many receives Release takes back for one message. A message that was in somebody's hands at that many
// ends of the process is presumed to cause them, and goes to the dead letters.
const maxReleases = 30

// spent reports whether the message must not be received any more.
func (h header) spent() bool { return h.receives >= queue.MaxReceives || h.releases >= maxReleases }

// Count implements queue.Source, from memory.
func (q *Queue) Count(_ context.Context, name string) (queue.Counts, error) {
	t, err := q.topic(name)
	if err != nil {
		return queue.Counts{}, err
	}
	defer t.mu.Unlock()
	t.show(q.clock())
	return queue.Counts{
		Ready:    t.ready.count,
		InFlight: len(t.hidden.order) - t.hidden.delayed,
		Delayed:  t.hidden.delayed,
		Dead:     t.dead.len(),
	}, nil
}

// Redrive implements queue.Source, oldest first and durably. The messages keep the time they were sent.
func (q *Queue) Redrive(ctx context.Context, name string, limit int) (int, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	t, err := q.topic(name)
	if err != nil {
		return 0, err
	}
	defer t.mu.Unlock()
	count := min(max(limit, 0), t.dead.len())
	if count == 0 {
		return 0, nil
	}
	batch := q.db.NewBatch()
	defer batch.Close()
	revived := make([]header, count)
	numbers := t.dead.first(count)
	for i, number := range numbers {
		h, err := q.header(name, number)
		if err != nil {
			return 0, err
		}
		revived[i] = header{turn: h.turn, sent: h.sent, group: h.group}
		if err := batch.Set(entryKey(headers, name, number), revived[i].encode(), nil); err != nil {
			return 0, err
		}
	}
	if err := batch.Commit(pebbledb.Durable()); err != nil {
		return 0, unwritable(err)
	}
	for i := range count {
		t.place(t.dead.pop(), revived[i])
	}
	q.notify()
	return count, nil
}
