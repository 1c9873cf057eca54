package vehicle_test

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/vehicle"
)

func locations(problems []errs.Violation) (all []string) {
	for _, p := range problems {
		all = append(all, p.Location)
	}
	return all
}

func TestAllProblemsOfAVehicleAreListedAtOnce(t *testing.T) {
	_, problems, _ := vehicle.Check(vehicle.Vehicle{
		VIN: "short", Rego: "ABCDEFGHIJK", State: "XYZ", Make: "Toy\x00ota", Model: strings.Repeat("x", 101), Year: 1,
	}, vehicle.Australia)
	want := []string{"vin", "vin", "rego", "state", "year", "make", "model"} // the VIN has a letter O and is short
	if got := locations(problems); !slices.Equal(got, want) {
		t.Errorf("locations %v, want %v", got, want)
	}
}

func TestAVehicleNeedsAVINOrARegoWithItsState(t *testing.T) {
	for name, test := range map[string]struct {
		v       vehicle.Vehicle
		country string
		want    []string
	}{
		"nothing":                               {vehicle.Vehicle{Make: "Mazda"}, "AU", []string{"vin"}},
		"only blanks":                           {vehicle.Vehicle{VIN: " ", Rego: "-"}, "AU", []string{"vin"}},
		"VIN":                                   {vehicle.Vehicle{VIN: "JHMCM56557C404453"}, "AU", nil},
		"rego and state":                        {vehicle.Vehicle{Rego: "ab-12 cd", State: "nsw"}, "AU", nil},
		"rego and a state's name":               {vehicle.Vehicle{Rego: "ab12cd", State: "New South Wales"}, "AU", nil},
		"rego without state in Australia":       {vehicle.Vehicle{Rego: "AB12CD"}, "AU", []string{"state"}},
		"rego without state beside a VIN":       {vehicle.Vehicle{VIN: "JHMCM56557C404453", Rego: "AB12CD"}, "AU", nil},
		"rego with a foreign state":             {vehicle.Vehicle{Rego: "AB12CD", State: "BY"}, "AU", []string{"state"}},
		"rego without state in Germany":         {vehicle.Vehicle{Rego: "KI-AB 123"}, "DE", nil},
		"rego without state in another country": {vehicle.Vehicle{Rego: "ABC123"}, "NZ", nil},
		"ten characters":                        {vehicle.Vehicle{Rego: "ABCDEFGHIJ", State: "WA"}, "AU", nil},
		"eleven characters":                     {vehicle.Vehicle{Rego: "ABCDEFGHIJK", State: "WA"}, "AU", []string{"rego"}},
		"full-width rego":                       {vehicle.Vehicle{Rego: "ＡB12CD", State: "NSW"}, "AU", []string{"rego"}},
		"Cyrillic rego":                         {vehicle.Vehicle{Rego: "АB12CD", State: "NSW"}, "AU", []string{"rego"}},
		"accented rego":                         {vehicle.Vehicle{Rego: "ÁB12CD", State: "NSW"}, "AU", []string{"rego"}},
		"separators of keys":                    {vehicle.Vehicle{Rego: "A:B#1", State: "N:W"}, "NZ", []string{"rego", "rego", "state"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, problems, _ := vehicle.Check(test.v, test.country)
			if got := locations(problems); !slices.Equal(got, test.want) {
				t.Errorf("problems %v, want them at %v", problems, test.want)
			}
		})
	}
}

func TestAMissingStateIsSuggestedFromThePlate(t *testing.T) {
	for rego, want := range map[string][]string{
		"AB12CD":  {"NSW"},
		"ABC12D":  {"NSW"},
		"YAB12C":  {"ACT", "NSW"},
		"CA12BC":  {"NT", "NSW"},
		"ABC123":  {"VIC"},
		"1AB2CD":  {"VIC"},
		"123ABC":  {"QLD"},
		"123AB4":  {"QLD"},
		"S123ABC": {"SA"},
		"1ABC234": {"WA"},
		"A12BC":   {"TAS"},
		"MYCAR":   nil,
		"ÄB12CD":  nil,
		"":        nil,
	} {
		if got := vehicle.SuggestState(strings.ToLower(rego)); !slices.Equal(got, want) {
			t.Errorf("SuggestState(%s) = %v, want %v", rego, got, want)
		}
	}
	_, problems, _ := vehicle.Check(vehicle.Vehicle{Rego: "CA12BC"}, vehicle.Australia)
	if len(problems) != 1 || !strings.HasSuffix(problems[0].Message, "looks like a plate of NT or NSW") {
		t.Errorf("problems %v, want a suggestion of NT or NSW", problems)
	}
}

