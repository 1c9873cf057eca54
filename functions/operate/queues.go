package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"

	"github.com/winback-auto/winback/functions"
	"github.com/winback-auto/winback/internal/partner/autograb"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/queue"
)

// drain is a queue whose messages may fail for good.
type drain struct {
	name string
	f    app.Function // that the messages are for
}

// drains are those of all functions: a consumer's queue bears the name of its topic, what a schedule or a subscription could
// not handle that of the function.
func drains() (all []drain) {
	for _, f := range functions.All(autograb.Dial(autograb.Options{}), autograb.DialValuer(autograb.Options{}), autograb.ParsePush) {
		switch {
		case f.Consumes != nil:
			all = append(all, drain{f.Consumes.Topic, f})
		case f.Every != nil, f.On != nil:
			all = append(all, drain{f.Name, f})
		}
	}
	slices.SortFunc(all, func(a, b drain) int {
		if a.name < b.name {
			return -1
		}
		return 1
	})
	return all
}

// counts are the messages of a drain; where there is nothing but dead letters, they are what the queue has.
func (d drain) counts(ctx context.Context, q queue.Source) (queue.Counts, error) {
	counts, err := q.Count(ctx, d.name)
	if err != nil {
		return counts, fmt.Errorf("%s: %w", d.name, err)
	}
	if d.f.Consumes == nil {
		counts = queue.Counts{Dead: counts.Ready + counts.InFlight + counts.Delayed}
	}
	return counts, nil
}

// queues prints how full every queue is.
func queues(ctx context.Context, out io.Writer, args []string) error {
	c := newCommand("queues")
	if err := c.parse(out, args); err != nil {
		return err
	}
	at, err := c.open(ctx)
	if err != nil {
		return err
	}
	return show(ctx, out, at.Queue(ctx), drains())
}

// show prints a table of counts.
func show(ctx context.Context, out io.Writer, q queue.Source, all []drain) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "ready\tin flight\tdelayed\tdead\t  queue")
	dead := 0
	for _, d := range all {
		n, err := d.counts(ctx, q)
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "%d\t%d\t%d\t%d\t  %s\n", n.Ready, n.InFlight, n.Delayed, n.Dead, d.name)
		dead += n.Dead
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if dead > 0 {
		fmt.Fprintf(out, "%d failed for good: find out why in the log of the function, mend it, then redrive.\n", dead)
	}
	return nil
}
