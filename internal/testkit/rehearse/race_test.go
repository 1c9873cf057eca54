//go:build race

package rehearse

const raceDetector = true
