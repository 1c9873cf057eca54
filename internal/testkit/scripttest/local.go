package scripttest

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/mail"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// local asks one of the addresses that only local mode has.
func (s *story) local(method, path string, body, into any) error {
	if !s.running {
		return errNotStarted
	}
	sent, err := json.Marshal(body)
	if err != nil {
		return err
	}
	r, err := http.NewRequest(method, s.at.Winback+path, strings.NewReader(string(sent)))
	if err != nil {
		return err
	}
	got, err := s.exchange(r)
	if err != nil {
		return err
	}
	s.last = got
	if got.status != http.StatusOK {
		return fmt.Errorf("status %d", got.status)
	}
	return json.Unmarshal(got.body, into)
}

// signIn is an access token of a user, made once.
func (s *story) signIn(email, ttl string) (string, error) {
	if token := s.tokens[email]; token != "" && ttl == "" {
		return token, nil
	}
	var answer struct{ Token string }
	body := map[string]string{"email": email}
	if ttl != "" {
		body["ttl"] = ttl
	}
	if err := s.local(http.MethodPost, "/_local/token", body, &answer); err != nil {
		return "", fmt.Errorf("%s cannot sign in: %w", email, err)
	}
	if ttl == "" {
		s.tokens[email] = answer.Token
	}
	return answer.Token, nil
}

func (s *story) token(ts *testscript.TestScript, args []string) error {
	ttl := "1h"
	if len(args) > 2 {
		ttl = args[2]
	}
	token, err := s.signIn(args[1], ttl)
	if err == nil {
		ts.Setenv(args[0], token)
	}
	return err
}

func (s *story) drain(*testscript.TestScript, []string) error {
	var answer struct {
		Drained bool
		Dead    map[string]int
	}
	if err := s.local(http.MethodPost, "/_local/drain", map[string]string{"timeout": "45s"}, &answer); err != nil {
		return err
	}
	if !answer.Drained || len(answer.Dead) > 0 {
		return errors.New("work is left, or dead")
	}
	return nil
}

func (s *story) advance(_ *testscript.TestScript, args []string) error {
	var answer struct{ Now string }
	return s.local(http.MethodPost, "/_local/clock", map[string]string{"advance": args[0]}, &answer)
}

func (s *story) propagate(*testscript.TestScript, []string) error {
	if s.world.Propagation > 0 {
		<-time.After(s.world.Propagation)
	}
	return nil
}

// allMails is more mails than any script causes.
const allMails = 100_000

func (s *story) mail(ts *testscript.TestScript, args []string) error {
	var outbox struct{ Items []map[string]any }
	if err := s.local(http.MethodGet, fmt.Sprintf("/_local/outbox?limit=%d", allMails), struct{}{}, &outbox); err != nil {
		return err
	}
	switch args[0] {
	case "count":
		return count(outbox.Items, args[1:])
	case "with":
		return with(outbox.Items, args[1:])
	}
	if args[0] == "find" && len(outbox.Items) > 0 && len(args) == 3 {
		text, _ := outbox.Items[0]["text"].(string)
		return found(ts, args[1], args[2], text)
	}
	pattern, err := regexp.Compile(args[1])
	switch {
	case err != nil:
		return err
	case len(args) > 2:
		return errors.New("put the pattern into quotes")
	case len(outbox.Items) == 0:
		return errors.New("there is no mail")
	}
	text, ok := outbox.Items[0][args[0]].(string)
	if !ok {
		return fmt.Errorf("a mail has no %s", args[0])
	}
	if !pattern.MatchString(text) {
		return fmt.Errorf("the newest mail says %q", text)
	}
	return nil
}

// count compares the number of mails, or of those to an address.
func count(mails []map[string]any, args []string) error {
	want, err := strconv.Atoi(args[0])
	if err != nil {
		return err
	}
	got := 0
	for _, m := range mails {
		to, _ := m["to"].(string)
		address, err := mail.ParseAddress(to)
		if len(args) == 1 || err == nil && address.Address == args[1] {
			got++
		}
	}
	if got != want {
		return fmt.Errorf("there are %d", got)
	}
	return nil
}

// with checks how many mails have a text that matches.
func with(mails []map[string]any, args []string) error {
	if len(args) != 2 {
		return errors.New("give a number and a pattern")
	}
	pattern, err := regexp.Compile(args[1])
	if err != nil {
		return err
	}
	found := 0
	for _, m := range mails {
		if text, ok := m["text"].(string); ok && pattern.MatchString(text) {
			found++
		}
	}
	if args[0] != strconv.Itoa(found) {
		return fmt.Errorf("there are %d", found)
	}
	return nil
}
