package tabletest_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/winback-auto/winback/internal/platform/table/tabletest"
)

// attempt is a test that is watched by another.
type attempt struct {
	testing.TB
	failed bool
	said   []string
}

func (a *attempt) Helper()      {}
func (a *attempt) Failed() bool { return a.failed }
func (a *attempt) Logf(format string, args ...any) {
	a.said = append(a.said, fmt.Sprintf(format, args...))
}

func (a *attempt) Errorf(format string, args ...any) {
	a.failed = true
	a.Logf(format, args...)
}

// thrice is a story of a read and three writes. It tells what became of each write: done or not, as its caller learned or not.
func thrice(c *tabletest.Crash) (told string) {
	if _, err := c.Fault("Query"); err != nil {
		return "unread"
	}
	for _, op := range []string{"Write", "Load", "Send"} {
		apply, err := c.Fault(op)
		told += map[bool]string{true: "done", false: "lost"}[apply] + map[bool]string{true: " ", false: "? "}[err == nil]
	}
	return strings.TrimSpace(told)
}

func TestEveryCrashBefallsAStoryOnceAndItsLastTellingNone(t *testing.T) {
	var told []string
	watched := &attempt{TB: t}
	for crash := range tabletest.Crashes(watched, 3) {
		told = append(told, crash.String()+": "+thrice(crash))
	}
	want := []string{
		"write 1, carried out false: lost? lost? lost?",
		"write 1, carried out true: done? lost? lost?",
		"write 2, carried out false: done lost? lost?",
		"write 2, carried out true: done done? lost?",
		"write 3, carried out false: done done lost?",
		"write 3, carried out true: done done done?",
		"write 4, carried out false: done done done",
		"write 4, carried out true: done done done",
	}
	if !slices.Equal(told, want) || watched.failed || !slices.Equal(watched.said, []string{"3 writes"}) {
		t.Errorf("told %q, said %q", told, watched.said)
	}
}

func TestAProcessIsDeadUntilItIsStartedAgainAndThenLives(t *testing.T) {
	var told []string
	for crash := range tabletest.Crashes(&attempt{TB: t}, 1) {
		first, dead := thrice(crash), crash.Dead()
		still := thrice(crash)
		crash.Restart()
		told = append(told, fmt.Sprint(first, "; ", dead, ", ", still, "; ", crash.Dead(), ", ", thrice(crash)))
		crash.Over()
		if len(told) == 2 {
			break
		}
	}
	want := []string{"lost? lost? lost?; true, unread; false, done done done", "done? lost? lost?; true, unread; false, done done done"}
	if !slices.Equal(told, want) {
		t.Errorf("told %q, want %q", told, want)
	}
}

func TestNothingBefallsAStoryThatIsOver(t *testing.T) {
	watched := &attempt{TB: t}
	for crash := range tabletest.Crashes(watched, 3) {
		thrice(crash)
		crash.Over()
		if told := thrice(crash); told != "done done done" || crash.Dead() {
			t.Errorf("%s: %s", crash, told)
		}
	}
	if !slices.Equal(watched.said, []string{"3 writes"}) {
		t.Errorf("said %q", watched.said)
	}
}

func TestACrashThatBefallsNothingIsNoTest(t *testing.T) {
	for least, story := range map[int]func(*tabletest.Crash){
		1: func(*tabletest.Crash) {},
		4: func(c *tabletest.Crash) { thrice(c) },
	} {
		watched := &attempt{TB: t}
		for crash := range tabletest.Crashes(watched, least) {
			story(crash)
		}
		if want := fmt.Sprintf("the story has only %d writes, want at least %d", least-1, least); !watched.failed || !slices.Equal(watched.said, []string{want}) {
			t.Errorf("said %q", watched.said)
		}
	}
}

func TestAStoryWithoutEndIsSaidToHaveNone(t *testing.T) {
	watched := &attempt{TB: t}
	for crash := range tabletest.Crashes(watched, 1) {
		for !crash.Dead() {
			_, _ = crash.Fault("Write")
		}
	}
	if !watched.failed || !slices.Equal(watched.said, []string{"the story does not end: it has more than 1000 writes"}) {
		t.Errorf("said %q", watched.said)
	}
}

func TestTheCrashAfterWhichAStoryEndsBadlyIsNamed(t *testing.T) {
	watched, told := &attempt{TB: t}, 0
	for crash := range tabletest.Crashes(watched, 3) {
		told++
		if story := thrice(crash); strings.HasPrefix(story, "done done?") {
			watched.Errorf("it is lost: %s", story)
		}
	}
	if want := []string{"it is lost: done done? lost?", "after a crash at write 2, carried out true"}; told != 4 || !slices.Equal(watched.said, want) {
		t.Errorf("told %d times, said %q", told, watched.said)
	}
}

func TestWhereNoCrashIsMeantNoneHappens(t *testing.T) {
	var none *tabletest.Crash
	none.Restart()
	if told := thrice(none); told != "done done done" || none.Dead() {
		t.Errorf("%s, dead %t", told, none.Dead())
	}
}
