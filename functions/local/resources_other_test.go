//go:build !linux

package main

import (
	"math"
	"time"
)

// peak is unknown here: nothing portable tells the peak of another process.
func (p *process) peak() float64 { return math.NaN() }

// cpu is unknown here, for the same reason.
func (p *process) cpu() time.Duration { return 0 }
