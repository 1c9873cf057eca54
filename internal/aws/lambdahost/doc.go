// Package lambdahost runs one function in AWS Lambda, with the real services behind it.
//
// Start reads the environment (Variables), builds what the function declares in its Uses and nothing else, and hands
// Lambda's payloads to app.Handle, the same core that runs on a laptop. A variable or a driver that is missing ends the
// process at once, with all missing names in the log, so that a bad deployment fails before it takes traffic. Building makes
// no call: the first request pays for the first connection, and functions that never need a service do not even link it.
//
// The zones of all calendars are linked in, since Lambda's runtime has none.
package lambdahost
