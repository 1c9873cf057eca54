package sesinbound_test

import (
	"testing"

	"github.com/winback-auto/winback/internal/platform/mail/sesinbound"
)

// The texts are written as their authors publish them, but for the break that keeps scanners from finding this file.
func TestScannersFindTheTextsThatTheyAreTriedOutBy(t *testing.T) {
	const (
		spam  = "XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-" + "ANTI-UBE-TEST-EMAIL*C.34X"
		virus = `X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-` + "ANTIVIRUS-TEST-FILE!$H+H*"
	)
	for mail, want := range map[string][2]string{
		"":                              {"PASS", "PASS"},
		"I like the Golf.":              {"PASS", "PASS"},
		"Hello\r\n" + spam + "\r\nBye":  {"FAIL", "PASS"},
		"Hello\r\n" + virus + "\r\nBye": {"PASS", "FAIL"},
		virus + spam:                    {"FAIL", "FAIL"},
		"GTUBE and EICAR-STANDARD":      {"PASS", "PASS"},
	} {
		if spam, virus := sesinbound.Scan([]byte(mail)); [2]string{spam, virus} != want {
			t.Errorf("%q: spam %s, virus %s; want %s", mail, spam, virus, want)
		}
	}
}
