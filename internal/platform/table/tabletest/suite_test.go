package tabletest

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/table"
)

func TestADifferenceIsSkippedOnlyWhileItFails(t *testing.T) {
	known := Differences{"it counts": "an imitation that cannot count"}
	if skip, fail := known.judge("it counts", []string{"3, want 4"}); !strings.Contains(skip, "cannot count (3, want 4)") || fail != nil {
		t.Errorf("a known difference: skip %q, fail %q", skip, fail)
	}
	if skip, fail := known.judge("it counts", nil); skip != "" || len(fail) != 1 || !strings.Contains(fail[0], "remove the declaration") {
		t.Errorf("a difference that is none: skip %q, fail %q", skip, fail)
	}
	if skip, fail := known.judge("it reads", []string{"lost"}); skip != "" || !slices.Equal(fail, []string{"lost"}) {
		t.Errorf("an unknown difference: skip %q, fail %q", skip, fail)
	}
	if skip, fail := known.judge("it reads", nil); skip != "" || fail != nil {
		t.Errorf("no difference: skip %q, fail %q", skip, fail)
	}
}

func TestADifferenceOfTimesMayPass(t *testing.T) {
	known := Differences{"it adds up": AtTimes + "an imitation without a lock"}
	if skip, fail := known.judge("it adds up", nil); skip != "" || fail != nil {
		t.Errorf("passes: skip %q, fail %q", skip, fail)
	}
	if skip, fail := known.judge("it adds up", []string{"159 of 160"}); skip == "" || fail != nil {
		t.Errorf("fails: skip %q, fail %q", skip, fail)
	}
}

func TestDeclarationsNameCasesAndReasons(t *testing.T) {
	cases := Cases()
	if got := (Differences{cases[0].Name: "because"}).mistakes(cases); len(got) != 0 {
		t.Errorf("mistakes %q, want none", got)
	}
	if got := (Differences{"no such case": "because", cases[0].Name: ""}).mistakes(cases); len(got) != 2 {
		t.Errorf("mistakes %q, want two", got)
	}
	if got := (Differences{}).mistakes(append(cases, cases[0])); len(got) != 1 {
		t.Errorf("mistakes %q, want one", got)
	}
}

// nothing is a driver that accepts everything, keeps nothing and finds nothing.
type nothing struct {
	table.Driver
	writes int
}

func (n *nothing) Write(context.Context, []table.Op) error { n.writes++; return nil }

func TestFlakyFailsWithAndWithoutApplying(t *testing.T) {
	lost := errs.E(errs.Unavailable, "lost")
	for name, c := range map[string]struct {
		apply  bool
		err    error
		writes int
	}{
		"let through": {false, nil, 1}, "applied, the answer lost": {true, lost, 1}, "not applied": {false, lost, 0},
	} {
		driver := &nothing{}
		var seen []string
		flaky := Flaky(driver, func(op string) (bool, error) { seen = append(seen, op); return c.apply, c.err })
		if err := flaky.Write(t.Context(), nil); !errors.Is(err, c.err) || driver.writes != c.writes || !slices.Equal(seen, []string{"Write"}) {
			t.Errorf("%s: %v after %d writes, asked about %q", name, err, driver.writes, seen)
		}
	}
}

func TestACaseThatBreaksIsAFailure(t *testing.T) {
	broken := Case{"it breaks", func(*T) { panic("boom") }}
	if got := broken.Try(t.Context(), Fixture{Clock: NewClock()}); len(got) != 1 || !strings.Contains(got[0], "boom") {
		t.Errorf("failures %q", got)
	}
	stops := Case{"it stops", func(t *T) { t.Fatalf("first"); t.Errorf("second") }}
	if got := stops.Try(t.Context(), Fixture{Clock: NewClock()}); !slices.Equal(got, []string{"first"}) {
		t.Errorf("failures %q", got)
	}
}
