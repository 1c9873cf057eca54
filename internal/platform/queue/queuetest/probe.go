package queuetest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/queue"
)

// group is the group of messages where the case is not about groups.
const group = "harbour"

// probe is a fixture in the hands of a case. Its methods end the case where something is wrong.
type probe struct {
	Fixture
	ctx  context.Context
	fail func(text string)
}

func newProbe(t *testing.T, f Fixture) *probe {
	if f.Unit == 0 {
		f.Unit = 30 * time.Second
	}
	return &probe{Fixture: f, ctx: t.Context()}
}

func (p *probe) failf(format string, args ...any) { p.fail(fmt.Sprintf(format, args...)) }

func (p *probe) must(err error) {
	if err != nil {
		p.failf("unexpected error: %v", err)
	}
}

func (p *probe) message(body string) queue.Outgoing {
	return queue.Outgoing{ID: "id-" + body[:min(len(body), 20)], Topic: p.Topic, Group: group, Body: []byte(body)}
}

// send sends messages with these bodies.
func (p *probe) send(bodies ...string) {
	messages := make([]queue.Outgoing, len(bodies))
	for i, body := range bodies {
		messages[i] = p.message(body)
	}
	p.must(p.Sender.Send(p.ctx, messages))
}

func (p *probe) sendDelayed(body string, delay time.Duration) {
	m := p.message(body)
	m.Delay = delay
	p.must(p.Sender.Send(p.ctx, []queue.Outgoing{m}))
}

// receive receives once, for a unit.
func (p *probe) receive(limit int) []queue.Received {
	received, err := p.Source.Receive(p.ctx, p.Topic, limit, p.Unit)
	p.must(err)
	return received
}

// one receives exactly one message.
func (p *probe) one() queue.Received {
	received := p.receive(1)
	if len(received) != 1 {
		p.failf("received %d messages, want 1", len(received))
	}
	return received[0]
}

func (p *probe) none(why string) {
	if received := p.receive(10); len(received) != 0 {
		p.failf("received %q, want nothing: %s", received[0].Body, why)
	}
}

// all receives until nothing is left, holding everything for the visibility.
func (p *probe) all(topic string, visibility time.Duration) []queue.Received {
	var all []queue.Received
	for {
		received, err := p.Source.Receive(p.ctx, topic, 10, visibility)
		p.must(err)
		if len(received) == 0 {
			return all
		}
		all = append(all, received...)
	}
}

func (p *probe) delete(received ...queue.Received) {
	receipts := make([]string, len(received))
	for i, r := range received {
		receipts[i] = r.Receipt
	}
	p.must(p.Source.Delete(p.ctx, p.Topic, receipts))
}

func (p *probe) count() queue.Counts {
	counts, err := p.Source.Count(p.ctx, p.Topic)
	p.must(err)
	return counts
}

func (p *probe) counts(want queue.Counts) {
	if got := p.count(); got != want {
		p.failf("counts %+v, want %+v", got, want)
	}
}

// pass lets so much time pass that what ends after d has ended.
func (p *probe) pass(d time.Duration) { p.Advance(d + time.Second) }

// bury makes a dead letter of every message that is in the queue.
func (p *probe) bury() {
	for range queue.MaxReceives {
		if len(p.all(p.Topic, p.Unit)) == 0 {
			p.failf("nothing to bury")
		}
		p.pass(p.Unit)
	}
	p.none("everything was received as often as it may be")
}

func (p *probe) invalid(err error, what string) {
	if !errs.Is(err, errs.Invalid) {
		p.failf("%s: error %v, want one that is Invalid", what, err)
	}
}
