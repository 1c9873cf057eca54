package localhost

import "sync"

// pulse knows whether anything is being done, and wakes the pollers when the clock makes messages visible.
type pulse struct {
	mu     sync.Mutex
	active int
	tick   chan struct{}
}

func (p *pulse) begin() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.active++
}

func (p *pulse) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.active--
}

// busy reports whether an invocation is under way.
func (p *pulse) busy() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.active > 0
}

// ticks returns a channel that is closed at the next beat.
func (p *pulse) ticks() <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.tick == nil {
		p.tick = make(chan struct{})
	}
	return p.tick
}

// beat wakes all who wait for ticks.
func (p *pulse) beat() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.tick != nil {
		close(p.tick)
		p.tick = nil
	}
}
