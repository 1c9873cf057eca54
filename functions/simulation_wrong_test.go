//go:build !race

// Wrong workers are many runs of what the race detector has seen once; make simulate has them without it.

package functions_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/partner"
	"github.com/winback-auto/winback/internal/platform/dispatch"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/mail"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/testkit/simulation"
)

// wrongWorkers are the production functions with one port decorated each. make gets a worker for one run.
func wrongWorkers() []struct {
	name string
	make func() wrongly
} {
	return []struct {
		name string
		make func() wrongly
	}{
		{"send, then mark", func() wrongly {
			return only("mail-send", func(p *simulation.Ports) {
				p.Table = &sendsThenMarks{Driver: p.Table, held: map[table.Key][]table.Op{}}
			})
		}},
		{"delete on error", func() wrongly {
			return only("mail-send", func(p *simulation.Ports) {
				d := &deletesOnError{Driver: p.Table, sender: p.Mail, before: map[table.Key]table.Item{}}
				p.Table, p.Mail = d, d
			})
		}},
		{"SDK retries of mails", func() wrongly {
			return only("mail-send", func(p *simulation.Ports) { p.Mail = retriesMails{p.Mail} })
		}},
		{"SDK retries of uploads", func() wrongly {
			return dialing("recapture-submit", func(w partner.Watcher) partner.Watcher { return retriesUploads{w} })
		}},
		{"no owner check", func() wrongly {
			return func(_ string, p simulation.Ports) simulation.Ports {
				p.Table = ownerless{p.Table}
				return p
			}
		}},
		{"no re-fetch", func() wrongly {
			claims := map[string]partner.Push{}
			return func(_ string, p simulation.Ports) simulation.Ports {
				parse, dial := p.Parse, p.Dial
				p.Parse = func(body []byte) (partner.Push, error) {
					push, err := parse(body)
					claims[push.Ref] = push
					return push, err
				}
				p.Dial = func(a partner.Account) partner.Watcher { return believes{dial(a), claims} }
				return p
			}
		}},
		{"skip UNKNOWN of mails: it is a refusal", func() wrongly {
			return only("mail-send", func(p *simulation.Ports) { p.Mail = certain{p.Mail, false} })
		}},
		{"skip UNKNOWN of mails: it is a success", func() wrongly {
			return only("mail-send", func(p *simulation.Ports) { p.Mail = certain{p.Mail, true} })
		}},
		{"skip UNKNOWN of uploads: it is a refusal", func() wrongly {
			return dialing("recapture-submit", func(w partner.Watcher) partner.Watcher { return certainUploads{w} })
		}},
		{"messages are sent without a promise", func() wrongly {
			return func(_ string, p simulation.Ports) simulation.Ports {
				p.Table = promiseless{p.Table}
				return p
			}
		}},
	}
}

// T002: the simulation notices wrong ways to work. That it notices nothing else in the same seeds is
// TestInABadWorldNothingIsLostNothingIsDoubledAndEverythingEnds.
func TestWrongWorkersFailTheSimulationWithinThreeSeeds(t *testing.T) {
	warmUp(t)
	for _, w := range wrongWorkers() {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(3) {
				if r := simulate(t, seed, defaultJobs, w.make()); len(r.wrong) > 0 {
					t.Logf("seed %d, %d findings: %s", seed, len(r.wrong), r.wrong[0])
					return
				}
			}
			t.Error("nobody noticed")
		})
	}
}

// only decorates the ports of one function.
func only(function string, decorate func(*simulation.Ports)) wrongly {
	return func(name string, p simulation.Ports) simulation.Ports {
		if name == function {
			decorate(&p)
		}
		return p
	}
}

// dialing decorates the partner of one function.
func dialing(function string, decorate func(partner.Watcher) partner.Watcher) wrongly {
	return only(function, func(p *simulation.Ports) {
		dial := p.Dial
		p.Dial = func(a partner.Account) partner.Watcher { return decorate(dial(a)) }
	})
}

// stateIn is what a write says about a mail; false for any other write.
func stateIn(ops []table.Op) (state dispatch.State, ok bool) {
	var d struct{ State dispatch.State }
	if len(ops) != 1 || ops[0].Action != table.Put || ops[0].Item.Kind != "mail" || json.Unmarshal(ops[0].Item.Body, &d) != nil {
		return "", false
	}
	return d.State, true
}

// sendsThenMarks keeps what is to be written before the send until after it.
type sendsThenMarks struct {
	table.Driver
	held map[table.Key][]table.Op
}

