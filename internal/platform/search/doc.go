// Package search keeps and reads the lists that people filter: one mechanism for all features.
//
// A record contributes an Entry to its Index: the yards it is seen in, the time of its last activity, facets such as
// status=active, and words. Each yard × facet and each yard × word is a posting, an item without content whose sort key
// holds the time, newest first, and the record's id. A page merges the postings of the viewer's yards, keeps what all
// filters have in common, loads the records and checks every filter again on them; so a stale posting is never an answer.
//
// Write puts new postings before the record and removes old ones after it: a crash leaves postings too many, never one too
// few. A request walks at most MaxWalk postings; its page may then be short, even empty, while a cursor leads on.
package search
