//go:build unix

package lambdaruntime

import "syscall"

// Suspend stops the processes that have an invocation, those of the names or else all, without ending them: they hang until
// their time is over. It returns how many they were.
func (r *Runtime) Suspend(names ...string) int {
	return r.each(names, func(e *environment) error { return e.process.Process.Signal(syscall.SIGSTOP) })
}
