package awssim_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/winback-auto/winback/internal/testkit/awssim"
)

func TestLambdaWritesLogsAndTracesOnBehalfOfTheRole(t *testing.T) {
	logs, traces := awssim.NewLogs(), awssim.NewXRay()
	account := awssim.NewAccount(awssim.AccountOptions{Place: sydney, Now: fixed}, logs, traces)
	const group = "/aws/lambda/f"
	if err := account.Deployer().Call(t.Context(), "logs", "CreateLogGroup", map[string]any{"logGroupName": group}, nil); err != nil {
		t.Fatal(err)
	}
	role := account.RoleARN("f")
	lambda := account.As(role, "f")
	stream := map[string]any{"logGroupName": group, "logStreamName": "2026/11/22/[$LATEST]1"}
	event := func(at int64, line string) map[string]any { return map[string]any{"timestamp": at, "message": line} }
	put := func(events ...map[string]any) map[string]any {
		return map[string]any{"logGroupName": group, "logStreamName": stream["logStreamName"], "logEvents": events}
	}
	segments := map[string]any{"TraceSegmentDocuments": []string{
		`{"trace_id":"1-a","id":"1","name":"f"}`, `{"trace_id":"1-a","id":"2","name":"f"}`, `{"trace_id":"1-b","id":"3","name":"f"}`, `{"id":"4"}`,
	}}

	account.SetRole(role, allowing(t, "arn:aws:logs:ap-southeast-2:123456789012:log-group:/aws/lambda/other:*", "logs:*"))
	if err := lambda.Call(t.Context(), "logs", "CreateLogStream", stream, nil); err == nil || !strings.Contains(err.Error(), "not authorized") {
		t.Errorf("another group's grant: %v", err)
	}
	if err := lambda.Call(t.Context(), "xray", "PutTraceSegments", segments, nil); err == nil {
		t.Error("traces without a grant")
	}
	account.SetRole(role, allowing(t, "*", "logs:CreateLogStream", "logs:PutLogEvents", "xray:PutTraceSegments", "xray:PutTelemetryRecords"))
	for _, step := range []struct {
		service, action string
		in              any
		want            string
	}{
		{"logs", "PutLogEvents", put(event(1, "x")), "log stream does not exist"},
		{"logs", "CreateLogStream", stream, ""},
		{"logs", "CreateLogStream", stream, "already exists"},
		{"logs", "PutLogEvents", put(event(1, "one"), event(2, "two")), ""},
		{"logs", "PutLogEvents", put(event(2, "x"), event(1, "x")), "chronological"},
		{"logs", "PutLogEvents", put(), "must be 1 to"},
		{"logs", "PutLogEvents", map[string]any{"logGroupName": "none", "logStreamName": "s"}, "log group does not exist"},
		{"logs", "CreateLogStream", map[string]any{"logGroupName": group, "logStreamName": "a:b"}, "regular expression"},
		{"logs", "CreateLogGroup", map[string]any{"logGroupName": "x"}, "not authorized"},
		{"xray", "PutTraceSegments", segments, ""},
		{"xray", "PutTelemetryRecords", map[string]any{}, ""},
		{"xray", "GetTraceSummaries", map[string]any{}, "has no GetTraceSummaries"},
	} {
		err := lambda.Call(t.Context(), step.service, step.action, step.in, nil)
		if (err == nil) != (step.want == "") || err != nil && !strings.Contains(err.Error(), step.want) {
			t.Errorf("%s: %v, want %q", step.action, err, step.want)
		}
	}
	if got := logs.Lines(group); !slices.Equal(got, []string{"one", "two"}) || !slices.Equal(logs.Groups(), []string{group}) {
		t.Errorf("lines %q", got)
	}
	spent := account.Ledger().Tally(role).Spent
	if spent[awssim.LogBytes] != 3+26+3+26 || spent[awssim.Traces] != 2 || traces.Traces() != 2 {
		t.Errorf("spent %v", spent)
	}
}
