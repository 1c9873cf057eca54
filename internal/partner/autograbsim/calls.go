package autograbsim

import (
	"maps"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// keptCalls is how many calls the log shows one by one.
const keptCalls = 200

// callEntry is one call to the partner's own paths, without its key and body.
type callEntry struct {
	At      time.Time `json:"at"`
	Method  string    `json:"method"`
	Path    string    `json:"path"`
	Region  string    `json:"region"`
	Account string    `json:"account"` // a digest of the key
	Status  int       `json:"status"`  // 0: the connection was dropped
	Fault   string    `json:"fault,omitempty"`
}

// callLog counts calls since the process started and keeps the last ones.
type callLog struct {
	mu     sync.Mutex
	counts map[string]map[string]int64 // route -> status -> calls
	recent [keptCalls]callEntry
	total  int
}

func (l *callLog) record(now time.Time, pattern string, r *http.Request, who caller, status int, fault string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.counts == nil {
		l.counts = map[string]map[string]int64{}
	}
	if l.counts[pattern] == nil {
		l.counts[pattern] = map[string]int64{}
	}
	l.counts[pattern][strconv.Itoa(status)]++
	l.recent[l.total%keptCalls] = callEntry{
		At: now.UTC(), Method: r.Method, Path: r.URL.Path, Region: who.region, Account: who.account, Status: status, Fault: fault,
	}
	l.total++
}

// report copies the log, the newest call first.
func (l *callLog) report() (counts map[string]map[string]int64, recent []callEntry) {
	l.mu.Lock()
	defer l.mu.Unlock()
	counts = make(map[string]map[string]int64, len(l.counts))
	for pattern, statuses := range l.counts {
		counts[pattern] = maps.Clone(statuses)
	}
	recent = make([]callEntry, 0, min(l.total, keptCalls))
	for i := range cap(recent) {
		recent = append(recent, l.recent[(l.total-1-i)%keptCalls])
	}
	return counts, recent
}
