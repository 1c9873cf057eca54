// Package arch is the import rule of Winback as a test:
//
//	Features know the platform; adapters (aws, local, partner) know the platform; features and adapters never know each
//	other; only functions/ meets both; only infra/ imports CDK; only internal/aws imports the AWS SDK.
//
// Edges says which feature may know which other: that list is the map of the domain, and whoever adds a line to it changes
// the design. Doors lists the files that may make a company of a text. The other rules stand in rules.go, each with the
// sentence that a reader sees when it is broken.
//
// Load asks the go command for the import graph, so build tags and generated files count as they do in a build; Check is
// pure and tested on graphs that break each rule.
package arch