func TestAnOddGermanPlateIsOnlyWarnedOf(t *testing.T) {
	for rego, odd := range map[string]bool{
		"KI-AB 123":   false,
		"M-X 1":       false,
		"lö-ab 12h":   false,
		"KI-AB 123E":  false,
		"12345":       false,
		"KIAB0123":    true,
		"ABC-DE 1234": true,
		"1ABC234":     true,
	} {
		_, problems, warnings := vehicle.Check(vehicle.Vehicle{Rego: rego}, vehicle.Germany)
		if len(problems) > 0 || len(warnings) > 0 != odd {
			t.Errorf("%s: problems %v, warnings %v, want warned = %v", rego, problems, warnings, odd)
		}
	}
	v, _, warnings := vehicle.Check(vehicle.Vehicle{Rego: "lo\u0308-ab 12", State: "SH"}, vehicle.Germany)
	if v.Rego != "LÖAB12" || v.State != "" || len(warnings) != 1 {
		t.Errorf("stored %+v with warnings %v, want LÖAB12 without a state and one warning", v, warnings)
	}
}

func TestTheKeyIsTheVINElseTheRegoWithItsState(t *testing.T) {
	for name, test := range map[string]struct {
		v    vehicle.Vehicle
		want string
	}{
		"VIN wins":             {vehicle.Vehicle{VIN: "jhmcm56557c404453", Rego: "AB12CD", State: "NSW"}, "vin:JHMCM56557C404453"},
		"rego with state":      {vehicle.Vehicle{Rego: "ab 12-cd", State: "Victoria"}, "rego:VIC:AB12CD"},
		"rego alone":           {vehicle.Vehicle{Rego: "KI-AB 123"}, "rego::KIAB123"},
		"nothing":              {vehicle.Vehicle{Make: "Mazda"}, ""},
		"an invalid VIN":       {vehicle.Vehicle{VIN: "AB12CD", Rego: "AB12CD", State: "NSW"}, ""},
		"an invalid rego":      {vehicle.Vehicle{Rego: "AB12CDEFGHI", State: "NSW"}, ""},
		"an implausible state": {vehicle.Vehicle{Rego: "AB12CD", State: "N:SW"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			got, ok := vehicle.Key(test.v)
			if ok != (test.want != "") || ok && got != test.want {
				t.Errorf("Key = %q, %v, want %q", got, ok, test.want)
			}
		})
	}
}

func TestAVehicleIsDescribedByWhatIsKnown(t *testing.T) {
	for want, v := range map[string]vehicle.Vehicle{
		"2018 Toyota Sienna": {VIN: "X", Make: "Toyota", Model: "Sienna", Year: 2018},
		"Toyota Sienna":      {Make: "Toyota", Model: "Sienna"},
		"2018 Toyota":        {Make: "Toyota", Year: 2018},
		"AB12CD NSW":         {Rego: "AB12CD", State: "NSW", VIN: "JHMCM56557C404453", Year: 2018},
		"JHMCM56557C404453":  {VIN: "JHMCM56557C404453"},
		"vehicle":            {},
	} {
		if got := v.Describe(); got != want {
			t.Errorf("Describe(%+v) = %q, want %q", v, got, want)
		}
	}
}

// typed draws what people and spreadsheets put into a field, hostile characters included.
func typed() *rapid.Generator[string] {
	characters := []rune("ABCOIQSabcoiqsäöüÄÖÜ0123456789 -\t\u00a0\u2011\u0308\u200bＡ１Аıſß:#|\x00\ufffd")
	return rapid.OneOf(
		rapid.StringOfN(rapid.SampledFrom(characters), 0, 40, -1),
		rapid.StringMatching(`[A-HJ-NPR-Z0-9]{17}`),
		rapid.StringMatching(`[A-Z]{2}[0-9]{2}[A-Z]{2}`),
		rapid.String(),
	)
}

func TestCheckingWhatWasCheckedChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		country := rapid.SampledFrom([]string{"AU", "DE", "NZ", ""}).Draw(t, "country")
		typed := typed()
		v := vehicle.Vehicle{
			VIN: typed.Draw(t, "vin"), Rego: typed.Draw(t, "rego"), State: typed.Draw(t, "state"), Make: typed.Draw(t, "make"),
			Model: typed.Draw(t, "model"), Year: rapid.IntRange(-1, 2200).Draw(t, "year"),
		}
		once, problems, _ := vehicle.Check(v, country)
		twice, again, _ := vehicle.Check(once, country)
		if once != twice || len(problems) != len(again) {
			t.Fatalf("once %+v with %v, twice %+v with %v", once, problems, twice, again)
		}
		key, ok := vehicle.Key(once)
		if len(problems) == 0 && !ok {
			t.Fatalf("%+v has no problem and no key", once)
		}
		if ok && !utf8.ValidString(key) {
			t.Fatalf("key %q is no text", key)
		}
		if ok && strings.HasPrefix(key, "vin:") != (once.VIN != "") {
			t.Fatalf("key %q of %+v", key, once)
		}
	})
}

func TestDifferentVehiclesHaveDifferentKeys(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		plate := rapid.Custom(func(t *rapid.T) vehicle.Vehicle {
			return vehicle.Vehicle{
				Rego:  rapid.StringMatching(`[AÄ0]{1,4}`).Draw(t, "rego"),
				State: rapid.SampledFrom([]string{"", "A", "A0", "SA", "WA"}).Draw(t, "state"),
			}
		})
		a, b := plate.Draw(t, "a"), plate.Draw(t, "b")
		keyA, _ := vehicle.Key(a)
		keyB, _ := vehicle.Key(b)
		if (a == b) != (keyA == keyB) {
			t.Fatalf("%+v has key %q, %+v has key %q", a, keyA, b, keyB)
		}
	})
}

func FuzzNormalisingTwiceIsNormalisingOnce(f *testing.F) {
	for _, seed := range []string{
		"1m8-gdm9a xkp042788", "WVWZZZAWZKU065305", "lo\u0308-ab 12", "A-\u0308", "A\u0308\u0308", "ı", "ſ", "１", "А", "\xff\xc0", "\x00", "New South Wales", "",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for name, normalise := range map[string]func(string) string{
			"VIN": vehicle.NormaliseVIN, "rego": vehicle.NormaliseRego, "state": vehicle.NormaliseState,
		} {
			once := normalise(s)
			if twice := normalise(once); twice != once {
				t.Errorf("%s %q: once %q, twice %q", name, s, once, twice)
			}
		}
		if vin := vehicle.NormaliseVIN(s); vehicle.ValidVIN(vin) && strings.ContainsAny(vin, "IOQ") {
			t.Errorf("%q is valid with a letter that no VIN has", vin)
		}
		vehicle.SuggestState(s)
	})
}

func BenchmarkCheck(b *testing.B) {
	v := vehicle.Vehicle{VIN: "JHMCM56557C404453", Rego: "AB12CD", State: "NSW", Make: "Honda", Model: "Accord", Year: 2007}
	b.ReportAllocs()
	for b.Loop() {
		vehicle.Check(v, vehicle.Australia)
	}
}

// T084: what passes the check has an identity made of plain characters, and passes again as it is.
func FuzzCheck(f *testing.F) {
	f.Add("WVWZZZAWZKU065305", "", "", "VW", "AU", 2019)
	f.Add("wvw-zzz awz ku065305", "ab 12 cd", "new south wales", "\u202eVW", "AU", 0)
	f.Add("", "KI-AB 123E", "", "", "DE", 3000)
	f.Add("А", "1' OR '1'='1", "#$\x00", "=cmd|' /C calc'!A0", "", -1)
	f.Fuzz(func(t *testing.T, vin, rego, state, brand, country string, year int) {
		checked, problems, _ := vehicle.Check(vehicle.Vehicle{VIN: vin, Rego: rego, State: state, Make: brand, Year: year}, country)
		if len(problems) > 0 {
			return
		}
		key, ok := vehicle.Key(checked)
		if !ok || key == "" {
			t.Fatalf("%+v passes and has no identity", checked)
		}
		for _, c := range checked.VIN + checked.Rego + checked.State {
			if !(c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c == 'Ä' || c == 'Ö' || c == 'Ü') {
				t.Errorf("%+v has %q in its identity", checked, c)
			}
		}
		again, problems, _ := vehicle.Check(checked, country)
		if len(problems) > 0 || again != checked {
			t.Errorf("%+v, checked again: %+v, %v", checked, again, problems)
		}
	})
}
