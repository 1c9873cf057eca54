// Package tabletest is the contract of a table.Driver, as a suite of named cases that every driver passes.
//
// A driver's test calls Run with a function that opens an empty store. A store that is known to differ, because it only
// imitates DynamoDB, declares by the name of the case what it gets wrong and why. Such a case runs all the same: if it
// fails it is skipped with the reason, if it passes the declaration is out of date and the test fails. At the end Run prints
// how many cases ran and which were skipped and why.
//
// Flaky puts faults between a table and its driver: a call that fails although it was applied, or before it was. Crashes does
// so at every write of a story, one after the other.
package tabletest
