package queuetest

import "github.com/winback-auto/winback/internal/platform/queue"

func receiving() []contractCase {
	return []contractCase{
		{"an empty topic has nothing to receive", func(p *probe) {
			p.none("nothing was sent")
			p.counts(queue.Counts{})
		}},
		{"a receive takes no more than its limit", func(p *probe) {
			p.send("1", "2", "3", "4", "5")
			if first := p.receive(2); len(first) != 2 {
				p.failf("received %d messages, want 2", len(first))
			}
			if rest := p.all(p.Topic, p.Unit); len(rest) != 3 {
				p.failf("received %d more messages, want 3", len(rest))
			}
		}},
		{"a limit above ten is served", func(p *probe) {
			p.sendOnly(12)
			first := p.receive(12)
			rest := p.all(p.Topic, p.Unit)
			if len(first) == 0 || len(first)+len(rest) != 12 {
				p.failf("received %d and %d messages, want 12", len(first), len(rest))
			}
		}},
		{"a received message is hidden until its visibility ends", func(p *probe) {
			p.send("hello")
			received, err := p.Source.Receive(p.ctx, p.Topic, 1, 4*p.Unit)
			p.must(err)
			if len(received) != 1 {
				p.failf("received %d messages, want 1", len(received))
			}
			p.none("it is held")
			p.pass(2 * p.Unit)
			p.none("it is held still")
			p.pass(2 * p.Unit)
			if r := p.one(); string(r.Body) != "hello" || r.Receives != 2 {
				p.failf("received %q for the %d. time", r.Body, r.Receives)
			}
		}},
		{"receives are counted and the first instants stay", func(p *probe) {
			p.send("again")
			first := p.one()
			for n := 2; n <= 4; n++ {
				p.pass(p.Unit)
				r := p.one()
				if r.Receives != n || r.ID != first.ID || r.Receipt == first.Receipt {
					p.failf("receive %d of %s, want %d of %s, with a new receipt", r.Receives, r.ID, n, first.ID)
				}
				if !r.Sent.Equal(first.Sent) || !r.FirstSeen.Equal(first.FirstSeen) {
					p.failf("sent %v, first seen %v; were %v and %v", r.Sent, r.FirstSeen, first.Sent, first.FirstSeen)
				}
			}
		}},
		{"a deleted message is gone for good", func(p *probe) {
			p.send("done")
			p.delete(p.one())
			p.pass(p.Unit)
			p.none("it was deleted")
			p.counts(queue.Counts{})
		}},
		{"a delete ends exactly the messages of its receipts", func(p *probe) {
			p.sendOnly(15)
			all := p.all(p.Topic, p.Unit)
			if len(all) != 15 {
				p.failf("received %d messages", len(all))
			}
			p.delete(all[:13]...)
			p.pass(p.Unit)
			left := p.all(p.Topic, p.Unit)
			if len(left) != 2 {
				p.failf("%d messages are left, want 2", len(left))
			}
		}},
		{"a delete is repeated without harm", func(p *probe) {
			p.send("done", "other")
			both := p.all(p.Topic, p.Unit)
			p.delete(both[0])
			p.delete(both[0])
			p.delete()
			p.pass(p.Unit)
			if left := p.all(p.Topic, p.Unit); len(left) != 1 || string(left[0].Body) != string(both[1].Body) {
				p.failf("%d messages are left, want the other one", len(left))
			}
		}},
		{"a receipt may come twice in one delete", func(p *probe) {
			p.send("done")
			r := p.one()
			p.delete(r, r)
			p.counts(queue.Counts{})
		}},
		{"a receipt is void once somebody else has the message", func(p *probe) {
			p.send("hello")
			slow := p.one()
			p.pass(p.Unit)
			quick := p.one()
			p.delete(slow)
			if got := p.count(); got.Ready+got.InFlight != 1 {
				p.failf("the slow receiver deleted a message that another one has: %+v", got)
			}
			p.delete(quick)
			p.counts(queue.Counts{})
		}},
		{"nonsense is no receipt", func(p *probe) {
			p.send("hello")
			p.invalid(p.Source.Delete(p.ctx, p.Topic, []string{"nonsense"}), "a delete")
			p.invalid(p.Sender.Delay(p.ctx, p.Topic, "nonsense", p.Unit), "a delay")
			if r := p.one(); r.Receives != 1 {
				p.failf("receive %d", r.Receives)
			}
		}},
		{"messages are counted where they are", func(p *probe) {
			p.send("1", "2", "3")
			p.sendDelayed("later", p.Unit)
			p.counts(queue.Counts{Ready: 3, Delayed: 1})
			first := p.one()
			p.counts(queue.Counts{Ready: 2, InFlight: 1, Delayed: 1})
			p.delete(first)
			p.counts(queue.Counts{Ready: 2, Delayed: 1})
			p.one()
			p.pass(p.Unit)
			p.counts(queue.Counts{Ready: 3})
		}},
	}
}

// sendOnly sends n messages in one call.
func (p *probe) sendOnly(n int) {
	bodies := make([]string, n)
	for i := range bodies {
		bodies[i] = "message " + string(rune('A'+i))
	}
	p.send(bodies...)
}
