// Package rehearse plays a deployment on one machine and without AWS: the synthesized template is stood up, the real programs
// run in it, and every call that they make is checked against the role that the template gives them.
//
// Synthesize and Programs make what is rehearsed, both from this module's sources. Open reads the templates into a Plan and
// stands it up: an account on the wire (awssim) with table, queues, keys, sign-ins and roles as they are written there; for
// each function its program under Lambda's runtime API (lambdaruntime), with the template's variables and the network
// (network) that leads every host name to this process and refuses all others; the HTTP API with its routes, authorizer,
// throttles and permissions; event source mappings, rules and schedules. AutoGrab is its simulator, under its real name.
//
// A property of the template that nobody here understands is an error, so that nothing is left out in silence. What differs
// from AWS on purpose: schedules tick when something is due instead of by the minute, asynchronous invocations are tried
// again after a moment instead of minutes, and Skip lets the account's clock run ahead, so that what is hidden in a queue need
// not be waited for. The programs themselves live on the wall clock.
package rehearse
