//go:build race

package functions_test

// The size of the simulation where the race detector makes everything slower.
const (
	defaultSeeds = 1
	defaultJobs  = 800
	replayJobs   = 100
)
