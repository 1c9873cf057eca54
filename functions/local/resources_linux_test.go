package main

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"os"
	"strconv"
	"time"
)

// peak is the most memory that a process has had resident since it began, in MB of 1,000,000 bytes: VmHWM of
// proc(5). Only Linux tells it of a process that still runs.
func (p *process) peak() float64 {
	p.tb.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.command.Process.Pid))
	if err != nil {
		p.tb.Fatal(err)
	}
	_, rest, _ := bytes.Cut(status, []byte("VmHWM:"))
	var kibibytes float64
	if _, err := fmt.Sscanf(string(rest), "%f kB", &kibibytes); err != nil {
		p.tb.Fatalf("the peak of a process: %v", err)
	}
	return math.Ceil(kibibytes * 1024 / 1e6)
}

// cpu is the processor time that a process has used, in user and kernel mode, to a hundredth of a second. Beside other
// work on the same machine it says more than the clock does.
func (p *process) cpu() time.Duration {
	p.tb.Helper()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.command.Process.Pid))
	if err != nil {
		p.tb.Fatal(err)
	}
	// The name of the program stands in brackets and may hold anything; 14 and 15 of proc_pid_stat(5) are what counts.
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	user, bad := strconv.Atoi(string(fields[11]))
	kernel, worse := strconv.Atoi(string(fields[12]))
	if err := errors.Join(bad, worse); err != nil {
		p.tb.Fatalf("the processor time of a process: %v", err)
	}
	const ticks = 100 // a second, on every platform of Go
	return time.Duration(user+kernel) * time.Second / ticks
}
