package rehearse

import (
	"strings"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/platform/table"
)

func TestWhatIsStoredGrowsOlder(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	due := string(table.DuePartition(now.Add(time.Minute), 3))
	sort := table.Join("2026-11-22T12:01:00.000Z", "co#x", "y")
	item := `{"pk":{"S":"co#2026-11-22T12:00:00Z"},"sk":{"S":"y"},"_kind":{"S":"mail"},"_expires":{"N":"1795356000"},"due_pk":{"S":"` + due + `"},"due_sk":{"S":"` + sort + `"},` +
		`"wake":{"S":"2026-11-22T12:01:00.5Z"},"began":{"S":"2026-11-22T11:00:00Z"},"_pending":{"L":[{"M":{"body":{"S":"{\"at\":\"2026-11-22T12:01:00.5Z\"}"},"at":{"S":"2026-11-22T12:01:00.5Z"}}}]}}`
	got, err := older([]byte(item), 30*time.Second, now)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`"pk":{"S":"co#2026-11-22T12:00:00Z"}`, `"wake":{"S":"2026-11-22T12:00:30.5Z"}`, `"began":{"S":"2026-11-22T10:59:30Z"}`, `"_expires":{"N":"1795355970"}`,
		`{\"at\":\"2026-11-22T12:00:30.5Z\"}`, `"at":{"S":"2026-11-22T12:00:30.5Z"}`, `"due_sk":{"S":"2026-11-22T12:00:30.000Z` + sort[24:] + `"}`, `"due_pk":{"S":"` + due + `"}`,
	} {
		if !strings.Contains(string(got), want) {
			t.Errorf("no %s in %s", want, got)
		}
	}
	// What is overdue by then is due now, and still there: a sweeper has never missed it.
	got, err = older([]byte(item), 72*time.Hour, now)
	if err != nil || !strings.Contains(string(got), `"_expires":{"N":"1795352400"}`) || !strings.Contains(string(got), `"due_sk":{"S":"2026-11-22T12:00:00.000Z`) || !strings.Contains(string(got), `"wake":{"S":"2026-11-19T12:01:00.5Z"}`) {
		t.Errorf("%s, %v", got, err)
	}
	// A record that people find by its time keeps it, and what it waits for comes closer.
	got, err = older([]byte(`{"_kind":{"S":"recapture"},"submittedAt":{"S":"2026-11-22T11:00:00Z"},"monitorUntil":{"S":"2028-11-11T11:00:00Z"}}`), 24*time.Hour, now)
	if err != nil || !strings.Contains(string(got), "2026-11-22T11:00:00Z") || !strings.Contains(string(got), "2028-11-10T11:00:00Z") {
		t.Errorf("%s, %v", got, err)
	}
	if got, err := older([]byte(`{"_kind":{"S":"prospect"},"due":{"S":"2028-11-11T11:00:00Z"}}`), 24*time.Hour, now); got != nil || err != nil {
		t.Errorf("%s, %v", got, err)
	}
}
