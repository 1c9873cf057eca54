package localhost

import "sync"

// activity counts receives and invocations, so that Drain can tell that nothing happened while it looked around.
type activity struct {
	mu    sync.Mutex
	under int    // under way
	begun uint64 // ever
}

// begin says that something happens until the returned func is called.
func (a *activity) begin() (end func()) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.under++
	a.begun++
	return func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.under--
	}
}

// idle reports whether nothing is under way, and how much ever was: two idle looks with the same number had nothing in
// between.
func (a *activity) idle() (idle bool, begun uint64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.under == 0, a.begun
}

// gate lets users of the database in until it is shut, and waits for those that are in.
type gate struct {
	mu     sync.Mutex
	shut   bool
	inside sync.WaitGroup
}

// enter reports whether the gate is open; whoever is in says leave.
func (g *gate) enter() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.shut {
		return false
	}
	g.inside.Add(1)
	return true
}

func (g *gate) leave() { g.inside.Done() }

// close shuts the gate, and reports whether it was open. Then nobody enters; wait returns when nobody is in.
func (g *gate) close() (first bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	first = !g.shut
	g.shut = true
	return first
}

func (g *gate) wait() { g.inside.Wait() }
