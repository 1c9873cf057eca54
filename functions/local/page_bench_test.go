package main

import (
	"fmt"
	"math"
	"net/url"
	"testing"
)

// page is how many recaptures a page of the benchmark has.
const page = 50

// BenchmarkPage reads pages of a dashboard with as many recaptures as there are operations; what counts is how many items
// a page costs, which must not grow with the list.
func BenchmarkPage(b *testing.B) {
	i := install(b)
	cars := newStock(b, b.N)
	i.activate(cars)
	i.drain()
	b.ResetTimer()
	for range b.N {
		i.page(nil)
	}
	b.StopTimer()
	first := cars.vehicles[0]
	for _, view := range []struct {
		name  string
		query url.Values
	}{
		{"whole", nil},
		{"status", url.Values{"status": {"active"}}},
		{"make", url.Values{"make": {first.Make}, "status": {"active"}}},
		{"word", url.Values{"q": {first.Make}}},
	} {
		b.ReportMetric(i.itemsOf(view.query), view.name+"-items/page")
	}
}

// itemsOf is how many items of the table a page reads. What other readers read now and then is not its own, so the least
// of several tries counts.
func (i *installation) itemsOf(query url.Values) float64 {
	least := math.MaxInt
	for range 4 {
		before := i.usage()
		i.page(query)
		least = min(least, i.usage().Sub(before).Items)
	}
	return float64(least)
}

func (i *installation) page(query url.Values) {
	i.Helper()
	var answer struct{ Items []sighted }
	i.must(i.manager.get(i.Context(), fmt.Sprintf("/v1/recaptures?limit=%d&%s", page, query.Encode()), &answer))
	if len(answer.Items) == 0 {
		i.Fatalf("an empty page of %v", query)
	}
}
