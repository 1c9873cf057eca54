package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/winback-auto/winback/functions"
	"github.com/winback-auto/winback/internal/local/jwtidentity"
	"github.com/winback-auto/winback/internal/local/localhost"
	"github.com/winback-auto/winback/internal/partner/autograb"
)

// invoke delivers the event in a file to one function, on a data folder that nobody serves, and prints the answer. The
// messages that the function sends wait there for the next server.
func invoke(ctx context.Context, c console, args []string) (err error) {
	s := settings{logTo: c.log}
	f := flag.NewFlagSet("local invoke", flag.ContinueOnError)
	f.StringVar(&s.data, "data", ".winback", "data `folder`")
	f.StringVar(&s.addr, "addr", "127.0.0.1:8080", "`address` of the interface, as the function tells others")
	f.StringVar(&s.partnerURL, "partner", "http://127.0.0.1:8081", "base `URL` of the partner")
	f.StringVar(&s.log, "log", "info", "least `level` of log lines on standard error: debug, info, warn or error")
	named := 0
	for named < len(args) && !strings.HasPrefix(args[named], "-") {
		named++
	}
	if err := parse(c, f, args[named:]); err != nil {
		return err
	}
	if named != 2 {
		return errors.New("name a function and a file with its event: local invoke lead-api events/lead-api/list.json")
	}
	name, file := args[0], args[1]
	payload, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	log, err := s.logger()
	if err != nil {
		return err
	}
	if err := served(s.data); err != nil {
		return err
	}
	partner := autograb.Options{BaseURL: s.partnerURL}
	host, err := localhost.Open(localhost.Options{
		Dir: s.data, BaseURL: "http://" + s.addr, Functions: functions.All(autograb.Dial(partner), autograb.DialValuer(partner), autograb.ParsePush), Wall: time.Now, Log: log,
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, host.Close()) }()
	answer, err := host.Invoke(ctx, name, payload)
	if err != nil {
		return err
	}
	var shown bytes.Buffer
	if err := json.Indent(&shown, answer, "", "  "); err != nil {
		return fmt.Errorf("the answer is no JSON: %w", err)
	}
	_, err = fmt.Fprintln(c.out, shown.String())
	return err
}

// served is an error where a folder was never served: opening would make it a data folder, and each that was served has a
// key to sign with.
func served(folder string) error {
	if _, err := os.Stat(filepath.Join(folder, jwtidentity.KeyName)); err != nil {
		return fmt.Errorf("%s is no data folder of Winback: %w", folder, err)
	}
	return nil
}
