package event_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/platform/event"
	"github.com/winback-auto/winback/internal/platform/queue"
)

var message = queue.Received{
	ID: "059f36b4-87a3-44ab-83d2-661975830a7d", Topic: "notify-send", Body: []byte(`{"company":"harbour","data":{"lead":"01JQ"}}`),
	Receipt: "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a", Receives: 3, Group: "harbour",
	Sent: noon.Add(123 * time.Millisecond), FirstSeen: noon.Add(time.Second),
}

func same(a, b queue.Received) bool {
	return a.ID == b.ID && a.Topic == b.Topic && string(a.Body) == string(b.Body) && a.Receipt == b.Receipt &&
		a.Receives == b.Receives && a.Group == b.Group && a.Sent.Equal(b.Sent) && a.FirstSeen.Equal(b.FirstSeen)
}

func TestABatchOfSQSIsUnderstoodAndRepeated(t *testing.T) {
	got, err := event.DecodeBatch(sample(t, "batch"))
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 1 || !same(got[0], message) {
		t.Fatalf("got %+v", got)
	}
	payload, err := event.EncodeBatch(got)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := event.DecodeBatch(payload); err != nil || len(again) != 1 || !same(again[0], message) {
		t.Errorf("%s became %+v, %v", payload, again, err)
	}
}

func TestABatchWithoutWhatCountsIsRefused(t *testing.T) {
	good := string(sample(t, "batch"))
	for _, change := range [][2]string{
		{`"messageId"`, `"MessageId"`},
		{`"receiptHandle"`, `"receipt"`},
		{`"ApproximateReceiveCount": "3"`, `"ApproximateReceiveCount": "0"`},
		{`"ApproximateReceiveCount": "3"`, `"ApproximateReceiveCount": 3`},
		{`"Records"`, `"records"`},
	} {
		bad := strings.Replace(good, change[0], change[1], 1)
		if bad == good {
			t.Fatalf("%s is not in the sample", change[0])
		}
		if _, err := event.DecodeBatch([]byte(bad)); err == nil {
			t.Errorf("%s for %s: no error", change[1], change[0])
		}
	}
}

func TestAnAnswerToABatchIsReadAsLambdaDoes(t *testing.T) {
	sent := []queue.Received{{ID: "a"}, {ID: "b"}, {ID: "c"}}
	for _, test := range []struct{ answer, again string }{
		{``, ""},
		{` `, ""},
		{`null`, ""},
		{`{}`, ""},
		{`{"batchItemFailures":null}`, ""},
		{`{"batchItemFailures":[]}`, ""},
		{`{"batchItemFailures":[{"itemIdentifier":"b"}]}`, "b"},
		{`{"batchItemFailures":[{"itemIdentifier":"c"},{"itemIdentifier":"a"},{"itemIdentifier":"a"}]}`, "ac"},
		{`{"batchItemFailures":[{"itemIdentifier":"a"},{"itemIdentifier":"b"},{"itemIdentifier":"c"}]}`, "abc"},
		{`{"batchItemFailures":[{"itemIdentifier":""}]}`, "abc"},
		{`{"batchItemFailures":[{"itemIdentifier":null}]}`, "abc"},
		{`{"batchItemFailures":[{"itemIdentifier":7}]}`, "abc"},
		{`{"batchItemFailures":[{"ItemIdentifier":"a"}]}`, "abc"},
		{`{"batchItemFailures":[null]}`, "abc"},
		{`{"batchItemFailures":[{"itemIdentifier":"a"},{"itemIdentifier":"x"}]}`, "abc"},
		{`{"batchItemFailures":{}}`, "abc"},
		{`{"batchItemFailures":[`, "abc"},
		{`[]`, "abc"},
		{`"done"`, "abc"},
		{`{"batchItemFailures":[]}` + strings.Repeat(" ", event.MaxEvent) + `x`, "abc"},
	} {
		var again strings.Builder
		for _, m := range event.DecodeFailures([]byte(test.answer), sent) {
			again.WriteString(m.ID)
		}
		if again.String() != test.again {
			t.Errorf("%.60s: again %q, want %q", test.answer, &again, test.again)
		}
	}
}

