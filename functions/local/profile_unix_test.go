//go:build unix

package main

import (
	"errors"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/pprof"
	"strings"
	"syscall"
)

// profiles is the folder that CPU profiles of the children go to. Where it is not set, none are made.
const profiles = "WINBACK_PROFILES"

// init makes a child begin a profile at the first signal and end it at the second, so that what is measured is profiled
// and nothing else.
func init() {
	folder := os.Getenv(profiles)
	if folder == "" || os.Getenv(asCommand) == "" {
		return
	}
	name := "winback.pprof"
	if len(os.Args) > 1 && !strings.HasPrefix(os.Args[1], "-") {
		name = os.Args[1] + ".pprof"
	}
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGUSR1)
	go func() {
		for range signals {
			path := filepath.Join(folder, name)
			file, err := os.Create(path + ".part")
			if err != nil || pprof.StartCPUProfile(file) != nil {
				panic(err)
			}
			<-signals
			pprof.StopCPUProfile()
			if err := errors.Join(file.Close(), os.Rename(path+".part", path)); err != nil {
				panic(err)
			}
		}
	}()
}

// profile begins profiles of both processes, where they are asked for, and returns what ends them.
func (i *installation) profile() (end func()) {
	folder := os.Getenv(profiles)
	if folder == "" {
		return func() {}
	}
	signalBoth := func() {
		i.must(i.winback.command.Process.Signal(syscall.SIGUSR1))
		i.must(i.simulator.command.Process.Signal(syscall.SIGUSR1))
	}
	files := []string{filepath.Join(folder, "winback.pprof"), filepath.Join(folder, "partner.pprof")}
	for _, file := range files {
		os.Remove(file)
	}
	signalBoth()
	return func() {
		signalBoth()
		for _, file := range files {
			i.must(until(i.Context(), func() (bool, int, error) {
				_, err := os.Stat(file)
				return err == nil, 0, nil
			}))
		}
	}
}
