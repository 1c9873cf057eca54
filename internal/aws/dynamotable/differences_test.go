package dynamotable_test

import "github.com/winback-auto/winback/internal/platform/table/tabletest"

// differences are what the imitations of DynamoDB get wrong, by endpoint and case. The suite fails where one of them passes.
var differences = map[string]tabletest.Differences{
	"minidyn": {
		"a dot in a key is a letter like any other":                                        "minidyn joins both halves of a key with a dot",
		"empty lists and objects come back":                                                "minidyn loses what has no elements",
		"condition: Equals fails for a number that reads the same":                         "minidyn refuses to compare a number with a text; DynamoDB finds them different",
		"an Add counts beyond 2^63":                                                        "minidyn adds in floating point",
		"a page ends at about 1 MB":                                                        "minidyn has no bound on the size of a page",
		"one op of a repeated write is recognised though another's item has changed since": "minidyn names the first failed condition of a transaction only",
	},
	"moto": {
		"counts of 16 writers add up": tabletest.AtTimes + "moto rolls a refused transaction back by restoring the whole table, and other writers' writes with it",
	},
}
