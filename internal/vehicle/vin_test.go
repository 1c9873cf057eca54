package vehicle_test

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/winback-auto/winback/internal/vehicle"
)

func TestAVINIsJudgedByLengthAndAlphabetOnly(t *testing.T) {
	for name, test := range map[string]struct {
		vin      string
		valid    bool
		warned   bool
		mentions string // part of the first problem
	}{
		"check digit X":                    {vin: "1M8GDM9AXKP042788", valid: true},
		"all ones":                         {vin: "11111111111111111", valid: true},
		"Japanese maker, digit holds":      {vin: "JHMCM56557C404453", valid: true},
		"European, no check digit":         {vin: "WVWZZZAWZKU065305", valid: true},
		"North American, digit fails":      {vin: "1M8GDM9A0KP042788", valid: true, warned: true},
		"Mexican, digit fails":             {vin: "3VWC57BU9KM164298", valid: true, warned: true},
		"Oceanian, first character 6":      {vin: "6ZZ12345678901234", valid: true},
		"lower case, blanks and hyphens":   {vin: " 1m8-gdm9a xkp\u00a0042788\t", valid: true},
		"letter O":                         {vin: "1M8GDM9AXKPO42788", mentions: "character 12 is the letter O, which a VIN never has; write the digit 0"},
		"letter I":                         {vin: "IM8GDM9AXKP042788", mentions: "character 1 is the letter I, which a VIN never has; write the digit 1"},
		"letter Q":                         {vin: "1M8GDM9AXKP0Q2788", mentions: "character 13 is the letter Q, which a VIN never has; write the digit 0"},
		"16 characters":                    {vin: "1M8GDM9AXKP04278", mentions: "has 16 characters instead of 17"},
		"40 characters":                    {vin: strings.Repeat("A", 40), mentions: "has 40 characters instead of 17"},
		"full-width digit":                 {vin: "１M8GDM9AXKP042788", mentions: "character 1 is neither"},
		"Cyrillic А, М":                    {vin: "1М8GDМ9АXKP042788", mentions: "character 2 is neither"},
		"dotless i, upper case in Unicode": {vin: "1M8GDM9AXKP04278ı", mentions: "character 17 is neither"},
		"long s, upper case in Unicode":    {vin: "1M8GDM9AXKP04278ſ", mentions: "character 17 is neither"},
		"zero-width space":                 {vin: "1M8GDM9AX\u200bKP042788", mentions: "character 10 is neither"},
		"NUL":                              {vin: "1M8GDM9AX\x00P042788", mentions: "character 10 is neither"},
		"invalid UTF-8":                    {vin: "1M8GDM9AX\xffP042788", mentions: "character 10 is neither"},
		"SQL":                              {vin: "' OR 1=1 --", mentions: "character 1 is neither"},
	} {
		t.Run(name, func(t *testing.T) {
			v, problems, warnings := vehicle.Check(vehicle.Vehicle{VIN: test.vin}, vehicle.Australia)
			if got := len(problems) == 0; got != test.valid {
				t.Fatalf("valid = %v, want %v; problems %v", got, test.valid, problems)
			}
			if got := len(warnings) > 0; got != test.warned {
				t.Errorf("warned = %v, want %v; warnings %v", got, test.warned, warnings)
			}
			if _, ok := vehicle.Key(v); ok != test.valid {
				t.Errorf("has a key = %v, want %v", ok, test.valid)
			}
			if !test.valid && (problems[0].Location != "vin" || !strings.Contains(problems[0].Message, test.mentions)) {
				t.Errorf("problem %q at %q, want %q at vin", problems[0].Message, problems[0].Location, test.mentions)
			}
		})
	}
}

func TestACheckDigitIsComputedFromTheOtherSixteenCharacters(t *testing.T) {
	for vin, want := range map[string]byte{
		"1M8GDM9AXKP042788": 'X',
		"1M8GDM9A0KP042788": 'X',
		"11111111111111111": '1',
		"JHMCM56557C404453": '5',
		"WVWZZZAWZKU065305": '4',
	} {
		if got, ok := vehicle.CheckDigit(vin); !ok || got != want {
			t.Errorf("CheckDigit(%s) = %c, %v, want %c", vin, got, ok, want)
		}
	}
	if _, ok := vehicle.CheckDigit("1M8GDM9AOKP042788"); ok {
		t.Error("a VIN with the letter O has a check digit")
	}
}

func TestManyBadCharactersAreReportedAFewTimes(t *testing.T) {
	_, problems, _ := vehicle.Check(vehicle.Vehicle{VIN: strings.Repeat("?", 5000)}, "")
	if len(problems) != 4 || !strings.Contains(problems[3].Message, "5000 characters") {
		t.Errorf("problems %v, want three about characters and one about the length", problems)
	}
}

// TestRealVINsAreJudgedAsExpected runs over a table of real VINs that is no part of the project.
func TestRealVINsAreJudgedAsExpected(t *testing.T) {
	folder := os.Getenv("WINBACK_DATA")
	if folder == "" {
		t.Skip("WINBACK_DATA is not set: it names the folder with vin/vin_test_vectors.csv (columns vin, expectation)")
	}
	file, err := os.Open(filepath.Join(folder, "vin", "vin_test_vectors.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	type verdict struct{ valid, warned bool }
	expectations := map[string]verdict{
		"valid":                      {valid: true},
		"valid_all_ones":             {valid: true},
		"valid_after_normalising":    {valid: true},
		"eu":                         {valid: true},
		"eu_no_check_digit":          {valid: true},
		"au_government_issued":       {valid: true},
		"nevdis_sandbox":             {valid: true},
		"low_volume_no_check":        {valid: true}, // its check digit happens to hold
		"bad_check_digit":            {valid: true, warned: true},
		"real_but_check_digit_fails": {valid: true, warned: true},
		"illegal_char":               {},
		"too_short":                  {},
	}
	seen := map[string]int{}
	for _, row := range rows[1:] {
		vin, expectation := row[0], row[1]
		want, known := expectations[expectation]
		if !known {
			t.Errorf("unknown expectation %q", expectation)
			continue
		}
		v, problems, warnings := vehicle.Check(vehicle.Vehicle{VIN: vin}, vehicle.Australia)
		if want.warned && (v.VIN[0] < '1' || v.VIN[0] > '5') {
			want.warned = false // made outside North America: nobody demands a check digit there
		}
		if got := (verdict{len(problems) == 0, len(warnings) > 0}); got != want {
			t.Errorf("%s (%s): %+v, want %+v", vin, expectation, got, want)
		}
		seen[expectation]++
	}
	if len(seen) != len(expectations) {
		t.Errorf("the table has %d sorts of vectors, want %d: %v", len(seen), len(expectations), seen)
	}
}
