package scripttest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// answer is what came back.
type answer struct {
	request string
	status  int
	header  http.Header
	body    []byte
}

// shown bounds the part of a body that a failure shows, in bytes.
const shown = 4000

// String shows the exchange below the message of a failure.
func (a *answer) String() string {
	if a == nil {
		return ""
	}
	body := a.body
	var pretty bytes.Buffer
	if json.Indent(&pretty, body, "    ", "  ") == nil {
		body = pretty.Bytes()
	}
	more := ""
	if len(body) > shown {
		body, more = body[:shown], " …"
	}
	return fmt.Sprintf("\n  request: %s\n  answer:  %d %s\n    %s%s", a.request, a.status, a.header.Get("Content-Type"), body, more)
}

var errNoAnswer = errors.New("there was no request")

// value finds a place in the JSON of the last answer.
func (s *story) value(path string) (any, error) {
	if s.last == nil {
		return nil, errNoAnswer
	}
	decoder := json.NewDecoder(bytes.NewReader(s.last.body))
	decoder.UseNumber()
	var root any
	if err := decoder.Decode(&root); err != nil {
		return nil, fmt.Errorf("the answer is no JSON: %w", err)
	}
	return at(root, path)
}

func (s *story) status(_ *testscript.TestScript, args []string) error {
	switch {
	case s.last == nil:
		return errNoAnswer
	case args[0] != strconv.Itoa(s.last.status):
		return fmt.Errorf("the status is %d", s.last.status)
	}
	return nil
}

func (s *story) header(_ *testscript.TestScript, args []string) error {
	if s.last == nil {
		return errNoAnswer
	}
	values := s.last.header.Values(args[0])
	if len(values) == 0 {
		return errors.New("there is no such header")
	}
	return matches(append(args, ".*")[1], strings.Join(values, ", "))
}

func (s *story) body(_ *testscript.TestScript, args []string) error {
	if s.last == nil {
		return errNoAnswer
	}
	if matches(args[0], string(s.last.body)) != nil {
		return errors.New("the body does not match")
	}
	return nil
}

func matches(pattern, text string) error {
	expression, err := regexp.Compile(pattern)
	if err == nil && !expression.MatchString(text) {
		err = fmt.Errorf("%q does not match", text)
	}
	return err
}

func (s *story) json(_ *testscript.TestScript, args []string) error {
	value, err := s.value(args[0])
	if len(args) == 1 {
		return err
	}
	return check(value, err, args[1:])
}

// problem checks a problem document as RFC 9457 and api.md have it.
func (s *story) problem(_ *testscript.TestScript, args []string) error {
	if err := s.status(nil, args[:1]); err != nil {
		return err
	}
	if s.world.Gateway && len(args) == 1 && s.last.ofGateway() {
		return nil
	}
	var p struct {
		Type, Title, Detail, Instance string
		Status                        int
		Errors                        []struct{ Location, Message string }
	}
	if media := s.last.header.Get("Content-Type"); media != "application/problem+json" {
		return fmt.Errorf("the media type is %q", media)
	}
	if err := json.Unmarshal(s.last.body, &p); err != nil {
		return err
	}
	if !strings.HasPrefix(p.Type, "/problems/") || p.Title == "" || p.Detail == "" || p.Instance == "" || p.Status != s.last.status {
		return errors.New("a member of the problem document is missing or wrong")
	}
	var got []string
	for _, e := range p.Errors {
		if e.Message == "" {
			return fmt.Errorf("nothing is said about %s", e.Location)
		}
		got = append(got, e.Location)
	}
	want := slices.Sorted(slices.Values(args[1:]))
	slices.Sort(got)
	if len(want) > 0 && !slices.Equal(slices.Compact(got), want) {
		return fmt.Errorf("the locations are %v", got)
	}
	return nil
}

// gatewayRefusals are what API Gateway says in its own name, without asking a function.
var gatewayRefusals = map[int]string{
	http.StatusUnauthorized: "Unauthorized", http.StatusForbidden: "Forbidden", http.StatusNotFound: "Not Found",
	http.StatusRequestEntityTooLarge: "Request Entity Too Large", http.StatusRequestHeaderFieldsTooLarge: "Request Header Fields Too Large",
	http.StatusTooManyRequests: "Too Many Requests",
}

// ofGateway reports whether API Gateway has given the answer itself.
func (a *answer) ofGateway() bool {
	var said map[string]string
	return a.header.Get("Content-Type") == "application/json" && json.Unmarshal(a.body, &said) == nil && len(said) == 1 && said["message"] == gatewayRefusals[a.status] && said["message"] != ""
}

func (s *story) save(ts *testscript.TestScript, args []string) error {
	value, err := s.value(args[1])
	if err != nil {
		return err
	}
	ts.Setenv(args[0], text(value))
	return nil
}

func (s *story) keep(ts *testscript.TestScript, args []string) error {
	if s.last == nil {
		return errNoAnswer
	}
	return os.WriteFile(ts.MkAbs(args[0]), s.last.body, 0o600)
}

// again is how often until asks.
const again = 20 * time.Millisecond

func (s *story) until(ts *testscript.TestScript, args []string) error {
	limit, err := time.ParseDuration(args[0])
	if err != nil {
		return err
	}
	ask, hold, err := split(args[1:])
	if err != nil {
		return err
	}
	all := table()
	timer := time.NewTicker(again)
	defer timer.Stop()
	for deadline := time.Now().Add(limit); ; <-timer.C {
		err := all[ask[0]].run(s, ts, ask[1:])
		if err == nil {
			err = all[hold[0]].run(s, ts, hold[1:])
		}
		if err == nil || time.Now().After(deadline) {
			return err
		}
	}
}

// split parts a request from the check behind it.
func split(line []string) (ask, hold []string, err error) {
	i := slices.IndexFunc(line, func(word string) bool { return word == "json" || word == "status" || word == "body" })
	if line[0] != "http" && line[0] != "partner" || i < 3 || i == len(line)-1 {
		return nil, nil, errors.New("want a request and a check of its answer")
	}
	return line[:i], line[i:], nil
}
