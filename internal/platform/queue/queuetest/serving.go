package queuetest

import (
	"fmt"
	"sync"
	"time"

	"github.com/winback-auto/winback/internal/platform/queue"
)

// serving is about many messages and many receivers.
func serving() []contractCase {
	return []contractCase{
		{"a small group is served beside a large one", func(p *probe) {
			p.sendGroup("large", 200)
			p.sendGroup("small", 3)
			served := 0
			for n := 0; served < 3; n += 10 {
				if n >= 50 {
					p.failf("%d of 3 messages of the small group are among the first %d", served, n)
				}
				for _, r := range p.receive(10) {
					if r.Group == "small" {
						served++
					}
				}
			}
		}},
		{"a large group gets everything that no other wants", func(p *probe) {
			p.sendGroup("large", 60)
			p.sendGroup("small", 1)
			if got := len(p.all(p.Topic, 10*time.Minute)); got != 61 {
				p.failf("received %d messages, want 61", got)
			}
		}},
		{"sixteen receivers lose nothing and hold nothing twice", func(p *probe) {
			const total = 400
			for g := range 4 {
				p.sendGroup(fmt.Sprintf("group-%d", g), total/4)
			}
			holders := p.race(16, func() ([]queue.Received, error) {
				received, err := p.Source.Receive(p.ctx, p.Topic, 7, 10*time.Minute)
				if err != nil || len(received) == 0 {
					return received, err
				}
				receipts := make([]string, len(received))
				for i, r := range received {
					receipts[i] = r.Receipt
				}
				return received, p.Source.Delete(p.ctx, p.Topic, receipts)
			})
			if len(holders) != total {
				p.failf("received %d different messages, want %d", len(holders), total)
			}
			for body, n := range holders {
				if n != 1 {
					p.failf("%q was held %d times", body, n)
				}
			}
			p.counts(queue.Counts{})
		}},
		{"sixteen senders lose nothing", func(p *probe) {
			errors := make(chan error, 16)
			for s := range 16 {
				go func() {
					var messages []queue.Outgoing
					for i := range 12 {
						messages = append(messages, p.message(fmt.Sprintf("%d of sender %d", i, s)))
					}
					errors <- p.Sender.Send(p.ctx, messages)
				}()
			}
			for range 16 {
				p.must(<-errors)
			}
			bodies := map[string]bool{}
			for _, r := range p.all(p.Topic, 10*time.Minute) {
				bodies[string(r.Body)] = true
			}
			if len(bodies) != 16*12 {
				p.failf("received %d different messages, want %d", len(bodies), 16*12)
			}
		}},
	}
}

func (p *probe) sendGroup(group string, n int) {
	messages := make([]queue.Outgoing, n)
	for i := range messages {
		messages[i] = p.message(fmt.Sprintf("%d of %s", i, group))
		messages[i].Group = group
	}
	p.must(p.Sender.Send(p.ctx, messages))
}

// race has n receivers receive until each finds nothing, and says how often each body was received.
func (p *probe) race(n int, receive func() ([]queue.Received, error)) map[string]int {
	var mu sync.Mutex
	var failure error
	times := map[string]int{}
	var receivers sync.WaitGroup
	for range n {
		receivers.Go(func() {
			for {
				received, err := receive()
				mu.Lock()
				for _, r := range received {
					times[string(r.Body)]++
				}
				if err != nil {
					failure = err
				}
				stop := failure != nil || len(received) == 0
				mu.Unlock()
				if stop {
					return
				}
			}
		})
	}
	receivers.Wait()
	p.must(failure)
	return times
}
