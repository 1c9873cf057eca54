// Package mail sends mails, each exactly as often as somebody meant to: once.
//
// A feature plans a Letter: one recipient, one intent, one deterministic send id. The plan is a record of the ledger, a
// Dispatch, written together with its reason, and it emits the command Deliver. Ledger.Deliver, the only consumer, claims the
// dispatch, asks once more whether the mail may go (permission, suppression), writes "sending" last of all and hands the mail
// to the Sender in one attempt. An answer that was lost makes the dispatch "unknown": it is never sent again blindly, but
// settled by the provider's own event about that send id (Ledger.Apply), by a Lookup, or, an hour later, by a rule.
//
// Every state that is not final carries the instant of its next look as a message on the record itself, so that neither a
// crash nor a lost message leaves a dispatch behind. Addresses that bounced for good or complained are suppressed.
//
// Promised: no mail lost; none doubled unless a provider takes a mail, loses the answer, and loses the event as well.
// Senders are internal/aws/sesmail and internal/local/dirmail; mailtest is the contract of both.
package mail
