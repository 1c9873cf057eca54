package rehearse

import (
	"encoding/json"
	"maps"
	"math/rand/v2"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/winback-auto/winback/internal/testkit/awssim"
	"github.com/winback-auto/winback/internal/testkit/dynamosim"
)

// mishaps makes a bad world: the store is throttled, SES refuses and leaves its answers open, and at certain calls the
// calling process is killed or hangs, with the call carried out or not.
type mishaps struct {
	*testing.T
	stand *Stand // set once it is open; before, nothing goes wrong

	mu     sync.Mutex
	random *rand.Rand
	seen   map[string]int    // calls by function and service
	first  map[string]string // the call that has to fail, by function
	struck map[string]int    // how often it was turned away
	swept  map[string]bool   // queues that the sweeper has sent to
	plan   []mishap
	done   map[string]int // what went wrong, by kind
}

// mishap befalls a function with its n-th call of a service.
type mishap struct {
	function, service string
	call              int
	do                string // kill, hang
	applied           bool   // the call is carried out
}

const (
	throttled = 0.03 // the share of calls to the store that are turned away
	stubborn  = 6    // times that a call is turned away which has to fail: as often as two clients try
)

func newMishaps(t *testing.T, plan ...mishap) *mishaps {
	return &mishaps{T: t, random: rand.New(rand.NewPCG(1, 2)), seen: map[string]int{}, first: map[string]string{}, struck: map[string]int{}, swept: map[string]bool{}, plan: plan, done: map[string]int{}}
}

// begin lets things go wrong from now on.
func (m *mishaps) begin(s *Stand) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.stand = s
}

func (m *mishaps) fault(in awssim.Incoming) awssim.Fault {
	_, role, _ := strings.Cut(in.Principal, ":role/")
	function := program(role)
	m.mu.Lock()
	if m.stand == nil || in.Service == "logs" || in.Service == "xray" || in.Service == "lambda" || in.Action == "ReceiveMessage" || in.Action == "DeleteMessageBatch" {
		m.mu.Unlock()
		return awssim.Fault{}
	}
	m.seen[function+" "+in.Service]++
	var now *mishap
	for i, one := range m.plan {
		if one.function == function && one.service == in.Service && one.call == m.seen[function+" "+in.Service] {
			now = &m.plan[i]
		}
	}
	strike := m.strike(in, function)
	dice := m.random.Float64()
	nth := m.seen[function+" "+in.Service]
	stand := m.stand
	m.mu.Unlock()

	switch {
	case now != nil && now.do == "kill" && stand.Kill(function) > 0:
		m.count("killed")
		return awssim.Fault{Drop: true, ApplyFirst: now.applied}
	case now != nil && now.do == "hang" && stand.Suspend(function) > 0:
		m.count("hung")
		return awssim.Fault{Drop: true, ApplyFirst: now.applied}
	case strike == "dynamodb":
		m.count("failed")
		return dynamosim.Throttle(in)
	case strike == "sqs":
		m.count("unsent")
		return awssim.Fault{Status: http.StatusServiceUnavailable, Code: "ServiceUnavailable"}
	case in.Service == "dynamodb" && dice < throttled:
		m.count("throttled")
		return dynamosim.Throttle(in)
	case in.Action == "SendEmail" && nth == 1:
		m.count("refused")
		return awssim.Fault{Status: http.StatusTooManyRequests, Code: "TooManyRequestsException"}
	case in.Action == "SendEmail" && nth%2 == 0:
		m.count("confused")
		return awssim.Fault{Status: http.StatusInternalServerError, Code: "InternalServiceErrorException", ApplyFirst: true, Drop: nth%4 == 0}
	}
	return awssim.Fault{}
}

// strike picks what fails however often the client tries: the first read of every worker, so that each hands a message
// back, and messages to every queue until the sweeper has sent to it, so that it does.
func (m *mishaps) strike(in awssim.Incoming, function string) (service string) {
	switch {
	case in.Action == "SendMessageBatch":
		var to struct{ QueueUrl string }
		if json.Unmarshal(in.Body, &to) != nil || m.swept[to.QueueUrl] {
			return ""
		}
		if function == sweeper {
			m.swept[to.QueueUrl] = true
			return ""
		}
		return in.Service
	case in.Service == "dynamodb" && m.stand.consumes(function):
		call := function + " " + string(in.Body)
		if first, known := m.first[function]; known && first != call || m.struck[call] == stubborn {
			return ""
		}
		m.first[function] = call
		m.struck[call]++
		return in.Service
	}
	return ""
}

func (m *mishaps) count(kind string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.done[kind]++
}

// counts are what went wrong so far, by kind.
func (m *mishaps) counts() map[string]int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return maps.Clone(m.done)
}

// partner answers with its own failure as often as clients try, for each kind of request, before it does what it is asked.
func (m *mishaps) partner(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		kind := r.Method + " " + placeless.ReplaceAllString(r.URL.Path, "/")
		m.mu.Lock()
		fails := m.stand != nil && m.struck[kind] < stubborn
		if fails {
			m.struck[kind]++
		}
		m.mu.Unlock()
		if fails {
			m.count("partner failed")
			http.Error(w, "out of order", http.StatusBadGateway)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// placeless finds the parts of a path that name one thing.
var placeless = regexp.MustCompile(`/[^/]*[0-9][^/]*`)
