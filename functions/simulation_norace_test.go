//go:build !race

package functions_test

// The size of the simulation where nobody asks for another; wrongJobs is how many jobs a seed has in which a wrong worker
// is to be found out.
const (
	defaultSeeds = 3
	defaultJobs  = 1500
	wrongJobs    = 800
)
