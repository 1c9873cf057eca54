//go:build !race

package enquiry_test

// slack is how much more is allocated than without the race detector.
const slack = 1
