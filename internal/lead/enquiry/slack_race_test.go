//go:build race

package enquiry_test

// slack is how much more is allocated under the race detector, which takes what pools would keep.
const slack = 16
