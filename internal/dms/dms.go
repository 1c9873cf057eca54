// Package dms exchanges prospects with the dealer's management system (DMS), the home of follow-up work (P6, P8).
//
// The DMS plans: it hands in what is to be done, when, where and by whom (Import), in any order and as often as it likes.
// Winback says what came of it: attempts, notes, completions, leads, and the prospects that were made here. Package
// prospect keeps who owns what and where the two disagree (C23), and writes down each change with the write that makes it. The function
// dms-publish takes these changes over into the company's feed: numbered without gaps, in the order in which each
// prospect changed, and kept for KeepFeed. A DMS reads the feed (GET /v1/dms/changes), or has it sent to endpoints of its
// own: see Endpoint.
//
// Whoever exchanges has signed in as everybody else does, as a user in the role dms, which allows nothing else, or as an
// administrator: the gateway's authorizer, disabling and the audit trail are those of every user. What is said here is said
// of the whole company, not of yards. Endpoints are an administrator's business.
package dms
