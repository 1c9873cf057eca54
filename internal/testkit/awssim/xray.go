package awssim

import (
	"encoding/json"
	"net/http"
	"sync"
)

// XRay is AWS X-Ray as Lambda uses it on behalf of a function's role: PutTraceSegments and PutTelemetryRecords.
//
// Known differences from the service: segments are counted by their trace and not kept; nothing is sampled.
type XRay struct {
	Regional

	mu     sync.Mutex
	traces map[string]bool
}

// NewXRay makes the service without any trace.
func NewXRay() *XRay {
	return &XRay{Regional: Regional{Prefix: "xray", Signing: "xray", Status: http.StatusForbidden}, traces: map[string]bool{}}
}

// Traces is how many traces have been recorded.
func (s *XRay) Traces() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.traces)
}

// Name implements Service.
func (s *XRay) Name() string { return "xray" }

// xrayPaths are the addresses of the calls.
var xrayPaths = map[string]string{"PutTraceSegments": "/TraceSegments", "PutTelemetryRecords": "/TelemetryRecords"}

// Action implements Service.
func (s *XRay) Action(r *http.Request) string {
	for action, path := range xrayPaths {
		if r.Method == http.MethodPost && r.URL.Path == path {
			return action
		}
	}
	return ""
}

// Asks implements Protected. Traces have no resources.
func (s *XRay) Asks(r Request) ([]Ask, error) {
	return []Ask{{Action: "xray:" + r.Action, Resources: []string{"*"}}}, nil
}

// Answer implements Service.
func (s *XRay) Answer(r Request) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.Action == "PutTelemetryRecords" {
		return answer(r, func(Request, struct{ TelemetryRecords []any }) (any, error) { return nil, nil })
	}
	return answer(r, s.segments)
}

func (s *XRay) segments(r Request, in struct{ TraceSegmentDocuments []string }) (any, error) {
	unprocessed := []map[string]string{}
	for _, document := range in.TraceSegmentDocuments {
		var segment struct {
			TraceID string `json:"trace_id"`
			ID      string `json:"id"`
			Name    string `json:"name"`
		}
		if err := json.Unmarshal([]byte(document), &segment); err != nil || segment.TraceID == "" || segment.ID == "" || segment.Name == "" {
			unprocessed = append(unprocessed, map[string]string{"Id": segment.ID, "ErrorCode": "InvalidSegment", "Message": "trace_id, id and name are needed"})
			continue
		}
		if !s.traces[segment.TraceID] {
			s.traces[segment.TraceID] = true
			r.Spend(Traces, 1)
		}
	}
	return map[string]any{"UnprocessedTraceSegments": unprocessed}, nil
}
