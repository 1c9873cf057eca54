package scripttest

import (
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// command is a line of a script. An error fails the script, or with ! in front of the line, is what it wants.
type command struct {
	usage    string
	says     string
	fewest   int  // arguments
	most     int  // -1: any number
	negative bool // may stand behind !
	run      func(*story, *testscript.TestScript, []string) error
}

// table lists the commands. ${NAME} is a variable of the script even inside of quotes, and in files of
// JSON, of forms and of mails that are sent.
func table() map[string]command {
	return map[string]command{
		"start":   {"start [name]", "start the server, or start it again after crash", 0, 1, false, (*story).start},
		"restart": {"restart", "stop the server in good order and start it on the same data", 0, 0, false, (*story).restart},
		"crash":   {"crash", "end the server at once, whatever it is doing", 0, 0, false, (*story).crash},

		"as":      {"as email|nobody", "who sends the following requests", 1, 1, false, (*story).as},
		"token":   {"token NAME email [ttl]", "save an access token of a user", 2, 3, false, (*story).token},
		"http":    {"http [-as who] [-H 'Name: value'] [-F field=file] METHOD path [file or JSON]", "send a request to the interface", 2, -1, false, (*story).http},
		"partner": {"partner [-H 'Name: value'] METHOD path [file or JSON]", "send a request to the partner simulator", 2, -1, false, (*story).partner},

		"status":  {"status code", "check the status of the last answer", 1, 1, false, (*story).status},
		"header":  {"header Name [regexp]", "check that the last answer has a header that matches", 1, 2, true, (*story).header},
		"body":    {"body regexp", "check that the body of the last answer matches", 1, 1, true, (*story).body},
		"json":    {"json path [want | exists | absent | matches regexp | op number]", "check the JSON of the last answer; see path.go and want.go", 1, 3, true, (*story).json},
		"problem": {"problem code [location …]", "check that the last answer is a problem document that names these locations, and no others where it names any; what API Gateway refuses itself may have its own body", 1, -1, false, (*story).problem},
		"save":    {"save NAME path", "keep a value of the last answer's JSON as $NAME", 2, 2, false, (*story).save},
		"keep":    {"keep file", "keep the body of the last answer as a file", 1, 1, false, (*story).keep},
		"find":    {"find NAME regexp", "keep what the group of a pattern finds in the body of the last answer as $NAME", 2, 2, false, (*story).find},
		"encode":  {"encode bom|crlf|utf-16le|utf-16be|windows-1252 from to", "write a file as another program would have saved it", 3, 3, false, (*story).encode},
		"fill":    {"fill file n", "write a file of n bytes", 2, 2, false, (*story).fill},
		"until":   {"until duration http … (json|status|body) …", "repeat a request until a check of its answer holds", 4, -1, false, (*story).until},

		"drain":     {"drain", "wait until nothing is left to do now; dead letters are a failure", 0, 0, false, (*story).drain},
		"propagate": {"propagate", "wait until every function knows a change of roles; on one machine that is at once", 0, 0, false, (*story).propagate},
		"advance":   {"advance duration", "move the application clock forward", 1, 1, false, (*story).advance},
		"mail":      {"mail count n [address] | mail with n regexp | mail to|from|subject|text|html regexp | mail find NAME regexp", "check the outbox, the texts in it, or its newest mail, or keep what the group of a pattern finds in its text as $NAME", 2, 3, true, (*story).mail},
	}
}

// commands are the lines of the table as testscript takes them.
func commands() map[string]func(*testscript.TestScript, bool, []string) {
	all := map[string]func(*testscript.TestScript, bool, []string){}
	for name, c := range table() {
		all[name] = func(ts *testscript.TestScript, neg bool, args []string) {
			if len(args) < c.fewest || c.most >= 0 && len(args) > c.most || neg && !c.negative {
				ts.Fatalf("usage: %s\n(%s)", c.usage, c.says)
			}
			for i := range args {
				args[i] = expand(ts, args[i])
			}
			story := ts.Value(storyKey{}).(*story)
			err := c.run(story, ts, args)
			switch {
			case err != nil && !neg:
				ts.Fatalf("%s %s: %v%s", name, strings.Join(args, " "), err, story.last)
			case err == nil && neg:
				ts.Fatalf("%s %s holds, and should not%s", name, strings.Join(args, " "), story.last)
			}
		}
	}
	return all
}
