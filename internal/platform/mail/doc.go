// Package mail sends mails, each exactly as often as somebody meant to: once.
//
// A feature plans a Letter: one recipient, one intent, one deterministic send id. The plan is a record of the ledger, a
// Dispatch; package dispatch says how it goes out and what happens where an answer is lost. What is particular to mails: what
// a letter says is stored beside its dispatch; addresses that bounced for good or complained are suppressed; and a mail in
// doubt is sent again where missing it is worse (Class), or where the provider's events prove that it was never taken.
//
// Promised: no mail lost; none doubled unless a provider takes a mail, loses the answer, and loses the event as well.
// Senders are internal/aws/sesmail and internal/local/dirmail; mailtest is the contract of both.
package mail
