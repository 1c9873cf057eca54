package rehearse

import (
	"encoding/json"
	"testing"
)

func TestAnEventMatchesAPatternAsOnTheBus(t *testing.T) {
	const event = `{"source": "aws.ses", "detail-type": "Email Delivered", "detail": {"mail": {"tags": {"ses:configuration-set": ["winback-dev-mail"], "n": [1, 2]}}}}`
	for pattern, want := range map[string]bool{
		`{"source": ["aws.ses"]}`:                                                          true,
		`{"source": ["aws.s3", "aws.ses"]}`:                                                true,
		`{"source": ["aws.s3"]}`:                                                           false,
		`{"source": ["aws.ses"], "detail-type": ["Email Sent"]}`:                           false,
		`{"detail": {"mail": {"tags": {"ses:configuration-set": ["winback-dev-mail"]}}}}`:  true,
		`{"detail": {"mail": {"tags": {"ses:configuration-set": ["winback-prod-mail"]}}}}`: false,
		`{"detail": {"mail": {"tags": {"n": [2]}}}}`:                                       true,
		`{"detail": {"mail": {"tags": {"other": ["x"]}}}}`:                                 false,
		`{"detail": {"mail": {"tags": {"other": [{"exists": false}]}}}}`:                   true,
		`{"detail": {"bounce": {"type": [{"exists": true}]}}}`:                             false,
		`{"source": [{"prefix": "aws."}]}`:                                                 true,
		`{"source": [{"suffix": ".s3"}]}`:                                                  false,
		`{"source": [{"anything-but": "aws.ses"}]}`:                                        false,
		`{"source": [{"anything-but": "aws.s3"}]}`:                                         true,
	} {
		if got, err := matches(object(t, pattern), object(t, event)); err != nil || got != want {
			t.Errorf("%s: %v, %v", pattern, got, err)
		}
	}
	for _, pattern := range []string{`{"source": "aws.ses"}`, `{"source": [{"wildcard": "aws.*"}]}`} {
		if _, err := matches(object(t, pattern), object(t, event)); err == nil {
			t.Errorf("%s: no error", pattern)
		}
	}
}

func object(t *testing.T, text string) (m map[string]any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		t.Fatal(err)
	}
	return m
}
