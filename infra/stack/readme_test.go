package stack_test

import (
	"os"
	"path"
	"regexp"
	"strings"
	"testing"

	"github.com/winback-auto/winback/infra/stack"
	"github.com/winback-auto/winback/internal/testkit/template"
)

// row is a line of the README's table of alarms: one or two names, with * for a function or a queue.
var row = regexp.MustCompile("(?m)^\\| (`[a-z*-]+`(?:, `[a-z*-]+`)*) \\|.+\\|.+\\|$")

// Every alarm that can come is in the README, and nothing there that cannot.
func TestTheReadmeKnowsEveryAlarm(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]int{}
	for _, match := range row.FindAllStringSubmatch(string(readme), -1) {
		for name := range strings.SplitSeq(match[1], ", ") {
			known[strings.Trim(name, "`")] = 0
		}
	}
	alarms := 0
	for _, env := range stack.Environments {
		for _, s := range deployed(t, env).App.Stacks {
			for _, r := range s.Of("AWS::CloudWatch::Alarm") {
				alarms++
				name := strings.TrimPrefix(template.Text(r.Properties, "AlarmName"), env.Name(""))
				told := false
				for pattern := range known {
					if fits, _ := path.Match(pattern, name); fits {
						known[pattern]++
						told = true
					}
				}
				if !told {
					t.Errorf("the README does not say what to do about %s", name)
				}
			}
		}
	}
	for pattern, n := range known {
		if n == 0 {
			t.Errorf("the README speaks of %s, and there is no such alarm", pattern)
		}
	}
	if alarms < 100 || len(known) < 12 {
		t.Errorf("%d alarms and %d lines about them", alarms, len(known))
	}
}
