// Package audit keeps who did what: one entry for each action of a user, in the very write that the action consists of, so
// that no effect is without its entry and no entry without its effect.
//
// An action begins with the request of a signed-in user (Begin, which package web calls) and is carried by its context. The
// table of a function tells of every write (Witness, which package app sets); the first write about a record gets an entry
// beside it. So a use case does nothing for it, and cannot forget it: an action on several records has an entry for each,
// one that takes several writes for one record has one, and what workers do afterwards has none. A write that fails leaves
// none either.
//
// An entry holds ids and no personal data, and is never changed or removed: Append refuses every other write of its keys.
package audit
