package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/winback-auto/winback/internal/aws/deployment"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/queue"
)

// Steps of a redrive.
const (
	atOnce = 50              // messages between two words about how far it is
	hold   = 2 * time.Minute // of a letter that is handled here
)

// redrive has what failed for good tried again: messages of a queue go back into it, events are handled here, and missed
// ticks are struck out, because the next one does what is due.
func redrive(ctx context.Context, out io.Writer, args []string) error {
	c := newCommand("redrive")
	c.tables()
	name := c.String("queue", "", "`queue` by the name of its topic, or all")
	if err := c.parse(out, args, "queue"); err != nil {
		return err
	}
	all := drains()
	if *name != "all" {
		var names []string
		for _, d := range all {
			names = append(names, d.name)
			if d.name == *name {
				all = []drain{d}
			}
		}
		if err := oneOf("queue", *name, append([]string{"all"}, names...)); err != nil {
			return err
		}
	}
	at, err := c.open(ctx)
	if err != nil {
		return err
	}
	q := at.Queue(ctx)
	for _, d := range all {
		before, err := d.counts(ctx, q)
		if err != nil {
			return err
		}
		if before.Dead == 0 && *name == "all" {
			continue
		}
		if err := d.redrive(ctx, out, at, q, before.Dead); err != nil {
			return fmt.Errorf("%s: %w", d.name, err)
		}
	}
	return show(ctx, out, q, all)
}

// redrive goes on until as many messages are done as were dead at its begin: one that fails again meanwhile is not tried
// again for ever. What SQS counts is approximate, so a few are looked for even where it counts none.
func (d drain) redrive(ctx context.Context, out io.Writer, at *deployment.Deployment, q queue.Source, dead int) error {
	some := q.Redrive
	verb := "sent again"
	switch {
	case d.f.On != nil:
		deps, err := at.Deps(ctx, log())
		if err == nil && d.f.Uses.Inbox {
			deps, err = at.Receiving(ctx, deps)
		}
		if err != nil {
			return err
		}
		handle := app.Handle(d.f, deps)
		some, verb = letters(q, func(body []byte) error {
			_, err := handle(ctx, event(body))
			return err
		}), "handled"
	case d.f.Every != nil:
		some, verb = letters(q, func([]byte) error { return nil }), "missed ticks struck out: the next one does what is due"
	}
	done := 0
	for limit := max(dead, atOnce); done < limit; {
		n, err := some(ctx, d.name, min(atOnce, limit-done))
		done += n
		if n > 0 {
			fmt.Fprintf(out, "%s: %d of about %d %s\n", d.name, done, max(dead, done), verb)
		}
		if err != nil {
			return err
		}
		if n == 0 {
			break
		}
	}
	return nil
}

// letters takes dead letters out that no consumer waits for, one after the other. One that fails stays, and ends it.
func letters(q queue.Source, handle func(body []byte) error) func(ctx context.Context, name string, limit int) (int, error) {
	return func(ctx context.Context, name string, limit int) (done int, err error) {
		for done < limit {
			received, err := q.Receive(ctx, name, min(limit-done, queue.MaxBatchWrite), hold)
			if err != nil || len(received) == 0 {
				return done, err
			}
			for _, m := range received {
				if err := handle(m.Body); err != nil {
					return done, err
				}
				if err := q.Delete(ctx, name, []string{m.Receipt}); err != nil {
					return done, err
				}
				done++
			}
		}
		return done, nil
	}
}

// event is the event in a dead letter: the bus puts it there as it is, Lambda within a record of what it tried.
func event(body []byte) []byte {
	var record struct {
		RequestContext json.RawMessage `json:"requestContext"`
		RequestPayload json.RawMessage `json:"requestPayload"`
	}
	if json.Unmarshal(body, &record) == nil && len(record.RequestContext) > 0 && len(record.RequestPayload) > 0 {
		return record.RequestPayload
	}
	return body
}
