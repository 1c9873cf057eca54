package awssim

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// logOverhead is what CloudWatch adds to each event, in bytes.
const logOverhead = 26

// maxLogBatch is how many events one call may have.
const maxLogBatch = 10_000

// Logs is Amazon CloudWatch Logs as Lambda uses it on behalf of a function's role: CreateLogGroup, CreateLogStream and
// PutLogEvents.
//
// Known differences from the service: nothing expires and nothing is searched; sequence tokens are ignored, as they are by
// the service; events may be of any age.
type Logs struct {
	Regional

	mu     sync.Mutex
	groups map[string]map[string][]string // lines by group and stream
}

// NewLogs makes the service without any group.
func NewLogs() *Logs {
	return &Logs{Regional: Regional{Prefix: "logs", Signing: "logs"}, groups: map[string]map[string][]string{}}
}

// Lines are what was written to a group, stream by stream.
func (s *Logs) Lines(group string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var lines []string
	for _, stream := range slices.Sorted(maps.Keys(s.groups[group])) {
		lines = append(lines, s.groups[group][stream]...)
	}
	return lines
}

// Groups lists the groups, sorted.
func (s *Logs) Groups() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.groups))
}

// Name implements Service.
func (s *Logs) Name() string { return "logs" }

// Action implements Service.
func (s *Logs) Action(r *http.Request) string { return Target(r, "Logs_20140328") }

type logsRequest struct {
	LogGroupName  string `json:"logGroupName"`
	LogStreamName string `json:"logStreamName"`
	LogEvents     []struct {
		Timestamp int64  `json:"timestamp"`
		Message   string `json:"message"`
	} `json:"logEvents"`
}

// Asks implements Protected. Both calls about a stream are about the stream, which a grant on log-group:NAME:* covers.
func (s *Logs) Asks(r Request) ([]Ask, error) {
	var in logsRequest
	if err := r.Decode(&in); err != nil {
		return nil, err
	}
	resource := s.ARN("logs", "log-group:"+in.LogGroupName)
	if in.LogStreamName != "" {
		resource += ":log-stream:" + in.LogStreamName
	}
	return []Ask{{Action: "logs:" + r.Action, Resources: []string{resource}}}, nil
}

// Answer implements Service.
func (s *Logs) Answer(r Request) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return answer(r, s.answer)
}

func (s *Logs) answer(r Request, in logsRequest) (any, error) {
	streams := s.groups[in.LogGroupName]
	_, isStream := streams[in.LogStreamName]
	switch {
	case in.LogGroupName == "":
		return nil, logsError("InvalidParameterException", "1 validation error detected: Value at 'logGroupName' failed to satisfy constraint: Member must have length greater than or equal to 1")
	case r.Action == "CreateLogGroup" && streams != nil:
		return nil, logsError("ResourceAlreadyExistsException", "The specified log group already exists")
	case r.Action == "CreateLogGroup":
		s.groups[in.LogGroupName] = map[string][]string{}
		return nil, nil
	case streams == nil:
		return nil, logsError("ResourceNotFoundException", "The specified log group does not exist.")
	case in.LogStreamName == "" || strings.ContainsAny(in.LogStreamName, ":*"):
		return nil, logsError("InvalidParameterException", "1 validation error detected: Value at 'logStreamName' failed to satisfy constraint: Member must satisfy regular expression pattern: [^:*]*")
	case r.Action == "CreateLogStream" && isStream:
		return nil, logsError("ResourceAlreadyExistsException", "The specified log stream already exists")
	case r.Action == "CreateLogStream":
		streams[in.LogStreamName] = []string{}
		return nil, nil
	case r.Action != "PutLogEvents":
		return nil, logsError("UnknownOperationException", "%s is not simulated", r.Action)
	case !isStream:
		return nil, logsError("ResourceNotFoundException", "The specified log stream does not exist.")
	case len(in.LogEvents) == 0 || len(in.LogEvents) > maxLogBatch:
		return nil, logsError("InvalidParameterException", "Log events must be 1 to %d.", maxLogBatch)
	}
	for i, e := range in.LogEvents {
		if i > 0 && e.Timestamp < in.LogEvents[i-1].Timestamp {
			return nil, logsError("InvalidParameterException", "Log events in a single PutLogEvents request must be in chronological order.")
		}
	}
	for _, e := range in.LogEvents {
		r.Spend(LogBytes, float64(len(e.Message)+logOverhead))
		streams[in.LogStreamName] = append(streams[in.LogStreamName], e.Message)
	}
	return map[string]any{}, nil
}

func logsError(code, format string, args ...any) *Error {
	return &Error{Status: http.StatusBadRequest, Code: code, Message: fmt.Sprintf(format, args...)}
}
