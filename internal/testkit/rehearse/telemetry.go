package rehearse

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/winback-auto/winback/internal/testkit/awssim"
	"github.com/winback-auto/winback/internal/testkit/lambdaruntime"
	"github.com/winback-auto/winback/internal/testkit/template"
)

// telemetry writes what Lambda writes on behalf of a function's role: lines and its own events to the log group, and traces.
type telemetry struct {
	function Function
	calls    caller
	report   func(error)
	sampling sampling

	mu       sync.Mutex
	streams  map[string][]logEvent // not written yet
	made     map[string]bool       // streams
	segments []string              // not written yet
	told     bool                  // telemetry records
	reserve  time.Time             // the second whose reservoir is used up
}

type logEvent struct {
	Timestamp int64  `json:"timestamp"` // milliseconds
	Message   string `json:"message"`
}

// sampling is what the template's sampling rule says; without one, X-Ray's default.
type sampling struct {
	rate      float64
	reservoir bool // one each second and function, beside the rate
}

func newSampling(r *template.Resolver) (sampling, error) {
	rules := r.App.Of("AWS::XRay::SamplingRule")
	if len(rules) == 0 {
		return sampling{0.05, true}, nil
	}
	props, err := newProperties(r, rules[0])
	if err != nil {
		return sampling{}, err
	}
	rule := template.Map(props.all, "SamplingRule")
	rate, isRate := rule["FixedRate"].(float64)
	if whole, ok := rule["FixedRate"].(int); ok {
		rate, isRate = float64(whole), true
	}
	if !isRate || len(rules) > 1 {
		return sampling{}, fmt.Errorf("rehearse: %s: the rehearsal plays one rule with a FixedRate", rules[0])
	}
	reservoir, _ := template.Int(rule, "ReservoirSize")
	return sampling{rate, reservoir > 0}, nil
}

// sampled decides about an invocation that begins now.
func (t *telemetry) sampled() bool {
	if !t.function.Traced {
		return false
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	second := time.Now().Truncate(time.Second)
	if t.sampling.reservoir && !second.Equal(t.reserve) {
		t.reserve = second
		return true
	}
	return rand.Float64() < t.sampling.rate
}

// line takes a line that a process has written.
func (t *telemetry) line(l lambdaruntime.Line) { t.note(l.Stream, l.At, l.Text) }

func (t *telemetry) note(stream string, at time.Time, text string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.streams[stream] = append(t.streams[stream], logEvent{at.UnixMilli(), text})
}

// done takes an invocation that is over, and writes about it as the platform does at level INFO.
func (t *telemetry) done(a lambdaruntime.Answer) {
	now := time.Now()
	write := func(at time.Time, kind string, record map[string]any) {
		text, err := json.Marshal(map[string]any{"time": at.UTC().Format("2006-01-02T15:04:05.000Z"), "type": kind, "record": record})
		if err != nil {
			t.report(fmt.Errorf("rehearse: %w", err))
			return
		}
		t.note(a.Stream, at, string(text))
	}
	begun := now.Add(-a.Duration)
	if a.Cold {
		write(begun.Add(-a.Init), "platform.initStart", map[string]any{"initializationType": "on-demand", "phase": "init", "runtimeVersion": "provided:al2023", "functionName": t.function.Name, "functionVersion": "$LATEST"})
	}
	write(begun, "platform.start", map[string]any{"requestId": a.RequestID, "version": "$LATEST"})
	status := "success"
	if a.Failed() {
		status = "error"
	}
	metrics := map[string]any{
		"durationMs": ms(a.Duration), "billedDurationMs": int(ms(a.Init+a.Duration)) + 1, "memorySizeMB": t.function.Memory, "maxMemoryUsedMB": a.MemoryPeak >> 20,
	}
	if a.Cold {
		metrics["initDurationMs"] = ms(a.Init)
	}
	write(now, "platform.report", map[string]any{"requestId": a.RequestID, "status": status, "metrics": metrics})
	if a.Trace != "" {
		t.trace(a, begun, now)
	}
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// trace keeps the two segments of a sampled invocation: of the service, and of the function.
func (t *telemetry) trace(a lambdaruntime.Answer, begun, ended time.Time) {
	for _, origin := range []string{"AWS::Lambda", "AWS::Lambda::Function"} {
		text, err := json.Marshal(map[string]any{
			"trace_id": a.Trace, "id": fmt.Sprintf("%016x", rand.Uint64()), "name": t.function.Name, "origin": origin, "start_time": seconds(begun), "end_time": seconds(ended),
			"fault": a.Failed(), "aws": map[string]any{"request_id": a.RequestID}, "resource_arn": t.function.ARN,
		})
		if err != nil {
			t.report(fmt.Errorf("rehearse: %w", err))
			return
		}
		t.mu.Lock()
		t.segments = append(t.segments, string(text))
		t.mu.Unlock()
	}
}

func seconds(at time.Time) float64 { return float64(at.UnixMicro()) / 1e6 }

// flush writes what was kept.
func (t *telemetry) flush(ctx context.Context) {
	t.mu.Lock()
	streams, segments := t.streams, t.segments
	t.streams, t.segments = map[string][]logEvent{}, nil
	told := t.told
	t.told = t.told || len(segments) > 0
	t.mu.Unlock()
	for stream, events := range streams {
		t.check(t.put(ctx, stream, events))
	}
	if len(segments) > 0 {
		t.check(t.calls.Call(ctx, "xray", "PutTraceSegments", map[string]any{"TraceSegmentDocuments": segments}, nil))
		if !told {
			t.check(t.calls.Call(ctx, "xray", "PutTelemetryRecords", map[string]any{"TelemetryRecords": []any{map[string]any{"Timestamp": time.Now().Unix(), "SegmentsSentCount": len(segments)}}}, nil))
		}
	}
}

func (t *telemetry) put(ctx context.Context, stream string, events []logEvent) error {
	in := map[string]any{"logGroupName": t.function.LogGroup, "logStreamName": stream}
	if !t.made[stream] {
		t.made[stream] = true
		if err := t.calls.Call(ctx, "logs", "CreateLogStream", in, nil); err != nil {
			return err
		}
	}
	slices.SortStableFunc(events, func(a, b logEvent) int { return int(a.Timestamp - b.Timestamp) })
	in["logEvents"] = events
	return t.calls.Call(ctx, "logs", "PutLogEvents", in, nil)
}

// check reports a failure. A refused permission is in the ledger already.
func (t *telemetry) check(err error) {
	var refused *awssim.Error
	if err != nil && !(errors.As(err, &refused) && refused.Code == "AccessDeniedException") {
		t.report(fmt.Errorf("rehearse: telemetry of %s: %w", t.function.Name, err))
	}
}

// every is how often logs and traces are written.
const every = 250 * time.Millisecond

// write flushes again and again until the context ends, and then once more.
func (s *Stand) write(ctx context.Context) {
	timer := time.NewTicker(every)
	defer timer.Stop()
	for {
		select {
		case <-timer.C:
			s.flush(ctx)
		case <-ctx.Done():
			return
		}
	}
}

// flush writes the telemetry of all functions.
func (s *Stand) flush(ctx context.Context) {
	s.flushing.Lock()
	defer s.flushing.Unlock()
	for _, t := range s.telemetry {
		t.flush(context.WithoutCancel(ctx))
	}
}
