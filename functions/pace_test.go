package functions_test

import (
	"testing"

	"github.com/winback-auto/winback/internal/platform/app"
)

// DynamoDB takes about 1,000 write units a second on one partition key. Even if all functions that work on their own met
// on one key, in as many environments as AWS may run, they would stay below.
func TestAllPacesTogetherLeaveAPartitionKeyRoom(t *testing.T) {
	sum, paced := 0, 0
	for _, f := range all() {
		if f.HTTP != nil || !f.Uses.Table.Writes() {
			if f.Pace() != 0 {
				t.Errorf("%s has a pace of %d", f.Name, f.Pace())
			}
			continue
		}
		if f.Pace() < 1 || f.Concurrency() < app.DefaultConcurrency {
			t.Errorf("%s writes at a pace of %d, %d times at once", f.Name, f.Pace(), f.Concurrency())
		}
		t.Logf("%-20s %2d × %3d units a second", f.Name, f.Concurrency(), f.Pace())
		paced++
		sum += f.Pace() * f.Concurrency()
	}
	t.Logf("together %d of %d", sum, app.MostWrites)
	if paced < 5 {
		t.Errorf("only %d functions have a pace", paced)
	}
	if sum > app.MostWrites || sum != app.Writes(all()) {
		t.Errorf("together they may write %d units a second to one key, counted as %d, at most %d", sum, app.Writes(all()), app.MostWrites)
	}
}
