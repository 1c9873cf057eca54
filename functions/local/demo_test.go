package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/winback-auto/winback/internal/local/fleet"
)

// TestTheDemoPrintsWhatTheInterfaceSays plays a small demo, serves its data again, and compares.
func TestTheDemoPrintsWhatTheInterfaceSays(t *testing.T) {
	s := small(t)
	var out, log bytes.Buffer
	err := run(t.Context(), console{&out, &log}, []string{"demo", "-addr", s.addr, "-partner-addr", s.partnerAddr, "-data", s.data, "-cars", "200"})
	if err != nil || log.Len() > 0 {
		t.Fatalf("%v\n%s\n%s", err, out.String(), log.String())
	}
	if strings.ContainsAny(out.String(), "\r\x1b") {
		t.Errorf("a pipe gets what only a terminal understands:\n%q", out.String())
	}

	_, anonymous := up(t, s)
	manager, err := anonymous.signIn(t.Context(), "manager@harbour.example")
	if err != nil {
		t.Fatal(err)
	}
	p := performance{anonymous: anonymous, manager: manager}
	var sum summary
	var mails struct{ Items []struct{ Subject string } }
	var leads struct {
		Items []struct{ ID, Status, Notes string }
	}
	for path, into := range map[string]any{"/v1/recaptures/summary": &sum, "/v1/leads?limit=1": &leads} {
		if err := p.manager.get(t.Context(), path, into); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.anonymous.get(t.Context(), "/_local/outbox", &mails); err != nil {
		t.Fatal(err)
	}
	if sum.TotalCustomers != 200 || sum.CapturedCustomers != 6 || sum.ByStatus["new_sighting"] != 5 || len(mails.Items) != 2 || len(leads.Items) != 1 {
		t.Errorf("%+v, %d mails, leads %+v: that is not the demo", sum, len(mails.Items), leads)
	}
	for _, want := range []string{
		"200 rows: 200 accepted, 0 duplicates, 0 rejected",
		"queued     200 of 200", "submitted  200 of 200", "watched    200 of 200", "200 watched, 0 refused by the partner, 0 duplicates",
		"6 rows of listings, 6 cars for sale", "pushed     6 of 6", "looked up  6 of 6", "1 mails in the outbox", "2 mails in the outbox", "6 unread notifications",
		fmt.Sprintf("the latest: %q", mails.Items[0].Subject), "lead " + leads.Items[0].ID + " is " + leads.Items[0].Status,
		fmt.Sprintf("cars on the list      %6d", sum.TotalCustomers), fmt.Sprintf("their customers       %6d", sum.DistinctCustomers),
		fmt.Sprintf("cars seen online      %6d", sum.CapturedCustomers), fmt.Sprintf("nobody looked at yet  %6d", sum.ByStatus["new_sighting"]),
		"make dev DATA=" + s.data,
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the demo did not print %q:\n%s", want, out.String())
		}
	}
}

func TestADemoWithTheUsersOwnFiles(t *testing.T) {
	folder := t.TempDir()
	write := func(name, content string) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	cars := fleet.Generate(1, 3)
	list := write("my.csv", "Make;VIN\r\nM\xfcller;"+cars[0].VIN+"\r\n;"+cars[1].VIN+"\r\n;nonsense\r\n") // as a spreadsheet of the West has it
	for name, test := range map[string]struct {
		file, listings string
		want           []string
		failure        string
	}{
		"list and feed": {list, write("feed.csv", "vin,price\n"+cars[1].VIN+",15000\n"), []string{"3 rows: 2 accepted, 0 duplicates, 1 rejected", "line 4, vin: ", "looked up  1 of 1", " for AUD 15000", "lead "}, ""},
		"list alone":    {list, "", []string{"looked up  0 of 0", "None of the cars is in this feed. It is the sample's; give your own with LISTINGS=feed.csv.", "There is no sighting"}, ""},
		"another feed":  {list, write("other.csv", "vin\n"+cars[2].VIN+"\n"), []string{"None of the cars is in this feed. Cars are met by vin, or by rego and state."}, ""},
		"feed alone":    {"", write("other.csv", "vin\n"+cars[2].VIN+"\n"), []string{"The list is the sample; give your own with FILE=my.csv."}, ""},
		"no list":       {write("letter.csv", "Dear Sir,\n"), "", nil, "A list is CSV with a line of column names"},
		"no good row":   {write("bad.csv", "vin\nnonsense\n"), "", []string{"0 accepted", "line 2, vin"}, "none of the rows can be watched"},
	} {
		t.Run(name, func(t *testing.T) {
			args := []string{"demo", "-addr", "127.0.0.1:0", "-partner-addr", "127.0.0.1:0", "-data", filepath.Join(t.TempDir(), "demo"), "-cars", "20"}
			for flag, value := range map[string]string{"-file": test.file, "-listings": test.listings} {
				if value != "" {
					args = append(args, flag, value)
				}
			}
			var out, log bytes.Buffer
			err := run(t.Context(), console{&out, &log}, args)
			if test.failure == "" && err != nil || test.failure != "" && (err == nil || !strings.Contains(err.Error(), test.failure)) {
				t.Errorf("%v\n%s", err, log.String())
			}
			for _, want := range test.want {
				if !strings.Contains(out.String(), want) {
					t.Errorf("the demo did not print %q:\n%s", want, out.String())
				}
			}
		})
	}
}

