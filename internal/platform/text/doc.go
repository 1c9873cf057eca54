// Package text sends text messages, each exactly as often as somebody meant to: once.
//
// A feature plans a Note: one recipient, one intent, one deterministic send id. The plan is a record of the ledger, a
// Dispatch; package dispatch says how it goes out and what happens where an answer is lost. What is particular to text
// messages: there is no content beside the record and no suppression list, because the provider keeps the list of who has
// answered STOP and refuses them; and none is ever sent again because nobody knows: after an hour it is parked for a person.
//
// Senders are internal/aws/eumtext and internal/local/dirtext; texttest is the contract of both. Measure says what a text takes
// on the air.
package text
