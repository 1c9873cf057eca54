package listbench

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

// Measured is what pages cost: those of a view, or of several.
type Measured struct {
	View
	Took  []time.Duration // of each page
	Items int             // the most that a page read; of a word with blocks, its first page
	Deep  int             // the most that a later page of such a word read
	Shown int             // records, all pages together
	Empty int             // pages that show nothing though others follow
}

// Measure reads pages of a view one after the other; behind the last one it begins again.
func (d *Dealer) Measure(v View, pages int) Measured {
	d.Helper()
	m := Measured{View: v}
	cursor := ""
	for n := range pages {
		query := v.Query
		if cursor != "" {
			query += "&cursor=" + url.QueryEscape(cursor)
		}
		page := d.Ask(query)
		m.Took, m.Shown = append(m.Took, page.Took), m.Shown+len(page.Items)
		if len(page.Items) == 0 && page.Next != "" {
			m.Empty++
		}
		if n == 0 || !v.Blocks {
			m.Items = max(m.Items, page.Usage.Items)
		} else {
			m.Deep = max(m.Deep, page.Usage.Items)
		}
		cursor = page.Next
	}
	return m
}

// and is what both cost together.
func (m Measured) and(other Measured) Measured {
	return Measured{
		Took: slices.Concat(m.Took, other.Took), Items: max(m.Items, other.Items), Deep: max(m.Deep, other.Deep),
		Shown: m.Shown + other.Shown, Empty: m.Empty + other.Empty,
	}
}

// P99 is what the slowest hundredth of pages takes at least, in milliseconds; 0 where none was read.
func (m Measured) P99() float64 {
	if len(m.Took) == 0 {
		return 0
	}
	return float64(slices.Sorted(slices.Values(m.Took))[len(m.Took)*99/100].Microseconds()) / 1000
}

// Within says which views have a page among the first ones that reads more items than it may, and whether none of them shows
// anything: a list that finds nothing reads little.
func (d *Dealer) Within(most, pages int, views ...View) error {
	d.Helper()
	var wrong []error
	shown := 0
	for _, v := range views {
		m := d.Measure(v, pages)
		shown += m.Shown
		if m.Items > most {
			wrong = append(wrong, fmt.Errorf("%s (%q) reads %d items for a page of %d, and may read %d", strings.TrimSpace(v.Kind+" "+v.Name), v.Query, m.Items, PageOf, most))
		}
	}
	if shown == 0 {
		wrong = append(wrong, fmt.Errorf("none of %d views shows anything", len(views)))
	}
	return errors.Join(wrong...)
}

// Report reads up to a hundred pages of each view of one filter and a fifth of that of each of two, and reports the slowest
// hundredth of all pages and the most items that one of them read: one-p99-ms, one-items/page, two-p99-ms, two-items/page.
// It returns what all views of one filter cost, and all of two.
func (d *Dealer) Report(b *testing.B, one, two []View) (singles, pairs Measured) {
	b.Helper()
	pages := min(100, max(1, b.N/20))
	var worst Measured
	b.ResetTimer()
	for _, v := range one {
		m := d.Measure(v, pages)
		b.Logf("%-9s %-28s %6.1f ms p99 %5d items", v.Kind, v.Name, m.P99(), m.Items)
		singles = singles.and(m)
	}
	for _, v := range two {
		m := d.Measure(v, max(1, pages/5))
		pairs = pairs.and(m)
		if m.P99() > worst.P99() {
			worst = m
		}
	}
	b.StopTimer()
	b.Logf("slowest two: %s: %s, %.1f ms p99, %d items, %d empty pages", worst.Kind, worst.Name, worst.P99(), worst.Items, worst.Empty)
	b.ReportMetric(singles.P99(), "one-p99-ms")
	b.ReportMetric(pairs.P99(), "two-p99-ms")
	b.ReportMetric(float64(singles.Items), "one-items/page")
	b.ReportMetric(float64(pairs.Items), "two-items/page")
	return singles, pairs
}
