package autograbsim

import (
	"time"

	"github.com/cockroachdb/pebble/v2"
)

// change is one durable step of the simulated world: it happens as a whole or not at all. Its batch reads its own writes.
type change struct {
	sim    *Simulator
	batch  *pebble.Batch
	now    time.Time
	totals totals
	pushes []task // planned here, on the agenda once the change is durable
	hooks  map[string][]webhook
}

// change runs one step alone, commits it and puts its pushes on the agenda.
func (s *Simulator) change(step func(*change) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := &change{sim: s, batch: s.db.NewIndexedBatch(), now: s.options.Now().UTC(), totals: s.totals}
	defer c.batch.Close()
	if err := step(c); err != nil {
		return err
	}
	if c.totals != s.totals {
		if err := put(c.batch, key(keyTotals), c.totals); err != nil {
			return err
		}
	}
	if err := c.batch.Commit(pebble.Sync); err != nil {
		return err
	}
	s.totals = c.totals
	s.pushes.add(c.pushes...)
	return nil
}

func (s *Simulator) counted() totals {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.totals
}
