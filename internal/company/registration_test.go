package company

import (
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/winback-auto/winback/internal/platform/errs"
)

func TestWhateverHappensTheAddressThatCountsStays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
		r := Registration{State: Registering}
		var last string // confirmed
		next := 0
		open := func() string {
			next++
			hash := strconv.Itoa(next)
			var dropped []Hook
			before := r
			r, dropped = r.opened(hash, now)
			if kept := len(r.Hooks) - 1; kept+len(dropped) != len(before.Hooks) {
				t.Fatalf("%d hooks became %d and %d were dropped", len(before.Hooks), kept, len(dropped))
			}
			return hash
		}
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			switch rapid.IntRange(0, 3).Draw(t, "step") {
			case 0:
				last = open()
				r = r.confirmed(last, "ref"+last, now)
			case 1:
				r = r.failed(open(), errs.E(errs.Forbidden, "no"))
			case 2:
				r = r.failed(open(), errs.E(errs.Unavailable, "perhaps"))
			case 3:
				now = now.Add(time.Duration(rapid.IntRange(0, 30).Draw(t, "hours")) * time.Hour)
			}
			current, ok := r.current()
			if ok != (last != "") || current.Hash != last {
				t.Fatalf("the address that counts is %q, want %q", current.Hash, last)
			}
			if ok != (r.State == Active) {
				t.Fatalf("state %s with an address: %v", r.State, ok)
			}
			if len(r.Hooks) > maxHooks {
				t.Fatalf("%d hooks", len(r.Hooks))
			}
			for _, hook := range r.Hooks {
				if hook.Ref != "" && hook.Hash != last && hook.Until.IsZero() {
					t.Fatalf("a replaced address %q never ends", hook.Hash)
				}
			}
		}
	})
}
