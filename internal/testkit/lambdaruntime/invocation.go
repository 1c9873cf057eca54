package lambdaruntime

import (
	"crypto/rand"
	"fmt"
	"sync"
	"time"
)

// invocation is one payload on its way through an environment.
type invocation struct {
	id      string
	payload []byte
	cold    bool
	sampled bool
	trace   string // id
	timer   watch
	once    sync.Once
	answer  chan Answer
	over    chan struct{} // closed with the answer

	// Under the environment's lock.
	handed time.Time // to the process
	took   time.Duration
	said   *outcome // by the process; told once it asks for more work, or has ended
}

func newInvocation(payload []byte, cold, sampled bool) *invocation {
	return &invocation{id: newID(), payload: payload, cold: cold, sampled: sampled, trace: newTraceID(time.Now()), answer: make(chan Answer, 1), over: make(chan struct{})}
}

// watch is a timer that may be stopped before it was started.
type watch struct {
	mu    sync.Mutex
	timer *time.Timer
}

func (w *watch) start(after time.Duration, do func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.timer = time.AfterFunc(after, do)
}

func (w *watch) stop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.timer != nil {
		w.timer.Stop()
	}
}

// newID is a UUID of version 4, as request ids are.
func newID() string {
	var b [16]byte
	rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// newTraceID is the id of an X-Ray trace that began at an instant.
func newTraceID(at time.Time) string {
	var b [12]byte
	rand.Read(b[:])
	return fmt.Sprintf("1-%08x-%x", at.Unix(), b)
}

// header is the trace as the process hears of it.
func (i *invocation) header() string {
	var parent [8]byte
	rand.Read(parent[:])
	sampled := 0
	if i.sampled {
		sampled = 1
	}
	return fmt.Sprintf("Root=%s;Parent=%x;Sampled=%d", i.trace, parent, sampled)
}
