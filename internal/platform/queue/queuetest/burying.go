package queuetest

import "github.com/winback-auto/winback/internal/platform/queue"

// burying is about dead letters.
func burying() []contractCase {
	return []contractCase{
		{"a message dies after exactly so many receives", func(p *probe) {
			p.send("poison")
			for n := 1; n <= queue.MaxReceives; n++ {
				if r := p.one(); r.Receives != n {
					p.failf("receive %d, want %d", r.Receives, n)
				}
				if got := p.count(); got.Dead != 0 {
					p.failf("dead after %d receives", n)
				}
				p.pass(p.Unit)
			}
			p.none("it was received often enough")
			p.counts(queue.Counts{Dead: 1})
		}},
		{"hand-backs count as receives", func(p *probe) {
			p.send("poison")
			for range queue.MaxReceives {
				p.must(p.Sender.Delay(p.ctx, p.Topic, p.one().Receipt, 0))
			}
			p.none("it was received often enough")
			p.counts(queue.Counts{Dead: 1})
		}},
		{"a success at the last receive saves the message", func(p *probe) {
			p.send("late")
			for range queue.MaxReceives - 1 {
				p.one()
				p.pass(p.Unit)
			}
			p.delete(p.one())
			p.pass(p.Unit)
			p.none("it was deleted")
			p.counts(queue.Counts{})
		}},
		{"a dying message does not hold up the others", func(p *probe) {
			p.send("poison")
			for range queue.MaxReceives {
				p.one()
				p.pass(p.Unit)
			}
			p.send("good")
			if r := p.one(); string(r.Body) != "good" {
				p.failf("received %q", r.Body)
			}
			p.none("the other one was received often enough")
			p.counts(queue.Counts{InFlight: 1, Dead: 1})
		}},
		{"a redrive gives a dead letter all its receives again", func(p *probe) {
			p.send("poison")
			p.bury()
			moved, err := p.Source.Redrive(p.ctx, p.Topic, 10)
			p.must(err)
			if moved != 1 {
				p.failf("moved %d, want 1", moved)
			}
			r := p.one()
			if string(r.Body) != "poison" || r.Group != group || r.Receives != 1 {
				p.failf("received %q of group %q for the %d. time", r.Body, r.Group, r.Receives)
			}
			p.pass(p.Unit)
			p.one()
			p.counts(queue.Counts{InFlight: 1})
		}},
		{"a redrive moves no more than its limit", func(p *probe) {
			p.sendOnly(13)
			p.bury()
			p.counts(queue.Counts{Dead: 13})
			for _, want := range []int{11, 2, 0} {
				moved, err := p.Source.Redrive(p.ctx, p.Topic, 11)
				p.must(err)
				if moved != want {
					p.failf("moved %d, want %d", moved, want)
				}
			}
			p.counts(queue.Counts{Ready: 13})
		}},
		{"a redrive without dead letters moves nothing", func(p *probe) {
			p.send("fine")
			moved, err := p.Source.Redrive(p.ctx, p.Topic, 10)
			p.must(err)
			if moved != 0 {
				p.failf("moved %d", moved)
			}
			p.counts(queue.Counts{Ready: 1})
		}},
		{"dead letters of one topic are not those of another", func(p *probe) {
			p.send("poison")
			p.bury()
			moved, err := p.Source.Redrive(p.ctx, p.Other, 10)
			p.must(err)
			if moved != 0 {
				p.failf("moved %d", moved)
			}
			p.counts(queue.Counts{Dead: 1})
		}},
	}
}
