package identity_test

import (
	"strings"
	"testing"

	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/identity"
)

func TestAnAddressHasOneForm(t *testing.T) {
	for given, want := range map[string]string{
		"admin@harbour.example":        "admin@harbour.example",
		" Admin@Harbour.EXAMPLE\n":     "admin@harbour.example",
		"o'brien+cars@harbour.example": "o'brien+cars@harbour.example",
	} {
		got, err := identity.NormalEmail(given)
		if err != nil || got != want {
			t.Errorf("%q: %q, %v; want %q", given, got, err, want)
		}
		if again, err := identity.NormalEmail(got); err != nil || again != got {
			t.Errorf("%q is not stable: %q, %v", got, again, err)
		}
	}
}

func TestWhatIsNotOneAddressIsInvalid(t *testing.T) {
	for _, given := range []string{
		"", " ", "admin", "@harbour.example", "admin@", "a@b@c", "Admin <admin@harbour.example>", "<admin@harbour.example>",
		"a@b.example, c@d.example", "a b@c.example", `"a b"@c.example`, "admin@hárbour.example", "admin@harbour.example\r\nBcc: x@y.example",
		"admin@harbour.example (me)", strings.Repeat("a", 250) + "@b.example",
	} {
		if got, err := identity.NormalEmail(given); !errs.Is(err, errs.Invalid) || got != "" {
			t.Errorf("%q: %q, %v; want invalid", given, got, err)
		}
	}
}
