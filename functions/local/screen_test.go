package main

import (
	"bytes"
	"errors"
	"regexp"
	"strings"
	"testing"
)

func TestABarGrowsByEighths(t *testing.T) {
	for _, test := range []struct {
		part, whole int
		want        string
	}{
		{0, 320, strings.Repeat("░", 40)},
		{1, 320, "▏" + strings.Repeat("░", 39)},
		{7, 320, "▉" + strings.Repeat("░", 39)},
		{8, 320, "█" + strings.Repeat("░", 39)},
		{319, 320, strings.Repeat("█", 39) + "▉"},
		{320, 320, strings.Repeat("█", 40)},
		{0, 0, strings.Repeat("█", 40)},
	} {
		if got := bar(test.part, test.whole); got != test.want {
			t.Errorf("%d of %d: %s, want %s", test.part, test.whole, got, test.want)
		}
	}
}

// leaps answers with one after the other, and with the last one from then on.
func leaps(reached ...int) func() (int, int, error) {
	return func() (int, int, error) {
		now := reached[0]
		if len(reached) > 1 {
			reached = reached[1:]
		}
		return now, 100, nil
	}
}

func TestOutsideATerminalThereIsOneLine(t *testing.T) {
	var out bytes.Buffer
	if err := newScreen(&out).follow(t.Context(), "watched", leaps(0, 40, 100)); err != nil {
		t.Fatal(err)
	}
	if got := out.String(); got != "   watched    100 of 100\n" {
		t.Errorf("%q", got)
	}
}

func TestInATerminalTheBarRunsAfterTheCountAndArrives(t *testing.T) {
	var out bytes.Buffer
	if err := (screen{&out, true}).follow(t.Context(), "watched", leaps(0, 40, 100)); err != nil {
		t.Fatal(err)
	}
	text := out.String()
	if !strings.HasSuffix(text, strings.Repeat("█", 40)+" 100 of 100\x1b[K\n") || strings.Count(text, "\n") != 1 {
		t.Errorf("the end is %q", text)
	}
	frames := strings.Split(text, "\r")
	if len(frames) < 8 {
		t.Errorf("%d frames are no movement", len(frames))
	}
	full := 0
	for _, frame := range frames {
		n := strings.Count(frame, "█")
		if n < full || n > full+20 {
			t.Errorf("the bar leaps from %d to %d", full, n)
		}
		full = n
	}
	for _, count := range regexp.MustCompile(`\d+ of`).FindAllString(text, -1) {
		if count != "0 of" && count != "40 of" && count != "100 of" {
			t.Errorf("%q was never read", count)
		}
	}
}

func TestABarThatIsInterruptedLeavesItsLine(t *testing.T) {
	var out bytes.Buffer
	want := errors.New("gone")
	err := (screen{&out, true}).follow(t.Context(), "watched", func() (int, int, error) { return 0, 0, want })
	if !errors.Is(err, want) || !strings.HasSuffix(out.String(), "\n") {
		t.Errorf("%v, %q", err, out.String())
	}
}
