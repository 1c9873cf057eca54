package enquiry

import (
	"regexp"
	"sync"
)

// pattern is a regular expression that is compiled when it is first asked for: most functions that link this package never
// read an enquiry, and would pay for it at every start.
func pattern(text string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(text) })
}
