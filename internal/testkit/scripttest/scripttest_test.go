package scripttest

import (
	"strings"
	"testing"
)

func TestAStoryThatIsTrueHolds(t *testing.T) { Run(t, "testdata", servers()) }

func TestAStoryThatIsNotTrueFails(t *testing.T) {
	for name, script := range map[string]string{
		"no start":             "http GET /x",
		"no server":            "start nowhere",
		"started twice":        "start\nstart",
		"crash of an immortal": "start\ncrash",
		"named again":          "start mortal\ncrash\nstart mortal",
		"unknown command":      "start\nhttps GET /x",
		"few words":            "start\nhttp GET",
		"many words":           "start\nhttp GET /x a b",
		"unknown flag":         "start\nhttp -q x GET /x",
		"no path":              "start\nhttp GET x",
		"bad header":           "start\nhttp -H X GET /x",
		"no file":              "start\nhttp POST /x none.csv",
		"stranger":             "start\nas stranger\nhttp GET /x",
		"no answer yet":        "start\nstatus 200",
		"status":               "start\nhttp GET /x\nstatus 201",
		"header":               "start\nhttp GET /x\nheader Nothing",
		"header's value":       "start\nhttp GET /x\nheader Content-Type text/html",
		"no header":            "start\nhttp GET /x\n! header Content-Type",
		"body":                 "start\nhttp GET /plain\nbody nothing",
		"no body":              "start\nhttp GET /plain\n! body text",
		"json":                 "start\nhttp GET /x\njson .method POST",
		"not json":             "start\nhttp GET /x\n! json .method GET",
		"absent":               "start\nhttp GET /x\njson .nothing",
		"no json":              "start\nhttp GET /plain\njson . absent",
		"no problem":           "start\nhttp GET /x\nproblem 200",
		"problem's status":     "start\nhttp GET /refused\nproblem 400",
		"problem's places":     "start\nhttp GET /refused\nproblem 422 body.a",
		"save of nothing":      "start\nhttp GET /x\nsave X .nothing",
		"until too late":       "start\nuntil 1ms http GET /x json .method POST",
		"until without check":  "start\nuntil 1s http GET /x and then",
		"until what":           "start\nuntil soon http GET /x json .method GET",
		"until of no request":  "start\nuntil 1s mail count 1 json .method GET",
		"dead letters":         "start broken\ndrain",
		"mails":                "start\nmail count 3",
		"mails to":             "start\nmail count 2 ann@mail.example",
		"mail":                 "start\nmail subject Older",
		"mails with a text":    "start\nmail with 3 AUD",
		"mails without a text": "start\nmail with 1",
		"mail's part":          "start\nmail colour red",
		"encoding":             "start\nencode ebcdic a b\n-- a --\nx",
		"size":                 "start\nfill a many",
	} {
		t.Run(name, func(t *testing.T) {
			if failed, said := tell(t, script+"\n"); !failed {
				t.Errorf("it held:\n%s", said)
			}
		})
	}
}

func TestAFailureShowsRequestAnswerAndLine(t *testing.T) {
	_, said := tell(t, "start\nhttp POST /x '{\"a\": 1}'\njson .method GET\n")
	for _, want := range []string{"a.txtar:3", "json .method GET: is POST", "request: POST /x", "answer:  200 application/json", `"body": "{\"a\": 1}"`} {
		if !strings.Contains(said, want) {
			t.Errorf("%q is missing in\n%s", want, said)
		}
	}
}
