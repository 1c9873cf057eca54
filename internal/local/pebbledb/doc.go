// Package pebbledb opens the one embedded database that a data folder holds.
//
// A data folder belongs to one process at a time: Open locks it, Close gives it back, and a process that dies, by whatever
// means, gives it back too. The table (pebbletable) and the queues (pebblequeue) share the database; each has key Spaces
// of its own. What Durable committed is on the disk before anybody is told, so that kill -9 or a power cut lose nothing
// that was answered. Backup copies everything while the process goes on working. The database carries the number of its
// layout: an older build refuses a newer folder instead of guessing at it.
//
// The store is Pebble, a log-structured merge tree: its write-ahead log groups the commits of concurrent writers into one
// disk flush.
package pebbledb
