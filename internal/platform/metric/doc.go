// Package metric counts what the business is measured by, for alarms and a dashboard.
//
// There is one closed list of metrics (Metric), and each of them is counted at one place in the code, where its effect
// has just become durable. An invocation collects its counts in its context and writes them once, as part of its own line
// in the log, in CloudWatch's embedded metric format: in AWS they become metrics without a call, on a laptop they can be
// read in the log.
//
// Nothing that grows with customers is a dimension (G29): a count belongs to the installation as a whole and, where it
// matters whose it is, to a function of the catalogue. Which company it was says the line around it.
package metric
