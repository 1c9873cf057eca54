package lambdaruntime

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"time"
)

// environment is one process and the server that it asks for work.
type environment struct {
	runtime *Runtime
	name    string
	stream  string
	process *exec.Cmd
	server  *http.Server
	begun   time.Time
	work    chan *invocation // handed over, at most one
	ready   chan struct{}    // closed when the process has asked for work
	over    chan struct{}    // closed once the process has ended and everything is told

	mu      sync.Mutex
	current *invocation // given to the environment and not over until it asks for more
	init    time.Duration
	asked   bool     // for work, at least once: the start is over
	words   *outcome // what the process said of its failed start
	reason  string   // why we ended the process; empty: it was not us
	ended   bool
	exit    error // of the process that has ended
	starter *time.Timer
	peak    int64
}

// Why we end a process.
const (
	timedOut   = "timeout"
	neverReady = "init"
	closing    = "closing"
)

// start begins a process. It counts as starting until it asks for work.
func start(r *Runtime, name string) (*environment, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("lambdaruntime: %w", err)
	}
	stream := time.Now().UTC().Format("2006/01/02") + "/[$LATEST]" + strings.ReplaceAll(newID(), "-", "")
	e := &environment{runtime: r, name: name, stream: stream, work: make(chan *invocation, 1), ready: make(chan struct{}), over: make(chan struct{})}
	e.server = &http.Server{Handler: e.api(), ReadHeaderTimeout: time.Minute}
	go e.server.Serve(listener) // until end

	var network map[string]string
	if r.options.Network != nil {
		network = r.options.Network(name)
	}
	e.process = exec.Command(r.function.Command[0], r.function.Command[1:]...)
	e.process.Dir = r.folder
	e.process.Env = r.function.environ(listener.Addr().String(), stream, network)
	e.process.WaitDelay = time.Second // of a grandchild that keeps the output open
	out, in := io.Pipe()
	e.process.Stdout, e.process.Stderr = in, in
	read := make(chan struct{})
	go func() { defer close(read); e.log(out) }()

	// The process may ask for work before Start returns.
	e.mu.Lock()
	defer e.mu.Unlock()
	e.begun = time.Now()
	if err := e.process.Start(); err != nil {
		e.server.Close()
		in.Close()
		return nil, fmt.Errorf("lambdaruntime: %s: %w", name, err)
	}
	e.starter = time.AfterFunc(MaxInit, func() { e.stop(neverReady) })
	go e.wait(in, read)
	return e, nil
}

// wait tells what the end of the process means.
func (e *environment) wait(in io.Closer, read <-chan struct{}) {
	err := e.process.Wait()
	if state := e.process.ProcessState; state != nil && e.runtime.options.Ended != nil {
		e.runtime.options.Ended(e.name, state.UserTime()+state.SystemTime())
	}
	in.Close()
	<-read
	e.runtime.forget(e)
	e.starter.Stop()
	e.server.Close()

	e.mu.Lock()
	current := e.current
	e.current, e.ended, e.exit = nil, true, err
	e.mu.Unlock()
	if current != nil {
		current.timer.stop()
		e.settle(current, e.verdict(current))
	}
	close(e.over)
}

// verdict is the outcome of an invocation whose process has ended without an answer.
func (e *environment) verdict(i *invocation) outcome {
	e.mu.Lock()
	defer e.mu.Unlock()
	var ended *exec.ExitError
	switch {
	case e.words != nil:
		return *e.words
	case e.reason == timedOut:
		return failure(TimedOut, i.id, "Task timed out after %.2f seconds", e.runtime.function.Timeout.Seconds())
	case e.reason == neverReady:
		return failure(InitTimedOut, i.id, "Init timed out after %.2f seconds", MaxInit.Seconds())
	case e.exit == nil:
		return failure(ExitError, i.id, "Runtime exited without providing a reason")
	case errors.As(e.exit, &ended):
		return failure(ExitError, i.id, "Runtime exited with error: %v", ended)
	}
	return failure(ExitError, i.id, "Runtime exited: %v", e.exit)
}

// give hands an invocation over; the environment is reserved for it.
func (e *environment) give(i *invocation) {
	e.mu.Lock()
	ended := e.ended
	if !ended {
		e.current = i
	}
	e.mu.Unlock()
	if ended {
		e.settle(i, e.verdict(i))
		return
	}
	e.work <- i
}

// says keeps what the process has said of its invocation.
func (e *environment) says(i *invocation, o outcome) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if i.said == nil {
		i.said, i.took = &o, time.Since(i.handed)
	}
}

// settle answers an invocation, once. What the process has said comes before what its end says.
func (e *environment) settle(i *invocation, o outcome) {
	e.mu.Lock()
	if i.said != nil {
		o = *i.said
	}
	answer := Answer{
		RequestID: i.id, Payload: o.payload, ErrorType: o.errorType, Environment: e.name, Stream: e.stream,
		Cold: i.cold, MemoryPeak: e.measure(),
	}
	if i.cold {
		answer.Init = e.init
	}
	if i.sampled {
		answer.Trace = i.trace
	}
	switch {
	case i.said != nil:
		answer.Duration = i.took
	case !i.handed.IsZero():
		answer.Duration = time.Since(i.handed)
	}
	e.mu.Unlock()
	i.once.Do(func() {
		if done := e.runtime.options.Done; done != nil {
			done(answer)
		}
		i.answer <- answer
		close(i.over)
	})
}

// under is the end of an invocation that is under way here; nil: it is not.
func (e *environment) under(requestID string) <-chan struct{} {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.current == nil || e.current.id != requestID {
		return nil
	}
	return e.current.over
}

// stop ends the process for a reason, unless it has ended.
func (e *environment) stop(reason string) {
	e.mu.Lock()
	if e.reason == "" {
		e.reason = reason
	}
	e.measure()
	e.mu.Unlock()
	_ = e.process.Process.Kill() // it may have ended
}

// busy reports whether the environment has an invocation that was not answered yet.
func (e *environment) busy() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.measure()
	return e.current != nil && e.current.said == nil
}

// measure reads how much memory the process has had at its peak; it holds the lock.
func (e *environment) measure() int64 {
	status, err := os.ReadFile("/proc/" + strconv.Itoa(e.process.Process.Pid) + "/status")
	if err != nil {
		return e.peak
	}
	for line := range strings.Lines(string(status)) {
		if value, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			if kB, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 10, 64); err == nil {
				e.peak = max(e.peak, kB<<10)
			}
		}
	}
	return e.peak
}

// maxLine is what one event of CloudWatch Logs holds, in bytes; what is longer is cut into several.
const maxLine = 256 << 10

// log passes lines on.
func (e *environment) log(out io.Reader) {
	lines := bufio.NewReaderSize(out, maxLine)
	for {
		text, _, err := lines.ReadLine()
		if err != nil {
			return
		}
		if e.runtime.options.Log == nil {
			continue
		}
		line := Line{At: time.Now(), Function: e.runtime.function.Name, Environment: e.name, Stream: e.stream, Text: string(text)}
		e.mu.Lock()
		if e.current != nil && e.asked {
			line.RequestID = e.current.id
		}
		e.mu.Unlock()
		e.runtime.options.Log(line)
	}
}
