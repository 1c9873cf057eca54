// Package lambdaruntime runs real bootstraps as Lambda would: each environment is a process of its own that speaks Lambda's
// runtime API with a server of its own on loopback.
//
// A Function says what to start and how long an invocation may take; New makes a Runtime of it, and Invoke gives it one
// payload. An idle environment is used again, the one used last first; where none is idle another starts, up to the
// function's concurrency, beyond which Invoke answers ErrThrottled. What becomes of a process that ends, fails at its
// start, answers too much or takes too long is told in the form in which Lambda tells it (Answer). Kill ends environments
// as a broken host would.
//
// Known differences from the service: environments are not frozen between invocations and get as much CPU as the machine
// has; memory is measured, not limited; a start that has failed is not tried again within the same invocation; there
// are no extensions, layers, streamed answers, versions, or environments that start ahead of need.
package lambdaruntime
