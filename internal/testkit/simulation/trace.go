package simulation

import (
	"fmt"
	"hash/fnv"
	"strings"
	"time"
)

// Trace is what a run did: counts, and the calls about one thing.
type Trace struct {
	Calls, Faults, Crashes, Messages, Duplicates int
	Dead                                         map[string]int // letters that died, by topic

	// Follow is a part of the names of calls, such as the id of a record; Followed are those calls, one a line.
	Follow   string
	Followed []string

	digest uint64
}

// add notes a call that was let through.
func (t *Trace) add(at time.Time, by *invocation, name string, v verdict) {
	t.Calls++
	if v.err != nil {
		t.Faults++
	}
	h := fnv.New64a()
	fmt.Fprint(h, t.digest, at.UnixNano(), by.seq, name, v.apply, v.err != nil)
	t.digest = h.Sum64()
	if t.Follow == "" || !strings.Contains(name, t.Follow) {
		return
	}
	fate := ""
	switch {
	case v.err != nil && v.apply:
		fate = ": done, and then " + v.err.Error()
	case v.err != nil:
		fate = ": not done, " + v.err.Error()
	}
	t.Followed = append(t.Followed, fmt.Sprintf("%s %s#%d %.160s%s", at.Format("02T15:04:05.000"), by.on.fn.Name, by.seq, name, fate))
}

// dead notes a letter that died.
func (t *Trace) dead(topic string) {
	if t.Dead == nil {
		t.Dead = map[string]int{}
	}
	t.Dead[topic]++
}

// Digest is the same for two runs that made the same calls at the same instants with the same fate.
func (t *Trace) Digest() uint64 { return t.digest }
