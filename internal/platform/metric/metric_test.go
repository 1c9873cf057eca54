package metric_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/platform/metric"
	"github.com/winback-auto/winback/internal/platform/metric/metrictest"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// line is the line of an invocation in which all this was counted.
func line(ctx context.Context) []byte {
	var out bytes.Buffer
	log := slog.New(slog.NewJSONHandler(&out, nil)).With("function", "mail-send")
	log.LogAttrs(ctx, slog.LevelInfo, "invocation", append([]slog.Attr{slog.String("company", "harbour")}, metric.Attrs(ctx, noon)...)...)
	return out.Bytes()
}

func TestAllMetricsOfAnInvocationAreInItsLine(t *testing.T) {
	ctx := metric.Collect(t.Context(), "", "mail-send")
	sum := 0
	for m := range metric.All() {
		metric.Add(ctx, m, int(m)+1)
		sum++
	}
	metric.Add(ctx, metric.MailsSent, 4)
	values, err := metrictest.Read(line(ctx))
	if err != nil {
		t.Fatal(err)
	}
	for m := range metric.All() {
		want := float64(m) + 1
		if m == metric.MailsSent {
			want += 4
		}
		var sets []string
		for _, v := range values {
			if v.Name != m.String() {
				continue
			}
			sets = append(sets, v.Dimensions[metric.Dimension])
			if v.Namespace != "Winback" || v.Unit != "Count" || v.Value != want || v.Milliseconds != noon.UnixMilli() || len(v.Dimensions) > 1 {
				t.Errorf("%s: %+v, want %v", m, v, want)
			}
		}
		wantSets := []string{""}
		if m.PerFunction() {
			wantSets = append(wantSets, "mail-send")
		}
		if !slices.Equal(sets, wantSets) {
			t.Errorf("%s is kept for %q, want %q", m, sets, wantSets)
		}
	}
	if len(values) != sum+4 {
		t.Errorf("%d values of %d metrics", len(values), sum)
	}
}

// G29: neither the company nor anything else that the line says becomes a dimension.
func TestTheOnlyDimensionIsTheFunction(t *testing.T) {
	ctx := metric.Collect(t.Context(), "winback-dev", "mail-send")
	for m := range metric.All() {
		metric.Add(ctx, m, 1)
	}
	var root struct {
		AWS struct {
			CloudWatchMetrics []struct {
				Namespace  string
				Dimensions [][]string
			}
		} `json:"_aws"`
	}
	if err := json.Unmarshal(line(ctx), &root); err != nil {
		t.Fatal(err)
	}
	if len(root.AWS.CloudWatchMetrics) != 2 {
		t.Fatalf("%+v", root)
	}
	for _, d := range root.AWS.CloudWatchMetrics {
		for _, dimension := range slices.Concat(d.Dimensions...) {
			if dimension != "Function" {
				t.Errorf("the dimension %s", dimension)
			}
		}
		if d.Namespace != "winback-dev" {
			t.Errorf("the namespace %s", d.Namespace)
		}
	}
}

func TestALineWithoutCountsIsAnyLine(t *testing.T) {
	for name, ctx := range map[string]context.Context{
		"nothing was counted":   metric.Collect(t.Context(), "", "lead-api"),
		"outside an invocation": t.Context(),
	} {
		metric.Add(t.Context(), metric.Sightings, 1)
		metric.Add(ctx, metric.Sightings, 0)
		if got := line(ctx); bytes.Contains(got, []byte("_aws")) || bytes.Contains(got, []byte("Sightings")) {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestAnInvocationCountsForItselfAlone(t *testing.T) {
	one, other := metric.Collect(t.Context(), "", "a"), metric.Collect(t.Context(), "", "b")
	var group sync.WaitGroup
	for range 100 {
		group.Go(func() { metric.Add(one, metric.Sightings, 1) })
	}
	group.Wait()
	metric.Add(other, metric.Sightings, 3)
	for ctx, want := range map[context.Context]float64{one: 100, other: 3} {
		values, err := metrictest.Read(line(ctx))
		if err != nil || len(values) != 1 || values[0].Value != want {
			t.Errorf("%+v, %v, want %v", values, err, want)
		}
	}
}

func TestEveryMetricHasANameOfItsOwn(t *testing.T) {
	seen := map[string]bool{}
	for m := range metric.All() {
		if name := m.String(); name == "" || seen[name] || strings.ContainsAny(name, " _-") {
			t.Errorf("the name %q", name)
		} else {
			seen[name] = true
		}
	}
	if len(seen) < 17 {
		t.Errorf("only %d metrics", len(seen))
	}
}
