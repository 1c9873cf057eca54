package table

import (
	"hash/fnv"
	"strconv"
	"time"
)

// The due index finds items with pending messages by the instant at which somebody should look after them.
const (
	// DueShards is the number of partitions of one day of the index, so that no single one becomes hot.
	DueShards = 8
	// Grace is how long the writer of a message has to publish it before the sweeper does.
	Grace = time.Minute
	// dueLayout sorts as time does.
	dueLayout = "2006-01-02T15:04:05.000Z"
	dayLayout = "2006-01-02"
)

// dueKey places an item with pending messages in the index: at the earliest instant that one of them is to be published,
// or, for those to be published at once, when the grace of their writer ends. It never lies in the past, so that the
// sweeper need not look back further than it came.
func dueKey(item Item, now time.Time) IndexKey {
	if len(item.Pending) == 0 {
		return IndexKey{}
	}
	var due time.Time
	for _, m := range item.Pending {
		at := m.At
		if at.Before(now) {
			at = now.Add(Grace)
		}
		if due.IsZero() || at.Before(due) {
			due = at
		}
	}
	shard := fnv.New32a()
	shard.Write([]byte(item.Partition))
	return IndexKey{
		Partition: string(DuePartition(due, int(shard.Sum32()%DueShards))),
		Sort:      Join(due.UTC().Format(dueLayout), item.Partition, item.Sort),
	}
}

// DuePartition is one shard of one day of the index.
func DuePartition(day time.Time, shard int) Partition {
	return Global(Due, day.UTC().Format(dayLayout), strconv.Itoa(shard))
}

// DueUntil is the sort key below which entries of the index are due at the instant.
func DueUntil(at time.Time) string {
	return Join(at.UTC().Add(time.Millisecond).Format(dueLayout))
}

// DueAt is the instant of an entry of the index.
func DueAt(key IndexKey) (time.Time, error) {
	return time.Parse(dueLayout, Split(key.Sort)[0])
}
