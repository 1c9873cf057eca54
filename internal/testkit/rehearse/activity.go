package rehearse

import "sync"

// activity counts what is under way, so that somebody who looks around knows whether anything happened meanwhile.
type activity struct {
	mu    sync.Mutex
	under int
	begun uint64
}

// begin says that something happens until the returned func is called, which may be called again.
func (a *activity) begin() (end func()) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.under++
	a.begun++
	return sync.OnceFunc(func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.under--
	})
}

// idle reports whether nothing is under way, and how much ever was.
func (a *activity) idle() (bool, uint64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.under == 0, a.begun
}
