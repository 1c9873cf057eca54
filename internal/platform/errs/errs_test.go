package errs_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/platform/errs"
)

func TestAnUnclassifiedErrorIsInternal(t *testing.T) {
	if got := errs.KindOf(errors.New("boom")); got != errs.Internal {
		t.Errorf("KindOf = %v, want internal", got)
	}
	if errs.Is(nil, errs.Internal) {
		t.Error("nil is an error of no kind")
	}
}

func TestTheOutermostKindWins(t *testing.T) {
	inner := errs.E(errs.NotFound, "no such lead")
	outer := errs.E(errs.Unavailable, "partner: %w", inner)
	if got := errs.KindOf(fmt.Errorf("wrapped: %w", outer)); got != errs.Unavailable {
		t.Errorf("KindOf = %v, want unavailable", got)
	}
	if !errors.Is(outer, inner) {
		t.Error("the cause is lost")
	}
}

func TestAllViolationsAreListedAtOnce(t *testing.T) {
	err := errs.Violate(errs.Violation{"body.vin", "has 16 characters, needs 17"}, errs.Violation{"body.rego", "is empty"})
	if got := len(errs.ViolationsOf(fmt.Errorf("check: %w", err))); got != 2 {
		t.Errorf("%d violations, want 2", got)
	}
	if got, want := err.Error(), "body.vin: has 16 characters, needs 17 (and 1 more)"; got != want {
		t.Errorf("text %q, want %q", got, want)
	}
	if errs.Violate() != nil {
		t.Error("no violation must be no error")
	}
}

func TestLaterCarriesTheWait(t *testing.T) {
	err := errs.Later(errs.TooMany, 3*time.Second, "slow down")
	if got := errs.RetryAfter(fmt.Errorf("upload: %w", err)); got != 3*time.Second {
		t.Errorf("RetryAfter = %v", got)
	}
}

func TestTheTextLeavesOutWhatIsForLogs(t *testing.T) {
	refused := errors.New("dial tcp 10.0.0.7:443: refused")
	for _, test := range []struct {
		err  error
		want string
	}{
		{nil, ""},
		{refused, ""},
		{errs.E(errs.Internal, "our fault"), ""},
		{errs.E(errs.NotFound, "no such lead"), "no such lead"},
		{fmt.Errorf("load: %w", errs.E(errs.NotFound, "no such lead")), "no such lead"},
		{errs.E(errs.Unavailable, "the partner does not answer: %w", refused), "the partner does not answer"},
		{errs.E(errs.Conflict, "the lead stays open: %w", errs.E(errs.NotFound, "no such user")), "the lead stays open: no such user"},
	} {
		if got := errs.Text(test.err); got != test.want {
			t.Errorf("Text(%v) = %q, want %q", test.err, got, test.want)
		}
	}
}
