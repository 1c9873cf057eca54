package queuetest

import (
	"time"

	"github.com/winback-auto/winback/internal/platform/queue"
)

func delaying() []contractCase {
	return []contractCase{
		{"a delayed message is not visible before its time", func(p *probe) {
			p.sendDelayed("later", 4*p.Unit)
			p.none("it is delayed")
			p.pass(2 * p.Unit)
			p.none("it is delayed still")
			p.pass(2 * p.Unit)
			if r := p.one(); string(r.Body) != "later" || r.Receives != 1 {
				p.failf("received %q for the %d. time", r.Body, r.Receives)
			}
		}},
		{"a delayed message does not hold up the others", func(p *probe) {
			p.sendDelayed("later", p.Unit)
			p.send("now")
			if r := p.one(); string(r.Body) != "now" {
				p.failf("received %q", r.Body)
			}
		}},
		{"a message may be delayed by a quarter of an hour and no longer", func(p *probe) {
			p.sendDelayed("later", queue.MaxDelay)
			p.counts(queue.Counts{Delayed: 1})
			for _, delay := range []time.Duration{queue.MaxDelay + time.Second, -time.Second} {
				m := p.message("never")
				m.Delay = delay
				p.invalid(p.Sender.Send(p.ctx, []queue.Outgoing{m}), delay.String())
			}
			p.counts(queue.Counts{Delayed: 1})
		}},
		{"a message that is handed back is hidden for the wait", func(p *probe) {
			p.send("again")
			r := p.one()
			p.must(p.Sender.Delay(p.ctx, p.Topic, r.Receipt, 3*p.Unit))
			p.pass(p.Unit)
			p.none("its visibility has ended, its wait has not")
			if got := p.count(); got.Ready != 0 || got.InFlight+got.Delayed != 1 {
				p.failf("counts %+v", got)
			}
			p.pass(2 * p.Unit)
			if r := p.one(); r.Receives != 2 {
				p.failf("receive %d, want 2", r.Receives)
			}
		}},
		{"a wait may end before the visibility would", func(p *probe) {
			p.send("again")
			received, err := p.Source.Receive(p.ctx, p.Topic, 1, 10*time.Minute)
			p.must(err)
			if len(received) != 1 {
				p.failf("received %d messages", len(received))
			}
			p.must(p.Sender.Delay(p.ctx, p.Topic, received[0].Receipt, p.Unit))
			p.none("it waits")
			p.pass(p.Unit)
			p.one()
		}},
		{"a message handed back without a wait is visible at once", func(p *probe) {
			p.send("again")
			p.must(p.Sender.Delay(p.ctx, p.Topic, p.one().Receipt, 0))
			if r := p.one(); r.Receives != 2 {
				p.failf("receive %d, want 2", r.Receives)
			}
		}},
		{"a receipt is good while its message waits", func(p *probe) {
			p.send("again")
			r := p.one()
			p.must(p.Sender.Delay(p.ctx, p.Topic, r.Receipt, 3*p.Unit))
			p.pass(p.Unit)
			p.delete(r)
			p.counts(queue.Counts{})
		}},
		{"a wait longer than a quarter of an hour is refused", func(p *probe) {
			p.send("again")
			r := p.one()
			p.invalid(p.Sender.Delay(p.ctx, p.Topic, r.Receipt, queue.MaxDelay+time.Second), "too long")
			p.invalid(p.Sender.Delay(p.ctx, p.Topic, r.Receipt, -time.Second), "negative")
			p.pass(p.Unit)
			p.one()
		}},
		{"a void receipt delays nothing", func(p *probe) {
			p.send("hello")
			slow := p.one()
			p.pass(p.Unit)
			quick := p.one()
			p.must(p.Sender.Delay(p.ctx, p.Topic, slow.Receipt, 0))
			p.none("the quick receiver has it")
			p.delete(quick)
			p.must(p.Sender.Delay(p.ctx, p.Topic, quick.Receipt, 0))
			p.none("it was deleted")
		}},
	}
}