// TestLogsHoldNoPersonalDataAndNoSecrets plays a demo with the most talkative log, lets a good deal go wrong, and then looks
// for everything that a log must not hold.
func TestLogsHoldNoPersonalDataAndNoSecrets(t *testing.T) {
	s := small(t)
	var out bytes.Buffer
	log := new(lockedBuffer)
	if err := run(t.Context(), console{&out, log}, []string{"demo", "-addr", s.addr, "-partner-addr", s.partnerAddr, "-data", s.data, "-cars", "100", "-log", "debug"}); err != nil {
		t.Fatal(err)
	}
	s.log, s.logTo = "debug", log
	w, err := start(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	anonymous, simulator := client{base: w.host.Deps().Site.BaseURL}, client{base: w.partnerURL}
	manager, err := anonymous.signIn(t.Context(), "manager@harbour.example")
	if err != nil {
		t.Fatal(err)
	}
	more := fleet.Generate(77, 60)
	var list, feed bytes.Buffer
	for _, err := range []error{fleet.WriteList(&list, more), fleet.WriteListings(&feed, more, 1, 1)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	// The partner fails and repeats itself while a list is submitted and seen, and clients send what cannot be taken.
	step := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	step(simulator.post(t.Context(), "/_sim/faults", map[string]any{"rate500": 0.3, "rate429": 0.2, "duplicate": 0.5, "wrongToken": 0.3}, nil))
	step(manager.call(t.Context(), http.MethodPost, "/v1/recaptures/uploads", "text/csv", &list, nil))
	step(anonymous.post(t.Context(), "/_local/clock", map[string]string{"advance": "1h"}, nil))
	step(simulator.call(t.Context(), http.MethodPost, "/_sim/listings", "text/csv", &feed, nil))
	step(anonymous.post(t.Context(), "/_local/clock", map[string]string{"advance": "26h"}, nil))
	for path, body := range map[string]string{
		"/v1/customers":              `{"first":"Zebulon","last":"Quackenbush","email":"zebulon@quackenbush.example","mobile":"+61491570156","x":1}`,
		"/v1/leads":                  `{"customer":"Quackenbush"`,
		"/v1/recaptures":             `{"vehicles":[{"vin":"QUACKENBUSH000001"}]}`,
		"/webhooks/autograb/unknown": `{"event":"recapture_new","customer":{"id":"Quackenbush"}}`,
		"/_local/token":              `{"email":"zebulon@quackenbush.example"}`,
	} {
		if err := manager.call(t.Context(), http.MethodPost, path, "application/json", strings.NewReader(body), nil); err == nil {
			t.Errorf("%s takes %s", path, body)
		}
	}
	step(w.close())

	text := log.String()
	if n := strings.Count(text, "\n"); n < 300 {
		t.Fatalf("%d lines of a log are hardly a demo:\n%s", n, text)
	}
	words := strings.FieldsFunc(text, func(r rune) bool { return !('0' <= r && r <= '9' || 'A' <= r && r <= 'Z' || 'a' <= r && r <= 'z') })
	slices.Sort(words)
	for _, secret := range personal(t, append(more, fleet.Generate(demoSeed, 100)...)) {
		if _, found := slices.BinarySearch(words, secret); found {
			t.Errorf("the log has %q, for example in\n%s", secret, lineWith(text, secret))
		}
	}
	for _, pattern := range []string{`@[a-z-]+\.example`, `eyJ[A-Za-z0-9_-]{10}`, `sec_`, `(?i)quackenbush|zebulon`, `Bearer`, `webhooks/autograb/[A-Za-z0-9]`, `\b(61|0)4\d{2} ?\d{3} ?\d{3}\b`} {
		if found := regexp.MustCompile(pattern).FindString(text); found != "" {
			t.Errorf("the log has %q, for example in\n%s", found, lineWith(text, found))
		}
	}
}

// personal are the words by which the customers of cars and the users are known.
func personal(t *testing.T, cars []fleet.Car) (words []string) {
	t.Helper()
	var list bytes.Buffer
	if err := fleet.WriteList(&list, cars); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&list).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	columns := rows[0]
	for _, row := range rows[1:] {
		for _, name := range []string{"vin", "rego", "customer_first_name", "customer_last_name"} {
			words = append(words, row[slices.Index(columns, name)])
		}
	}
	return append(words, "Mara", "Sofia", "Ada")
}

func lineWith(text, word string) string {
	for line := range strings.Lines(text) {
		if strings.Contains(line, word) {
			return line
		}
	}
	return ""
}
