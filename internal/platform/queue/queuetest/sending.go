package queuetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/winback-auto/winback/internal/platform/queue"
)

func sending() []contractCase {
	return []contractCase{
		{"a sent message is received with all it has", func(p *probe) {
			p.send("hello")
			r := p.one()
			if string(r.Body) != "hello" || r.Topic != p.Topic || r.Group != group || r.ID == "" || r.Receipt == "" || r.Receives != 1 {
				p.failf("received %+v", r)
			}
			if r.Sent.IsZero() || r.FirstSeen.Before(r.Sent) {
				p.failf("sent %v, first seen %v", r.Sent, r.FirstSeen)
			}
		}},
		{"an empty list is sent", func(p *probe) {
			p.must(p.Sender.Send(p.ctx, nil))
			p.none("nothing was sent")
		}},
		{"twenty-five messages of one call all arrive", func(p *probe) {
			p.sendMany(25)
		}},
		{"messages of one call that are a megabyte and a half all arrive", func(p *probe) {
			var messages []queue.Outgoing
			want := map[string]int{}
			for i := range 6 {
				body := strings.Repeat(string(rune('a'+i)), queue.MaxBody)
				messages = append(messages, p.message(body))
				want[body]++
			}
			p.must(p.Sender.Send(p.ctx, messages))
			p.arrive(want)
		}},
		{"a call for two topics fills both", func(p *probe) {
			mine, others := p.message("mine"), p.message("others")
			others.Topic = p.Other
			p.must(p.Sender.Send(p.ctx, []queue.Outgoing{mine, others}))
			if r := p.one(); string(r.Body) != "mine" {
				p.failf("received %q", r.Body)
			}
			p.none("the other message is for another topic")
			if other := p.all(p.Other, p.Unit); len(other) != 1 || string(other[0].Body) != "others" {
				p.failf("the other topic has %d messages", len(other))
			}
		}},
		{"the same message sent twice is two messages", func(p *probe) {
			p.must(p.Sender.Send(p.ctx, []queue.Outgoing{p.message("same"), p.message("same")}))
			both := p.all(p.Topic, p.Unit)
			if len(both) != 2 || both[0].ID == both[1].ID || both[0].Receipt == both[1].Receipt {
				p.failf("received %d messages", len(both))
			}
		}},
		{"a body of the largest size arrives", func(p *probe) {
			p.send(strings.Repeat("x", queue.MaxBody))
			if r := p.one(); len(r.Body) != queue.MaxBody {
				p.failf("received %d bytes", len(r.Body))
			}
		}},
		{"a body that is too large is refused by name and the others are sent", func(p *probe) {
			big := p.message(strings.Repeat("x", queue.MaxBody+1))
			big.ID = "too-big"
			err := p.Sender.Send(p.ctx, []queue.Outgoing{p.message("before"), big, p.message("after")})
			p.invalid(err, "a body that is too large")
			var unsent *queue.UnsentError
			if !errors.As(err, &unsent) || !slices.Equal(unsent.IDs, []string{"too-big"}) {
				p.failf("the error does not name exactly the refused message: %v", err)
			}
			p.arrive(map[string]int{"before": 1, "after": 1})
		}},
		{"an empty body is refused", func(p *probe) {
			p.invalid(p.Sender.Send(p.ctx, []queue.Outgoing{p.message("")}), "an empty body")
		}},
		{"a body that is no text is refused", func(p *probe) {
			for _, body := range []string{"\x00", "\x1f", "\xff\xfe", "\uffff", "a\xc3"} {
				p.invalid(p.Sender.Send(p.ctx, []queue.Outgoing{p.message(body)}), fmt.Sprintf("the body %q", body))
			}
			p.none("everything was refused")
		}},
		{"any text arrives byte by byte", func(p *probe) {
			want := map[string]int{}
			for _, body := range []string{
				"Grüße, Dvořák, 日本語, עברית, 👩‍🔧🚗", "\t\n\r lines \u2028 \u0085 \x7f", `{"a":"\u0000\"\\/","b":[1e9,null]}`,
				"<b>&amp;</b>%20+&=?#", "\ufeff\ufffd\U0010ffff", " ", "null", "e\u0301 is not \u00e9",
			} {
				p.send(body)
				want[body]++
			}
			p.arrive(want)
		}},
		{"a topic or group that SQS would not take is refused", func(p *probe) {
			for _, change := range []func(*queue.Outgoing){
				func(m *queue.Outgoing) { m.Topic = "" },
				func(m *queue.Outgoing) { m.Topic = "not a name" },
				func(m *queue.Outgoing) { m.Group = strings.Repeat("g", 129) },
				func(m *queue.Outgoing) { m.Group = "gruppe ü" },
			} {
				m := p.message("x")
				change(&m)
				p.invalid(p.Sender.Send(p.ctx, []queue.Outgoing{m}), fmt.Sprintf("topic %q, group %q", m.Topic, m.Group))
			}
		}},
		{"a message without a group is served", func(p *probe) {
			m := p.message("alone")
			m.Group = ""
			p.must(p.Sender.Send(p.ctx, []queue.Outgoing{m}))
			if r := p.one(); string(r.Body) != "alone" || r.Group != "" {
				p.failf("received %q of group %q", r.Body, r.Group)
			}
		}},
		{"a send that is called off names its messages", func(p *probe) {
			ctx, cancel := context.WithCancel(p.ctx)
			cancel()
			err := p.Sender.Send(ctx, []queue.Outgoing{p.message("late")})
			var unsent *queue.UnsentError
			if !errors.As(err, &unsent) || len(unsent.IDs) != 1 {
				p.failf("error %v", err)
			}
		}},
	}
}

// sendMany sends n different messages in one call and sees them arrive.
func (p *probe) sendMany(n int) {
	var bodies []string
	want := map[string]int{}
	for i := range n {
		body := fmt.Sprintf("message %d", i)
		bodies = append(bodies, body)
		want[body]++
	}
	p.send(bodies...)
	p.arrive(want)
}

// arrive receives everything and compares the bodies.
func (p *probe) arrive(want map[string]int) {
	got := map[string]int{}
	for _, r := range p.all(p.Topic, 10*time.Minute) {
		got[string(bytes.Clone(r.Body))]++
	}
	if !maps.Equal(got, want) {
		p.failf("received %d different bodies, want %d: %.200q", len(got), len(want), slices.Collect(maps.Keys(got)))
	}
}
