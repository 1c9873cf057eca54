package metrictest

import (
	"strings"
	"testing"
)

const good = `{"level":"INFO","_aws":{"Timestamp":1574109732004,"CloudWatchMetrics":[{"Namespace":"N","Dimensions":[["F"]],"Metrics":[{"Name":"time","Unit":"Milliseconds","StorageResolution":60}]}]},"F":"f","time":100}`

func TestADocumentBySpecificationIsRead(t *testing.T) {
	values, err := Read([]byte(good))
	if err != nil || len(values) != 1 {
		t.Fatalf("%+v, %v", values, err)
	}
	v := values[0]
	if v.Namespace != "N" || v.Name != "time" || v.Unit != "Milliseconds" || v.Value != 100 || v.Dimensions["F"] != "f" || v.Milliseconds != 1574109732004 {
		t.Errorf("%+v", v)
	}
}

func TestWhatCloudWatchWouldPassOverIsAnError(t *testing.T) {
	for _, change := range []struct{ old, new string }{
		{`"Timestamp":1574109732004,`, ``},
		{`"Timestamp":1574109732004`, `"Timestamp":"2026-11-22"`},
		{`"Timestamp"`, `"Extra":1,"Timestamp"`},
		{`"Namespace":"N"`, `"Namespace":""`},
		{`"Namespace":"N",`, ``},
		{`"Dimensions":[["F"]]`, `"Dimensions":[]`},
		{`"Dimensions":[["F"]]`, `"Dimensions":["F"]`},
		{`"Dimensions":[["F"]]`, `"Dimensions":[["G"]]`},
		{`"F":"f"`, `"F":7`},
		{`"F":"f"`, `"F":""`},
		{`"Name":"time",`, ``},
		{`Milliseconds`, `Lightyears`},
		{`60`, `30`},
		{`"time":100`, `"time":"100"`},
		{`"time":100`, `"group":{"time":100}`},
		{`["F"]`, `["F"` + strings.Repeat(`,"F"`, 30) + `]`},
		{`[{"Name"`, `[` + strings.Repeat(`{"Name":"time"},`, 100) + `{"Name"`},
	} {
		changed := strings.Replace(good, change.old, change.new, 1)
		if changed == good {
			t.Fatalf("nothing to change: %s", change.old)
		}
		if values, err := Read([]byte(changed)); err == nil {
			t.Errorf("%s: read as %+v", changed, values)
		}
	}
}

func TestOtherLinesAreNoDocuments(t *testing.T) {
	for _, line := range []string{``, `START RequestId: 1`, `{"level":"INFO"}`, `[1]`, `null`} {
		if values, err := Read([]byte(line)); err != nil || values != nil {
			t.Errorf("%s: %+v, %v", line, values, err)
		}
	}
}
