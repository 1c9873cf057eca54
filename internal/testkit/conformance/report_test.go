package main

import (
	"strings"
	"testing"
)

const events = `{"Action":"run","Test":"TestX"}
{"Action":"run","Test":"TestX/it_works"}
{"Action":"pass","Test":"TestX/it_works"}
{"Action":"output","Test":"TestX/it_differs","Output":"    suite.go:41: known difference: it is only an imitation\n"}
{"Action":"skip","Test":"TestX/it_differs"}
`

func TestTheReportCountsAndGivesReasons(t *testing.T) {
	for name, c := range map[string]struct {
		events string
		ok     bool
		want   []string
	}{
		"all as declared": {events + `{"Action":"pass","Test":"TestX"}`, true, []string{"2      1       1                  0", "skip: it differs", "known difference: it is only an imitation"}},
		"a suite notes a difference": {
			events + `{"Action":"output","Test":"TestX","Output":"    contract_test.go:1: differs: it works: not there (why)\n"}{"Action":"pass","Test":"TestX"}`,
			true,
			[]string{"2      0       2                  0", "differs: it works: not there (why)"},
		},
		"a case fails": {
			events + `{"Action":"output","Test":"TestX/bad","Output":"    suite.go:9: lost\n"}` + `{"Action":"fail","Test":"TestX/bad"}{"Action":"fail","Test":"TestX"}`,
			false,
			[]string{"3      1       1                  1", "fail: bad", "    lost"},
		},
		"nothing ran":            {`{"Action":"output","Output":"cannot compile\n"}{"Action":"fail"}`, false, []string{"0      0", "did not run", "cannot compile"}},
		"the test fails outside": {events + `{"Action":"output","Test":"TestX","Output":"  declared for nothing\n"}{"Action":"fail","Test":"TestX"}`, false, []string{"did not run as it should", "declared for nothing"}},
		"skipped as a whole":     {`{"Action":"skip","Test":"TestX"}`, false, []string{"did not run"}},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := read("x on y", strings.NewReader(c.events))
			if err != nil {
				t.Fatal(err)
			}
			var out strings.Builder
			if ok := write(&out, []report{r}); ok != c.ok {
				t.Errorf("ok is %v, want %v", ok, c.ok)
			}
			for _, want := range c.want {
				if !strings.Contains(out.String(), want) {
					t.Errorf("%q is missing in\n%s", want, out.String())
				}
			}
		})
	}
}

func TestBrokenEventsAreAnError(t *testing.T) {
	if _, err := read("x", strings.NewReader("no JSON")); err == nil {
		t.Error("no error")
	}
}
