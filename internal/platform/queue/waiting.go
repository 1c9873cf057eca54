package queue

import (
	"context"
	"time"

	"github.com/winback-auto/winback/internal/platform/table"
)

// Waiting counts the items with messages that wait for an instant within the horizon from now. It reads the whole index
// up to there, so it is for one machine, not for AWS.
func (o Outbox) Waiting(ctx context.Context, horizon time.Duration) (int, error) {
	first, err := o.mark(ctx)
	if err != nil {
		return 0, err
	}
	count := 0
	for day := first; !day.After(o.Table.Now().Add(horizon)); day = day.AddDate(0, 0, 1) {
		for shard := range table.DueShards {
			q := table.Query{Partition: string(table.DuePartition(day, shard)), DueIndex: true, Limit: table.MaxPage}
			for {
				page, err := o.Table.Query(ctx, q)
				if err != nil {
					return 0, err
				}
				count += len(page.Items)
				if page.Next == "" {
					break
				}
				q.After = page.Next
			}
		}
	}
	return count, nil
}
