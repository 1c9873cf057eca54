//go:build race

package recapture_test

// seeds of the simulation: the race detector makes it many times slower, and looks for something else.
const seeds = 1
