package functions_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/platform/dispatch"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/mail"
	"github.com/winback-auto/winback/internal/platform/queue"
	"github.com/winback-auto/winback/internal/platform/table"
	sms "github.com/winback-auto/winback/internal/platform/text"
)

// effects collects what a function does besides answering: records it changes, messages and mails it sends, calls it makes
// to the partner. Records are compared before and after, so the steps in between do not show; postings are not listed.
type effects struct {
	table *table.Table

	mu     sync.Mutex
	lines  []string
	before map[table.Key]table.Item // records as they were before the first write to them; zero: there was none
	fault  error                    // of reading one
}

// watch forgets what happened so far.
func (e *effects) watch() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.lines, e.before = nil, map[table.Key]table.Item{}
}

// note adds a line.
func (e *effects) note(what, about, format string, args ...any) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.lines = append(e.lines, strings.TrimSpace(fmt.Sprintf("%-8s %-18s %s", what, about, fmt.Sprintf(format, args...))))
}

// writing looks at records before they are written.
func (e *effects) writing(ops []table.Op) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, op := range ops {
		if _, seen := e.before[op.Item.Key]; seen || op.Action == table.Check || e.before == nil {
			continue
		}
		item, err := e.table.Get(context.Background(), op.Item.Key)
		if err != nil && !errs.Is(err, errs.NotFound) {
			e.fault = err
		}
		e.before[op.Item.Key] = item
	}
	return nil
}

// list is everything that happened, one line each, sorted.
func (e *effects) list(ctx context.Context, t *testing.T) string {
	t.Helper()
	e.mu.Lock()
	before, fault := e.before, e.fault
	e.before = nil
	e.mu.Unlock()
	if fault != nil {
		t.Fatal(fault)
	}
	for key, was := range before {
		is, err := e.table.Get(ctx, key)
		if err != nil && !errs.Is(err, errs.NotFound) {
			t.Fatal(err)
		}
		e.compare(was, is)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.lines) == 0 {
		return ""
	}
	slices.Sort(e.lines)
	return strings.Join(e.lines, "\n") + "\n"
}

// compare notes what became of one item. A zero one is not there.
func (e *effects) compare(was, is table.Item) {
	switch {
	case was.Kind == "" && is.Kind == "": // a posting, or nothing at all
	case was.Kind == "":
		e.note("created", is.Kind, "%s", essence(is.Body))
	case is.Kind == "":
		e.note("deleted", was.Kind, "%s", essence(was.Body))
	case !bytes.Equal(was.Body, is.Body):
		e.note("changed", is.Kind, "%s", essence(is.Body))
	}
	for _, m := range is.Pending {
		if !slices.ContainsFunc(was.Pending, func(p table.Message) bool { return p.ID == m.ID }) {
			e.note("promised", m.Topic, "%s %s", m.At.Format(time.RFC3339Nano), m.Body)
		}
	}
}

// essence is those members of a record that say where it stands.
func essence(body []byte) string {
	var record map[string]any
	if json.Unmarshal(body, &record) != nil {
		return ""
	}
	var parts []string
	for _, name := range []string{"status", "progress", "stage", "state", "outcome", "event", "error", "problem", "reason", "read", "title", "counts", "facts", "mail", "open"} {
		switch value := record[name].(type) {
		case string:
			if value != "" {
				parts = append(parts, fmt.Sprintf("%s=%q", name, value))
			}
		case map[string]any:
			said, err := json.Marshal(value)
			if err == nil {
				parts = append(parts, name+"="+string(said))
			}
		}
	}
	return strings.Join(parts, " ")
}

// outgoing is a queue that keeps what is sent, for the seed to work on.
type outgoing struct {
	effects  *effects
	mu       sync.Mutex
	messages []queue.Outgoing
	broken   bool // every send fails
	keep     bool // what is taken stays, as a message that is delivered twice
}

// Send implements queue.Sender.
func (o *outgoing) Send(_ context.Context, messages []queue.Outgoing) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, m := range messages {
		if o.broken {
			return errs.E(errs.Unavailable, "the queue is not to be reached")
		}
		o.messages = append(o.messages, m)
		o.effects.note("sent", m.Topic, "%s", m.Body)
	}
	return nil
}

// Delay implements queue.Sender.
func (o *outgoing) Delay(_ context.Context, topic, receipt string, wait time.Duration) error {
	o.effects.note("delayed", topic, "%s for %s", receipt, wait)
	return nil
}

// take removes the messages of a topic.
func (o *outgoing) take(topic string) (taken []queue.Received) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.messages = slices.DeleteFunc(o.messages, func(m queue.Outgoing) bool {
		if m.Topic != topic {
			return false
		}
		taken = append(taken, queue.Received{ID: m.ID, Topic: m.Topic, Body: m.Body, Receipt: "receipt of " + m.ID, Receives: 1, Group: m.Group})
		return !o.keep
	})
	return taken
}

// postbox takes mails; those to some addresses go wrong.
type postbox struct{ effects *effects }

// Where mails go wrong.
const (
	busyAddress = "busy@harbour.example" // the provider wants no more mails for now
	lostAddress = "lost@harbour.example" // its answer is lost
)

// Send implements mail.Sender.
func (p postbox) Send(_ context.Context, m mail.Message) (string, error) {
	switch {
	case strings.Contains(m.To, busyAddress):
		return "", errs.Later(errs.TooMany, 90*time.Second, "the provider takes no more mails for now")
	case strings.Contains(m.To, lostAddress):
		return "", fmt.Errorf("connection reset: %w", dispatch.ErrAmbiguous)
	}
	p.effects.note("mailed", m.Kind, "to %s: %s", m.To, m.Subject)
	return "0108019ab3e4c0de-" + strings.ToLower(m.SendID[:8]) + "-000000", nil
}

// telephone takes text messages; those to some numbers go wrong.
type telephone struct{ *effects }

// lostNumber is where the provider takes a message and its answer is lost.
const lostNumber = "+61491570156"

// Send takes a message.
func (p telephone) Send(_ context.Context, m sms.Message) (string, error) {
	p.note("texted", m.Kind, "%s", strings.ReplaceAll(m.Body, "\n", " "))
	if m.To == lostNumber {
		return "", dispatch.ErrAmbiguous
	}
	return "t-" + m.SendID[:8], nil
}
