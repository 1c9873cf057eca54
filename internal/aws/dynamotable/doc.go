// Package dynamotable keeps the table in DynamoDB.
//
// One item is one record. Its book-keeping lies in attributes that begin with one underscore, the members of its body are
// attributes of their own, so that the console shows a record as what it is. A member whose name the table needs itself is
// stored behind two underscores. Numbers keep all digits that DynamoDB keeps, which is 38.
//
// A write of one op is one conditional call; several are a transaction. A refused condition returns the item that refused
// it, so that a writer whose answer was lost recognises its own write without another read. Reads of records are strongly
// consistent; the due index lags, as global indexes do. Time to live only collects garbage: conditions decide expiry
// themselves.
//
// The SDK repeats what it may (Client); the driver repeats what the SDK leaves to it, which is the unprocessed part of
// batches and transactions that met another one, a few times and with growing, jittered pauses.
package dynamotable
