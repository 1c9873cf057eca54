package pebbledb

import (
	"fmt"
	"log/slog"
	"os"
)

// logger hands Pebble's messages to slog.
type logger struct{ log *slog.Logger }

// Infof is about flushes and compactions, which only somebody who looks for them wants to see.
func (l logger) Infof(format string, args ...any) {
	if l.log != nil {
		l.log.Debug("store", "message", fmt.Sprintf(format, args...))
	}
}

func (l logger) Errorf(format string, args ...any) {
	if l.log != nil {
		l.log.Error("store", "message", fmt.Sprintf(format, args...))
	}
}

// Fatalf must not return: a store that can no longer write its log must not answer anything more, and a panic could be
// recovered by a server above.
func (l logger) Fatalf(format string, args ...any) {
	l.Errorf(format, args...)
	fmt.Fprintf(os.Stderr, "the store has to stop: "+format+"\n", args...)
	os.Exit(1)
}
