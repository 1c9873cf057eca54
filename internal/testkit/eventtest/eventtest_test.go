package eventtest_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/testkit/eventtest"
	"github.com/winback-auto/winback/internal/testkit/golden"
)

func write(t *testing.T, path, content string) {
	t.Helper()
	golden.Write(t, path, []byte(content))
}

func TestAnswersAreComparedWithPlaceholdersInPlaceOfWhatDiffers(t *testing.T) {
	if golden.Updating() {
		t.Skip("this run writes golden files instead of comparing")
	}
	dir := t.TempDir()
	write(t, filepath.Join(dir, "lead-api", "list.json"), `"list"`)
	write(t, filepath.Join(dir, "lead-api", "list.want.json"),
		`{"statusCode": 200, "body": {"id": "{{id}}", "at": ["{{time}}"], "name": "x"}}`)
	write(t, filepath.Join(dir, "sweep", "tick.json"), `"fail"`)
	write(t, filepath.Join(dir, "sweep", "tick.want.json"), `{"error": "no"}`)
	var ran []string
	eventtest.Run(t, dir, func(_ *testing.T, function string) app.Handler {
		return func(_ context.Context, payload []byte) ([]byte, error) {
			ran = append(ran, function+string(payload))
			if string(payload) == `"fail"` {
				return nil, errs.E(errs.Invalid, "no")
			}
			return []byte(`{"statusCode":200,"body":"{\"id\":\"01JQ0000000000000000000000\",\"at\":[\"2026-11-22T12:00:00Z\"],\"name\":\"x\"}"}`), nil
		}
	})
	if len(ran) != 2 || ran[0] != `lead-api"list"` || ran[1] != `sweep"fail"` {
		t.Errorf("ran %v", ran)
	}
}

func TestTheCommittedSamplesOfThisFolderAreRead(t *testing.T) {
	// A folder of pairs as functions have them: the echo function answers with what it was sent.
	if _, err := os.Stat("testdata/echo"); err != nil {
		t.Fatal(err)
	}
	eventtest.Run(t, "testdata", func(*testing.T, string) app.Handler {
		return func(_ context.Context, payload []byte) ([]byte, error) { return payload, nil }
	})
}
