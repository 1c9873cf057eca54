//go:build !race

package recapture_test

// seeds of the simulation.
const seeds = 10
