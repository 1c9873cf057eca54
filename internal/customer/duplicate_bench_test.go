package customer

import (
	"fmt"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/local/fleet"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/testkit/listbench"
)

// openBook is a dealer with n customers and their possible duplicates. Two in three customers have a name of a few thousand
// that repeat, as they do in any dealer's books; one in a hundred is in it twice.
func openBook(tb testing.TB, n int) *listbench.Dealer {
	tb.Helper()
	d := listbench.Open(tb, API, "/v1/customers/duplicates", access.ManageLeads)
	var all []Customer
	for i, car := range fleet.Generate(2027, n) {
		c := Customer{
			ID: ID(fmt.Sprintf("c%06d", i)), First: car.First, Last: car.Last, Email: fmt.Sprintf("box%d@mail.example", i), Mobile: fmt.Sprintf("04910%05d", i),
			CreatedAt: listbench.Noon.Add(-time.Duration(n-i) * time.Minute),
		}
		if i%3 == 0 {
			c.Last = fmt.Sprintf("%s-Family%d", car.Last, i)
		}
		if i%100 == 99 {
			twin := all[i-50]
			c.First, c.Last, c.Email, c.Mobile = twin.First, twin.Last, twin.Email, twin.Mobile
		}
		c.Dials = []string{"+61" + c.Mobile[1:]}
		all = append(all, c)
	}
	listbench.Fill(d, list, all, func(c Customer) string { return string(c.ID) })
	return d
}

// However many customers there are, each asks for at most maxNamesakes with the same name and the few of one address or number,
// and reads a posting and a record of each.
func TestAPageOfPossibleDuplicatesIsBounded(t *testing.T) {
	for _, n := range []int{1_000, 10_000} {
		if err := openBook(t, n).Within(listbench.PageOf*2*(maxNamesakes+5), 10, listbench.View{Name: "all"}); err != nil {
			t.Errorf("of %d customers: %v", n, err)
		}
	}
}

// BenchmarkDuplicates reads pages of possible duplicates, each of which looks at 50 of as many customers as there are operations
// (make bench: 100000x).
func BenchmarkDuplicates(b *testing.B) {
	d := openBook(b, b.N)
	b.ResetTimer()
	m := d.Measure(listbench.View{}, min(100, max(1, b.N/listbench.PageOf)))
	b.StopTimer()
	b.ReportMetric(m.P99(), "p99-ms")
	b.ReportMetric(float64(m.Items), "items/page")
}
