// Package pebbletable keeps the table in the embedded database of a data folder.
//
// It behaves as the table in DynamoDB does, which the contract suite tabletest proves: items of one partition in the byte
// order of their sort keys, writes all or nothing under conditions, pages that end at 1 MB, full pages that name a next one
// even when it turns out empty. A write returns when it is on the disk. An item is stored as its JSON behind a small binary
// header, so that a read decides versions and expiry without parsing JSON; entries of the due index are committed with
// the item they point to and never lag.
//
// Pebble has no conditional write. Writers lock the stripes that their keys fall into, check, hand over the batch, unlock
// and then wait for the disk together: the log groups the commits of all who wait. So writers of one key queue only for
// the microseconds of the check, not for the disk. As in any store with such a log, a read may see a write in the moment
// before the disk has it; a write that is refused, or recognised as done, because of what it saw waits for the disk, too.
package pebbletable
