package stack_test

import (
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/winback-auto/winback/infra/stack"
	"github.com/winback-auto/winback/internal/platform/metric"
	"github.com/winback-auto/winback/internal/testkit/price"
	"github.com/winback-auto/winback/internal/testkit/template"
)

// The README says what an installation costs, to a tenth: computed from the template, the dated prices, and what a dealer is
// assumed to do.
func TestTheReadmeKnowsWhatItCosts(t *testing.T) {
	env, err := stack.Find("prod")
	if err != nil {
		t.Fatal(err)
	}
	out, err := synth(t, env, catalogue())
	if err != nil {
		t.Fatal(err)
	}
	root, err := template.Read(out)
	if err != nil {
		t.Fatal(err)
	}
	fixed := price.Installation{Ticks: 30*24*60 + 30}
	for _, s := range root.Stacks {
		for _, alarm := range s.Of("AWS::CloudWatch::Alarm") {
			queries, _ := alarm.Properties["Metrics"].([]any)
			fixed.AlarmMetrics += float64(max(len(queries)-1, 1))
		}
	}
	consumers := 0
	for _, f := range catalogue() {
		if f.Consumes != nil {
			consumers++
		}
	}
	fixed.Queues = float64(consumers)
	for m := range metric.All() {
		fixed.Metrics++
		if m.PerFunction() {
			fixed.Metrics += float64(consumers)
		}
	}
	list, err := price.Current()
	if err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, dealers := range []float64{1, 10, 1000} {
		bill, err := list.Bill(fixed.Month(dealers, price.Typical))
		if err != nil {
			t.Fatal(err)
		}
		var said float64
		_, rest, found := strings.Cut(string(readme), fmt.Sprintf("\n| %.0f | ", dealers))
		if _, err := fmt.Sscanf(rest, "%f |", &said); !found || err != nil {
			t.Fatalf("the README has no row for %.0f dealers", dealers)
		}
		if math.Abs(said-bill.Total) > bill.Total/10 {
			t.Errorf("the README says %.0f a month for %.0f dealers, want %.0f:", said, dealers, bill.Total)
			for _, line := range bill.Lines[:6] {
				t.Logf("%8.2f %s", line.Cost, line.Name)
			}
		}
	}
}
