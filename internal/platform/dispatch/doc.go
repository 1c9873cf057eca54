// Package dispatch hands things to providers that cannot take a thing twice for one: mails and text messages, each exactly
// as often as somebody meant to. It is the state machine of both; packages mail and text fill in what differs.
//
// An intent has a deterministic send id. Its plan is a record with a Course, written together with its reason, and it
// promises the command to deliver it. Ledger.Deliver, the only consumer, claims the dispatch, asks once more whether it may go,
// writes "sending" last of all and hands it over in one attempt. An answer that was lost makes the dispatch "unknown": it is
// never handed over again blindly, but settled by the provider's own event about that send id (Ledger.Report), by a Lookup,
// or, an hour later, by a rule of the medium; where that has none it is parked for a person (Ledger.Decide).
//
// Every state that is not final carries the instant of its next look as a message on the record itself, so that neither a
// crash nor a lost message leaves a dispatch behind.
package dispatch
