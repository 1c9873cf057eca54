// Package simulation runs production functions in a bad world: single-threaded, on a virtual clock, from a seed.
//
// A World is an installation. Everything outside of the functions is simulated: a queue that repeats and reorders, a table
// driver, a mail provider and a partner whose calls fail with and without effect, a gateway, an event bus, schedules, and
// instances of functions that are killed in the middle of an invocation. The functions themselves are those of the
// catalogue, behind app.Handle, with real payloads.
//
// Each call of a port stops until the World lets it through, at an instant that the dice decide. So invocations
// interleave at every call, and although functions work with goroutines, nothing depends on the scheduler: the World waits
// until every goroutine has come to a call (testing/synctest), puts these calls in order and lets one through after the
// other. The same seed replays the same run; Digest tells two runs apart.
//
// A World must be made inside a bubble of testing/synctest.
package simulation
