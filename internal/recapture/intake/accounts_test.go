package intake_test

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"

	"github.com/winback-auto/winback/internal/local/fleet"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/recapture/intake"
	"github.com/winback-auto/winback/internal/vehicle"
)

func TestEveryRowIsAcceptedOrADuplicateOrRejected(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lines := rapid.SliceOfN(rapid.OneOf(
			rapid.Just(vinA+",AB12CD,NSW,2007"),
			rapid.Just(",AB12CD,,"),
			rapid.Just(vinB[1:]+",,,"),
			rapid.StringMatching(`[A-HJ-NPR-Z0-9]{17},([A-Z]{3}[0-9]{3})?,(VIC|XX)?,(20[01][0-9])?`),
			rapid.StringMatching(`"?[A-C0-2]{1,18}"?,[",;]{0,4}[a-z"]{0,3}`),
		), 1, 40).Draw(t, "lines")
		file := "vin,rego,state,year,make,model\n"
		ends := rapid.SampledFrom([]string{"\n", "\r\n", "\r"})
		for _, line := range lines {
			file += line + ends.Draw(t, "end")
		}
		list, err := intake.Parse([]byte(file), australian)
		if err != nil {
			t.Fatal(err)
		}
		// Each line has content, and no cell may go on over its end: none is in a column that the heading does not name.
		checkList(t, list, len(lines))
	})
}

// checkList demands that each of the file's rows is accounted for once, in order, by its line.
func checkList(t interface{ Fatalf(string, ...any) }, list intake.List, rows int) {
	if list.Total != rows {
		t.Fatalf("%d rows, want %d", list.Total, rows)
	}
	lines, keys := map[int]bool{}, map[string]int{}
	account := func(line int) {
		if lines[line] {
			t.Fatalf("line %d is accounted for twice", line)
		}
		lines[line] = true
	}
	for i, row := range list.Rows {
		account(row.Line)
		key, ok := vehicle.Key(row.Vehicle)
		if _, known := keys[key]; known || !ok {
			t.Fatalf("key %q of line %d: known %v, valid %v", key, row.Line, known, ok)
		}
		keys[key] = row.Line
		if i > 0 && list.Rows[i-1].Line >= row.Line {
			t.Fatalf("line %d comes after line %d", row.Line, list.Rows[i-1].Line)
		}
	}
	for _, d := range list.Duplicates {
		account(d.Line)
		if d.Of >= d.Line || !lines[d.Of] {
			t.Fatalf("line %d is a duplicate of line %d", d.Line, d.Of)
		}
	}
	for _, r := range list.Rejected {
		account(r.Line)
		if r.Reason == "" {
			t.Fatalf("line %d is rejected without a reason", r.Line)
		}
	}
	if len(lines) != rows {
		t.Fatalf("%d rows accounted for, want %d", len(lines), rows)
	}
}

func FuzzParseAccountsForEveryRow(f *testing.F) {
	for _, seed := range []string{
		intake.Template() + vinA + ",AB12CD,NSW,Honda,Accord,2007,Zoe,Li,z@mail.example,0491 570 006,21/11/2020,S1\r\n",
		"vin;notes\n" + vinA + ";\"a\nb\"\n" + vinB + ";\"c\n", "sep=\t\nrego\tstate\nAB12CD\t\n", "\xff\xfev\x00i\x00n\x00\n\x00x\x00",
		"vin,vin\n", "VIN\r\r\n\"" + vinA + "\"x\n\x00\n\xff\n", "PK\x03\x04", "\ufeffvin,,\n" + vinA + ",,x\n", "rego,sold_on\nABC123,31.02.2020\n",
	} {
		f.Add([]byte(seed), "AU", "NSW", true)
		f.Add([]byte(seed), "DE", "", false)
	}
	f.Fuzz(func(t *testing.T, file []byte, country, yardState string, anyEncoding bool) {
		before := bytes.Clone(file)
		list, err := intake.Parse(file, intake.Options{Country: country, YardState: yardState, AnyEncoding: anyEncoding, MaxRows: 1000})
		if !bytes.Equal(before, file) {
			t.Fatal("the file was written to")
		}
		if err != nil {
			if !errs.Is(err, errs.Invalid) && !errs.Is(err, errs.TooLarge) {
				t.Fatalf("error %v is %v", err, errs.KindOf(err))
			}
			return
		}
		checkList(t, list, list.Total)
		if list.Total == 0 || list.Total > 1000 {
			t.Fatalf("%d rows", list.Total)
		}
	})
}

func BenchmarkParse50000Rows(b *testing.B) {
	var file bytes.Buffer
	cars := fleet.Generate(1, intake.MaxRows)
	for i := range cars {
		cars[i].Reference, cars[i].Email = "", "" // to stay below MaxBytes
	}
	if err := fleet.WriteList(&file, cars); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(file.Len()))
	b.ReportAllocs()
	for b.Loop() {
		list, err := intake.Parse(file.Bytes(), australian)
		if err != nil || len(list.Rows) != intake.MaxRows {
			b.Fatal(len(list.Rows), err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N), "ms/list")
}
