package autograbsim

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"path"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

const (
	pushAtOnce   = 256 // pushes whose outcomes become one durable change
	pushParallel = 8   // pushes in flight
)

// backOff is the wait before each attempt after the first. The partner's policy is not public: assumed.
func backOff(failed int) (wait time.Duration, again bool) {
	waits := [...]time.Duration{2 * time.Second, 10 * time.Second, time.Minute, 5 * time.Minute}
	if failed > len(waits) {
		return 0, false
	}
	return waits[failed-1], true
}

// deadEndpoint is the wait of pushes whose webhook has just not answered at all to another one; they lose no attempt.
const deadEndpoint = time.Second

// push is a message to a webhook. The body is as it was when the thing happened.
type push struct {
	ID     string `json:"id"`
	Hook   string `json:"hook"`
	Body   []byte `json:"body"`
	Failed int    `json:"failed"`
}

// plan makes one durable push per wait.
func (c *change) plan(hook webhook, body []byte, waits []time.Duration) error {
	for _, wait := range waits {
		p := push{ID: c.sim.options.NewID(), Hook: hook.ID, Body: body}
		if err := c.schedule(p, wait); err != nil {
			return err
		}
	}
	return nil
}

func (c *change) schedule(p push, wait time.Duration) error {
	due := dueRecord{ID: p.ID, Due: c.now.Add(wait)}
	if err := put(c.batch, key(keyPush, p.ID), p); err != nil {
		return err
	}
	if err := put(c.batch, key(keyPushDue, p.ID), due); err != nil {
		return err
	}
	c.pushes = append(c.pushes, task{due: due.Due, id: due.ID})
	return nil
}

func (c *change) forget(p push) error {
	return errors.Join(c.batch.Delete(key(keyPush, p.ID), nil), c.batch.Delete(key(keyPushDue, p.ID), nil))
}

// outcome is what became of a push in one round.
type outcome int

const (
	pointless outcome = iota // its webhook is gone
	sent
	failed
	postponed // not tried: its webhook seems dead
)

// send attempts pushes side by side and makes all their outcomes durable at once. A process that dies in between sends them
// again, as partners do.
func (s *Simulator) send(ctx context.Context, due []task) error {
	pushes := make([]push, len(due))
	outcomes := make([]outcome, len(due))
	var dead sync.Map // ids of webhooks that did not answer in this round
	var group errgroup.Group
	group.SetLimit(pushParallel)
	for i, t := range due {
		group.Go(func() error {
			p, found, err := get[push](s.db, key(keyPush, t.id))
			if err != nil || !found {
				pushes[i].ID = t.id
				return err
			}
			pushes[i] = p
			hook, found, err := get[webhook](s.db, key(keyWebhook, p.Hook))
			if err != nil || !found {
				return err
			}
			if _, seen := dead.Load(hook.ID); seen {
				outcomes[i] = postponed
				return nil
			}
			ok, answered := s.attempt(ctx, hook, p)
			if !answered {
				dead.Store(hook.ID, true)
			}
			if outcomes[i] = failed; ok {
				outcomes[i] = sent
			}
			return nil
		})
	}
	if err := errors.Join(group.Wait(), ctx.Err()); err != nil {
		return err
	}
	return s.change(func(c *change) error {
		for i, p := range pushes {
			if err := c.settle(p, outcomes[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

func (c *change) settle(p push, result outcome) error {
	switch result {
	case sent:
		c.totals.Sent++
	case postponed:
		return c.schedule(p, deadEndpoint)
	case failed:
		c.totals.Failed++
		p.Failed++
		if wait, again := backOff(p.Failed); again {
			return c.schedule(p, wait)
		}
		c.totals.Abandoned++
	case pointless:
	}
	return c.forget(p)
}

// attempt posts a push. Only a 2xx is a success; answered is false where not even a status came back.
func (s *Simulator) attempt(ctx context.Context, hook webhook, p push) (ok, answered bool) {
	endpoint := hook.Endpoint
	if s.dice.wrongToken() {
		endpoint = tampered(endpoint)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, endpoint, bytes.NewReader(p.Body))
	if err != nil {
		return false, true
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "AutoGrab-Simulator")
	response, err := s.client.Do(request)
	if err != nil {
		s.log.DebugContext(ctx, "a push failed", "push", p.ID, "hook", hook.ID)
		return false, false
	}
	defer response.Body.Close()
	// The connection is used again only when the answer was read; a long answer is not worth it.
	_, _ = io.CopyN(io.Discard, response.Body, 4<<10)
	return response.StatusCode >= 200 && response.StatusCode < 300, true
}

// tampered is an endpoint with another token, as far as the last element of its path is one.
func tampered(endpoint string) string {
	u, err := url.Parse(endpoint)
	if err != nil {
		return endpoint
	}
	u.Path = path.Join(path.Dir(u.Path), "forged-"+path.Base(u.Path))
	u.RawPath = ""
	return u.String()
}

func pushTransport() http.RoundTripper {
	return &http.Transport{MaxIdleConnsPerHost: pushParallel, IdleConnTimeout: time.Minute}
}
