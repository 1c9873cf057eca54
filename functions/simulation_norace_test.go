//go:build !race

package functions_test

// The size of the simulation where nobody asks for another.
const (
	defaultSeeds = 3
	defaultJobs  = 1500
	replayJobs   = 300
)
