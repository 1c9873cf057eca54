package scripttest

import (
	"errors"
	"fmt"

	"github.com/rogpeppe/go-internal/testscript"
)

var (
	errNotStarted = errors.New("the server does not run: begin with start")
	errRuns       = errors.New("the server runs already")
)

func (s *story) start(_ *testscript.TestScript, args []string) error {
	switch {
	case s.running:
		return errRuns
	case s.server != nil && len(args) > 0:
		return errors.New("started again, it is the same server: start takes no name")
	case s.server == nil:
		name := ""
		if len(args) > 0 {
			name = args[0]
		}
		begin, ok := s.servers[name]
		if !ok {
			return fmt.Errorf("there is no server %q", name)
		}
		s.server = begin(s.tb, s.folder)
	}
	at, err := s.server.Start()
	if err != nil {
		return err
	}
	s.at, s.running = at, true
	return nil
}

func (s *story) restart(ts *testscript.TestScript, _ []string) error {
	if !s.running {
		return errNotStarted
	}
	s.running = false
	if err := s.server.Stop(); err != nil {
		return err
	}
	return s.start(ts, nil)
}

func (s *story) crash(*testscript.TestScript, []string) error {
	if !s.running {
		return errNotStarted
	}
	if err := s.server.Kill(); err != nil {
		return err
	}
	s.running = false
	return nil
}