func TestTheIdsOfFailuresArriveAsTheyWereSent(t *testing.T) {
	sent := []queue.Received{{ID: "a"}, {ID: `b"\`}, {ID: "c"}}
	answer, err := event.EncodeFailures([]string{`b"\`, "c"})
	if err != nil {
		t.Fatal(err)
	}
	if again := event.DecodeFailures(answer, sent); len(again) != 2 || again[0].ID != `b"\` || again[1].ID != "c" {
		t.Errorf("%s: again %v", answer, again)
	}
	if none, err := event.EncodeFailures(nil); err != nil || string(none) != `{"batchItemFailures":[]}` {
		t.Errorf("%s, %v", none, err)
	}
}

func TestAnEventOfTheBusIsUnderstoodAndRepeated(t *testing.T) {
	got, err := event.DecodeBridge(sample(t, "delivery"))
	if err != nil {
		t.Fatal(err)
	}
	if got.Source != "aws.ses" || got.DetailType != "Email Delivered" || !got.Time.Equal(noon) || !strings.Contains(string(got.Detail), `"Delivery"`) {
		t.Errorf("got %+v", got)
	}
	for _, e := range []event.Bridge{got, event.Tick("t1", noon)} {
		payload, err := event.EncodeBridge(e)
		if err != nil {
			t.Fatal(err)
		}
		again, err := event.DecodeBridge(payload)
		if err != nil || again.ID != e.ID || again.Source != e.Source || again.DetailType != e.DetailType || !again.Time.Equal(e.Time) {
			t.Errorf("%s became %+v, %v", payload, again, err)
		}
	}
	for _, payload := range []string{``, `{}`, `{"source":"aws.ses"}`, `{"source":1,"detail-type":"x"}`} {
		if _, err := event.DecodeBridge([]byte(payload)); err == nil {
			t.Errorf("%q: no error", payload)
		}
	}
}

func TestSamplesOfAWSAreUnderstood(t *testing.T) {
	data := os.Getenv("WINBACK_DATA")
	if data == "" {
		t.Skip("WINBACK_DATA is not set: the samples that AWS publishes were not tried")
	}
	tried := 0
	for pattern, decode := range map[string]func([]byte) error{
		"aws-lambda-go/apigw-v2-request-*.json": func(p []byte) error { _, err := event.DecodeRequest(t.Context(), p); return err },
		"aws-lambda-go/sqs-event.json":          func(p []byte) error { _, err := event.DecodeBatch(p); return err },
		"eventbridge/*.json":                    func(p []byte) error { _, err := event.DecodeBridge(p); return err },
	} {
		files, err := filepath.Glob(filepath.Join(data, "aws_events", pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range slices.Sorted(slices.Values(files)) {
			payload, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if err := decode(payload); err != nil {
				t.Errorf("%s: %v", file, err)
			}
			tried++
		}
	}
	if tried < 10 {
		t.Errorf("only %d samples under %s", tried, data)
	}
}

func FuzzDecodeBatch(f *testing.F) {
	f.Add(sample(f, "batch"))
	f.Add([]byte(`{"Records":[{}]}`))
	f.Fuzz(func(t *testing.T, payload []byte) {
		messages, err := event.DecodeBatch(payload)
		if err != nil {
			return
		}
		for _, m := range messages {
			if m.ID == "" || m.Receipt == "" || m.Receives < 1 {
				t.Errorf("accepted %+v", m)
			}
		}
		if _, err := event.EncodeBatch(messages); err != nil {
			t.Error(err)
		}
	})
}

func FuzzDecodeFailures(f *testing.F) {
	f.Add([]byte(`{"batchItemFailures":[{"itemIdentifier":"b"}]}`))
	f.Add([]byte(`{"batchItemFailures":[{"itemIdentifier":null}]}`))
	f.Add([]byte(`{`))
	f.Fuzz(func(t *testing.T, answer []byte) {
		sent := []queue.Received{{ID: "a"}, {ID: "b"}}
		if again := event.DecodeFailures(answer, sent); len(again) > len(sent) {
			t.Errorf("%d of %d messages are to come again", len(again), len(sent))
		}
	})
}