func (s *sendsThenMarks) Write(ctx context.Context, ops []table.Op) error {
	state, ok := stateIn(ops)
	if !ok {
		return s.Driver.Write(ctx, ops)
	}
	key := ops[0].Item.Key
	switch state {
	case dispatch.Claimed:
		s.held[key] = slices.Clone(ops)
		return nil
	case dispatch.Sending:
		s.held[key] = append(s.held[key], ops...)
		return nil
	}
	held := s.held[key]
	delete(s.held, key)
	for _, op := range held {
		if err := s.Driver.Write(ctx, []table.Op{op}); err != nil {
			return err
		}
	}
	return s.Driver.Write(ctx, ops)
}

// deletesOnError takes its claim back where the send failed, and has the message come again.
type deletesOnError struct {
	table.Driver
	sender mail.Sender
	before map[table.Key]table.Item // as it was before the claim
	failed bool
}

// errRaised has the message come again soon, mostly before the provider's event.
var errRaised = errs.Later(errs.Unavailable, time.Second, "the handler failed")

func (d *deletesOnError) Send(ctx context.Context, m mail.Message) (string, error) {
	id, err := d.sender.Send(ctx, m)
	d.failed = err != nil
	return id, err
}

func (d *deletesOnError) Get(ctx context.Context, key table.Key) (table.Item, error) {
	if d.failed {
		d.failed = false
		return table.Item{}, errRaised
	}
	item, err := d.Driver.Get(ctx, key)
	d.before[key] = item
	return item, err
}

func (d *deletesOnError) Write(ctx context.Context, ops []table.Op) error {
	if _, ok := stateIn(ops); !ok || !d.failed {
		return d.Driver.Write(ctx, ops)
	}
	if err := d.Driver.Write(ctx, []table.Op{{Action: table.Put, Item: d.before[ops[0].Item.Key]}}); err != nil {
		return err
	}
	return errRaised
}

// tries is how often the AWS client sends unless it is told not to.
const tries = 3

type retriesMails struct{ mail.Sender }

func (r retriesMails) Send(ctx context.Context, m mail.Message) (id string, err error) {
	for range tries {
		if id, err = r.Sender.Send(ctx, m); err == nil {
			break
		}
	}
	return id, err
}

type retriesUploads struct{ partner.Watcher }

func (r retriesUploads) Upload(ctx context.Context, list partner.Upload) (receipt string, err error) {
	for range tries {
		if receipt, err = r.Watcher.Upload(ctx, list); err == nil {
			break
		}
	}
	return receipt, err
}

// ownerless writes whoever has written meanwhile.
type ownerless struct{ table.Driver }

func (o ownerless) Write(ctx context.Context, ops []table.Op) error {
	ops = slices.Clone(ops)
	for i := range ops {
		if ops[i].If.Test == table.VersionIs {
			ops[i].If = table.Condition{Test: table.Present}
		}
	}
	return o.Driver.Write(ctx, ops)
}

// believes takes what a push says for the truth.
type believes struct {
	partner.Watcher
	claims map[string]partner.Push
}

func (b believes) Vehicle(ctx context.Context, ref string) (partner.Watched, error) {
	if push, ok := b.claims[ref]; ok {
		return partner.Watched{Ref: ref, ID: push.ID, Sightings: push.Sightings}, nil
	}
	return b.Watcher.Vehicle(ctx, ref)
}

// certain knows what nobody knows: what became of a mail whose answer was lost.
type certain struct {
	mail.Sender
	sent bool
}

func (c certain) Send(ctx context.Context, m mail.Message) (string, error) {
	id, err := c.Sender.Send(ctx, m)
	switch {
	case !errors.Is(err, dispatch.ErrAmbiguous):
		return id, err
	case c.sent:
		return fmt.Sprintf("certainly %s", m.SendID), nil
	}
	return "", errs.E(errs.Unavailable, "it did not go out")
}

// certainUploads takes a lost answer for a refusal.
type certainUploads struct{ partner.Watcher }

func (c certainUploads) Upload(ctx context.Context, list partner.Upload) (string, error) {
	receipt, err := c.Watcher.Upload(ctx, list)
	if errors.Is(err, partner.ErrAmbiguous) {
		err = errs.E(errs.Unavailable, "it did not arrive")
	}
	return receipt, err
}

// promiseless is a table without an outbox: what is to be sent at once is sent after the write, or never.
type promiseless struct{ table.Driver }

func (p promiseless) Write(ctx context.Context, ops []table.Op) error {
	ops = slices.Clone(ops)
	for i := range ops {
		item := &ops[i].Item
		item.Pending = slices.DeleteFunc(slices.Clone(item.Pending), func(m table.Message) bool { return m.At.IsZero() })
		if len(item.Pending) == 0 {
			item.Due = table.IndexKey{}
		}
	}
	return p.Driver.Write(ctx, ops)
}
