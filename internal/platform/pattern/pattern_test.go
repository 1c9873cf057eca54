package pattern_test

import (
	"testing"

	"github.com/winback-auto/winback/internal/platform/pattern"
)

func TestAPatternIsCompiledOnceWhenItIsFirstAskedFor(t *testing.T) {
	broken := pattern.Of(`(`)
	rego := pattern.Of(`^[A-Z]{3}[0-9]{3}$`)
	if !rego().MatchString("ABC123") || rego().MatchString("abc") {
		t.Error("the pattern does not match as it should")
	}
	if rego() != rego() {
		t.Error("it is compiled again")
	}
	defer func() {
		if recover() == nil {
			t.Error("a broken pattern matches something")
		}
	}()
	broken()
}
