// Package pattern is regular expressions that are compiled when they are first asked for. A Lambda runs the initialization of
// every package that it links, at every start, and most starts need few of the patterns or none.
package pattern

import (
	"regexp"
	"sync"
)

// Of yields a regular expression, compiled once. A text that is none panics when it is first asked for, so a test asks.
func Of(text string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(text) })
}
