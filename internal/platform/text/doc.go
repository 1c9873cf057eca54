// Package text sends text messages, each exactly as often as somebody meant to: once.
//
// A feature plans a Note: one recipient, one intent, one deterministic send id. The plan is a record of the ledger, a
// Dispatch, written together with its reason, and it emits the command Deliver. Ledger.Deliver, the only consumer, claims the
// dispatch, asks once more whether the message may go, writes "sending" last of all and hands it to the Sender in one
// attempt. An answer that was lost makes the dispatch "unknown": it is never sent again blindly, but settled by a Lookup or by
// the provider's own event about that send id (Ledger.Apply); an hour later it is parked for a person, where an event may
// still find it.
//
// It is package mail's way of doing things with less of it: a text message has no content of its own beside it, no
// complaints and no suppression list, because the provider keeps the list of who has answered STOP and refuses them, and
// none is ever sent again because nobody knows. Senders are internal/aws/eumtext and internal/local/dirtext; texttest is the
// contract of both. Measure says what a text takes on the air.
package text
