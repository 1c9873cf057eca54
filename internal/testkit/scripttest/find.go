package scripttest

import (
	"fmt"
	"html"
	"regexp"

	"github.com/rogpeppe/go-internal/testscript"
)

// find keeps something that only people read, such as a field of a form.
func (s *story) find(ts *testscript.TestScript, args []string) error {
	if s.last == nil {
		return errNoAnswer
	}
	return found(ts, args[0], args[1], html.UnescapeString(string(s.last.body)))
}

// found keeps what the group of a pattern finds first in a text.
func found(ts *testscript.TestScript, name, pattern, text string) error {
	compiled, err := regexp.Compile(pattern)
	switch {
	case err != nil:
		return err
	case compiled.NumSubexp() != 1:
		return fmt.Errorf("%s has %d groups, want one", pattern, compiled.NumSubexp())
	}
	groups := compiled.FindStringSubmatch(text)
	if groups == nil {
		return fmt.Errorf("nothing is like %s in %q", pattern, text[:min(len(text), shown)])
	}
	ts.Setenv(name, groups[1])
	return nil
}
