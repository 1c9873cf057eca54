package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"
)

// screen is what a demo is played on: a terminal, on which bars move, or a file or pipe, which gets one line for each.
type screen struct {
	io.Writer
	moves bool
}

func newScreen(w io.Writer) screen {
	file, ok := w.(*os.File)
	return screen{w, ok && term.IsTerminal(int(file.Fd()))}
}

func (s screen) say(format string, args ...any) { fmt.Fprintf(s, format, args...) }

// follow shows how something goes on, as ask says, until all is reached.
func (s screen) follow(ctx context.Context, name string, ask func() (reached, total int, err error)) error {
	var reached, total, drawn int
	err := until(ctx, func() (done bool, progress int, err error) {
		if reached, total, err = ask(); err != nil {
			return false, 0, err
		}
		if !s.moves {
			return reached >= total, reached, nil
		}
		// The bar runs after what was reached: that comes in leaps, and an eye follows a movement.
		drawn += min(reached-drawn, max((reached-drawn+2)/3, 1))
		s.say("\r   %-11s%s %d of %d\x1b[K", name, bar(drawn, total), reached, total)
		return reached >= total && drawn >= reached, reached + drawn, nil
	})
	switch {
	case s.moves:
		s.say("\n")
	case err == nil:
		s.say("   %-11s%d of %d\n", name, reached, total)
	}
	return err
}

// bar draws a part of a whole, to an eighth of a character.
func bar(part, whole int) string {
	const width = 40
	eighths := width * 8
	if whole > 0 {
		eighths = part * width * 8 / whole
	}
	full := strings.Repeat("█", eighths/8)
	if rest := eighths % 8; rest > 0 {
		full += string([]rune("▏▎▍▌▋▊▉")[rest-1])
	}
	return full + strings.Repeat("░", width-len([]rune(full)))
}

// every is how often the demo asks how far things are.
const every = 50 * time.Millisecond

// until asks again and again until done, within a minute without news.
func until(ctx context.Context, ask func() (done bool, progress int, err error)) error {
	const patience = time.Minute
	timer := time.NewTicker(every)
	defer timer.Stop()
	last, since := -1, time.Now()
	for {
		done, progress, err := ask()
		if done || err != nil {
			return err
		}
		if progress != last {
			last, since = progress, time.Now()
		}
		if time.Since(since) > patience {
			return fmt.Errorf("nothing has happened for %v; see the log with -log info", patience)
		}
		select {
		case <-timer.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
