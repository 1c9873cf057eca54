package metric

import (
	"cmp"
	"context"
	"log/slog"
	"slices"
	"sync/atomic"
	"time"
)

// counts are what one invocation has counted. They may be added to from several goroutines.
type counts struct {
	namespace, function string
	n                   [all]atomic.Int64
}

type contextKey struct{}

// Collect begins an invocation of a function: what is counted under the returned context is among its Attrs. An empty
// namespace is the usual one.
func Collect(ctx context.Context, namespace, function string) context.Context {
	return context.WithValue(ctx, contextKey{}, &counts{namespace: cmp.Or(namespace, Namespace), function: function})
}

// Add counts n more of a metric for the invocation that the context belongs to; outside of any it does nothing. Call it
// right after the effect has become durable, so that a repetition of the attempt counts only what it adds.
func Add(ctx context.Context, m Metric, n int) {
	if c, ok := ctx.Value(contextKey{}).(*counts); ok {
		c.n[m].Add(int64(n))
	}
}

// metadata is the member of a log line that tells CloudWatch which of its other members are metrics.
type metadata struct {
	Timestamp         int64 // milliseconds since 1970
	CloudWatchMetrics []directive
}

// String is for logs that people read: the counts stand beside it.
func (m metadata) String() string { return m.CloudWatchMetrics[0].Namespace }

// directive names metrics that have their dimensions in common.
type directive struct {
	Namespace  string
	Dimensions [][]string // each a set: the metric is kept once for every set
	Metrics    []definition
}

type definition struct {
	Name string
	Unit Unit
}

// Attrs are the members that make the line of an invocation a line of metrics, too; none where nothing was counted. The
// instant is on the wall clock, like that of the line.
func Attrs(ctx context.Context, at time.Time) []slog.Attr {
	c, ok := ctx.Value(contextKey{}).(*counts)
	if !ok {
		return nil
	}
	together := directive{Namespace: c.namespace, Dimensions: [][]string{{}}}
	each := directive{Namespace: c.namespace, Dimensions: [][]string{{}, {Dimension}}}
	var attrs []slog.Attr
	for m := range All() {
		n := c.n[m].Load()
		if n == 0 {
			continue
		}
		to := &together
		if m.PerFunction() {
			to = &each
		}
		to.Metrics = append(to.Metrics, definition{m.String(), m.Unit()})
		attrs = append(attrs, slog.Int64(m.String(), n))
	}
	if len(attrs) == 0 {
		return nil
	}
	if len(each.Metrics) > 0 {
		attrs = append(attrs, slog.String(Dimension, c.function))
	}
	directives := slices.DeleteFunc([]directive{together, each}, func(d directive) bool { return len(d.Metrics) == 0 })
	return append(attrs, slog.Any("_aws", metadata{at.UnixMilli(), directives}))
}
