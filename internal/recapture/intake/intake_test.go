package intake_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"github.com/winback-auto/winback/internal/local/fleet"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/recapture/intake"
	"github.com/winback-auto/winback/internal/vehicle"
)

var australian = intake.Options{Country: "AU", YardState: "NSW"}

const (
	vinA = "JHMCM56557C404453"
	vinB = "WVWZZZAWZKU065305"
	vinC = "1M8GDM9AXKP042788"
)

func parse(t *testing.T, file string, options intake.Options) intake.List {
	t.Helper()
	list, err := intake.Parse([]byte(file), options)
	if err != nil {
		t.Fatalf("Parse: %v", err)
	}
	if got := len(list.Rows) + len(list.Duplicates) + len(list.Rejected); got != list.Total {
		t.Fatalf("%d rows, but %d accounted for", list.Total, got)
	}
	return list
}

// vins are the accepted VINs with their lines.
func vins(list intake.List) (all []string) {
	for _, row := range list.Rows {
		all = append(all, fmt.Sprintf("%d:%s", row.Line, row.Vehicle.VIN))
	}
	return all
}

func remarks(all []intake.Remark) (texts []string) {
	for _, r := range all {
		texts = append(texts, fmt.Sprintf("%d %s: %s", r.Line, r.Column, r.Reason))
	}
	return texts
}

// want demands one remark for each expectation, in order, and that it begins like it.
func want(t *testing.T, what string, got []intake.Remark, beginnings ...string) {
	t.Helper()
	if !slices.EqualFunc(remarks(got), beginnings, strings.HasPrefix) {
		t.Errorf("%s:\n got %q\nwant %q", what, remarks(got), beginnings)
	}
}

func TestEveryColumnOfTheTemplateIsRead(t *testing.T) {
	list := parse(t, intake.Template()+
		" jhmcm-56557 c404453 ,ab 12cd,vic,Honda, Accord  Euro,2007,Zoe,O'Brien,zoe@mail.example,0491 570 006,21/11/2020,SALE-1\r\n",
		australian)
	row := intake.Row{
		Line:     2,
		Vehicle:  vehicle.Vehicle{VIN: vinA, Rego: "AB12CD", State: "VIC", Make: "Honda", Model: "Accord Euro", Year: 2007},
		Customer: intake.Customer{First: "Zoe", Last: "O'Brien", Email: "zoe@mail.example", Mobile: "0491 570 006"},
		SoldOn:   "2020-11-21", Reference: "SALE-1",
	}
	if !slices.Equal(list.Rows, []intake.Row{row}) || len(list.Warnings) > 0 {
		t.Errorf("got  %+v, warnings %v\nwant %+v", list.Rows, list.Warnings, row)
	}
	if want := "vin,rego,state,make,model,year,customer_first_name,customer_last_name,customer_email,customer_mobile,sold_on,reference\r\n"; intake.Template() != want {
		t.Errorf("Template is %q, want %q", intake.Template(), want)
	}
}

func TestAHeaderIsRecognisedHoweverItIsWritten(t *testing.T) {
	for name, file := range map[string]string{
		"other order and case":     "Year,VIN\n2007," + vinA,
		"semicolons":               "year;vin\n2007;" + vinA,
		"tabs":                     "year\tvin\n2007\t" + vinA,
		"blanks and hyphens":       "customer-E-Mail , year, V I N\n,2007," + vinA,
		"quotes":                   "\"year\",\"vin\"\n\"2007\",\"" + vinA + "\"",
		"a title of two lines":     "year,\"VI\nN\"\n2007," + vinA,
		"byte order mark":          "\ufeffyear,vin\n2007," + vinA,
		"byte order mark, quoted":  "\ufeff\"vin\",year\n" + vinA + ",2007",
		"the hint of spreadsheets": "sep=;\r\nyear;vin\r\n2007;" + vinA,
		"blank lines before it":    "\n,\n\r\nyear,vin\n2007," + vinA,
		"carriage returns alone":   "year,vin\r2007," + vinA + "\r",
		"an untitled column":       "year,vin,,\n2007," + vinA + ",,",
		"cells after the last":     "year,vin\n2007," + vinA + ",, ,",
		"commas in unknown titles": "year;vin;make, model and vin\n2007;" + vinA + ";x",
	} {
		t.Run(name, func(t *testing.T) {
			list := parse(t, file, australian)
			if len(list.Rows) != 1 || list.Rows[0].Vehicle.VIN != vinA || list.Rows[0].Vehicle.Year != 2007 {
				t.Errorf("rows %+v, rejected %v", list.Rows, list.Rejected)
			}
		})
	}
}

func TestAFileThatLeavesEverythingOpenIsRefused(t *testing.T) {
	for name, test := range map[string]struct{ file, mentions string }{
		"empty":                  {"", "is empty"},
		"blank":                  {"\ufeff \r\n\n", "is empty"},
		"delimiters only":        {",,\n,,\n", "neither a vin nor a rego column"},
		"a hint only":            {"sep=;\r\n", "has no header line"},
		"an unknown delimiter":   {"sep=|\r\nvin|rego\r\n", "has no header line"},
		"header only":            {intake.Template(), "no vehicles under it"},
		"header and blank lines": {intake.Template() + "\r\n,,,,,,,,,,,\r\n", "no vehicles under it"},
		"neither vin nor rego":   {"make,model\nMazda,3\n", "neither a vin nor a rego column"},
		"no header":              {vinA + ",AB12CD\n", "neither a vin nor a rego column"},
		"a column twice":         {"vin,V-I-N,rego\n" + vinA + ",,\n", "more than once"},
		"too many columns":       {"vin" + strings.Repeat(",x", 10_000) + "\n" + vinA, "more than 200 columns"},
		"a spreadsheet":          {"PK\x03\x04\x14\x00", "is a spreadsheet"},
		"an old spreadsheet":     {"\xd0\xcf\x11\xe0\xa1\xb1", "is a spreadsheet"},
		"UTF-16":                 {"\xff\xfev\x00i\x00n\x00", "is UTF-16"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := intake.Parse([]byte(test.file), australian)
			if !errs.Is(err, errs.Invalid) || !strings.Contains(err.Error(), test.mentions) {
				t.Errorf("error %v (%v), want Invalid that mentions %q", err, errs.KindOf(err), test.mentions)
			}
		})
	}
}

func TestAFileBeyondTheBoundsIsTooLarge(t *testing.T) {
	rows := func(n int) string { return "vin\n" + strings.Repeat("x\n", n) }
	for name, test := range map[string]struct{ file, mentions string }{
		"rows":  {rows(intake.MaxRows + 1), "more than 50000 rows"},
		"bytes": {strings.Repeat("x", intake.MaxBytes+1), "more than 4500000 bytes"},
	} {
		if _, err := intake.Parse([]byte(test.file), australian); !errs.Is(err, errs.TooLarge) || !strings.Contains(err.Error(), test.mentions) {
			t.Errorf("%s: error %v (%v), want TooLarge that mentions %q", name, err, errs.KindOf(err), test.mentions)
		}
	}
	if list := parse(t, rows(intake.MaxRows)+"\n,,\n", australian); list.Total != intake.MaxRows {
		t.Errorf("%d rows of %d", list.Total, intake.MaxRows)
	}
	if _, err := intake.Parse([]byte("vin\n"+vinA+"\n"+strings.Repeat("\n", intake.MaxBytes-len(vinA)-5)), australian); err != nil {
		t.Errorf("a file of as many bytes as allowed: %v", err)
	}
}

func TestABadRowNeverSpoilsItsNeighbours(t *testing.T) {
	for name, test := range map[string]struct{ row, rejected string }{
		"too few cells":            {vinB, "3 : has 1 cells, but the header line has 3"},
		"too many cells":           {vinB + ",2019,Polo,x", "3 : has 4 cells"},
		"short VIN":                {vinB[1:] + ",,", "3 vin: has 16 characters instead of 17"},
		"full-width VIN":           {"Ｗ" + vinB[1:] + ",,", "3 vin: character 1 is neither"},
		"no VIN":                   {",2019,Polo", "3 vin: give a VIN, or a rego with its state"},
		"two problems":             {vinB[1:] + ",19,", "3 year: is not a year: write four digits, such as 2026, or leave it empty; vin: has 16"},
		"opening quote only":       {`"` + vinB + ",2019,Polo", "3 vin: a quoted cell goes on over the end"},
		"opening quote in the end": {vinB + `,2019,"Polo`, "3 notes: text follows a closing quote"},
		"text after a quote":       {`"` + vinB + `"x,2019,Polo`, "3 vin: text follows a closing quote"},
		"NUL":                      {vinB + ",2019,P\x00lo", "3 : contains a NUL byte"},
		"not UTF-8":                {vinB + ",2019,P\xf6lo", "3 notes: contains a character that is not UTF-8"},
		"a million characters":     {vinB + ",2019," + strings.Repeat("x", 1_000_000), "3 notes: a cell has more than 1,000 characters"},
		"10,000 cells":             {strings.Repeat(",", 10_000), "3 : has more than 200 columns"},
	} {
		t.Run(name, func(t *testing.T) {
			file := "vin,year,notes\n" + vinA + ",2007,\"first\"\n" + test.row + "\n" + vinC + ",2019,\"last\"\n"
			list := parse(t, file, australian)
			if got := vins(list); !slices.Equal(got, []string{"2:" + vinA, "4:" + vinC}) {
				t.Errorf("accepted %v, rejected %v", got, remarks(list.Rejected))
			}
			want(t, "rejected", list.Rejected, test.rejected)
		})
	}
}

func TestAMissingClosingQuoteSwallowsNoRows(t *testing.T) {
	list := parse(t, "vin,make\n"+vinA+",\"Honda\n"+vinB+",VW\n"+vinC+",MCI\"\n", australian)
	if got := vins(list); !slices.Equal(got, []string{"3:" + vinB, "4:" + vinC}) {
		t.Errorf("accepted %v", got)
	}
	want(t, "rejected", list.Rejected, "2 make: a quoted cell goes on over the end of the line")

	list = parse(t, "vin,notes\n"+vinA+",\"scratch\n"+vinB+",x\n"+vinC+",dent\"\n", australian)
	if got := vins(list); !slices.Equal(got, []string{"2:" + vinA}) {
		t.Errorf("accepted %v: a note may have lines", got)
	}
	want(t, "warnings", list.Warnings, "1 notes: this column is not known", "2 notes: a quoted cell goes on over several lines")
}

func TestARowMayBeRejectedForEachOfItsColumns(t *testing.T) {
	long := strings.Repeat("x", 256)
	for name, test := range map[string]struct{ column, cell, reason string }{
		"rego":             {"rego", "ABCDEFGHIJK", "has 11 characters"},
		"state":            {"state", "Bavaria", "is not an Australian state"},
		"long make":        {"make", long, "is longer than 100"},
		"control in model": {"model", "Sie\x01nna", "contains an invisible control character"},
		"year of two":      {"year", "18", "is not a year"},
		"year with text":   {"year", "20l8", "is not a year"},
		"year zero":        {"year", "0000", "is not a year"},
		"year too early":   {"year", "1800", "is not a model year"},
		"impossible date":  {"sold_on", "31/02/2020", "is not a date"},
		"month first":      {"sold_on", "11/21/2020", "is not a date"},
		"short year":       {"sold_on", "21/11/20", "is not a date"},
		"serial number":    {"sold_on", "44156", "is not a date"},
		"far date":         {"sold_on", "3020-01-01", "is not between"},
		"long first name":  {"customer_first_name", long, "is longer than 100"},
		"long last name":   {"customer_last_name", long, "is longer than 100"},
		"long e-mail":      {"customer_email", long, "is longer than 254"},
		"long mobile":      {"customer_mobile", long, "is longer than 40"},
		"long reference":   {"reference", long, "is longer than 100"},
	} {
		t.Run(name, func(t *testing.T) {
			list := parse(t, "vin,"+test.column+"\n"+vinA+","+test.cell+"\n"+vinB+",\n", australian)
			want(t, "rejected", list.Rejected, "2 "+test.column+": "+test.reason)
			if len(list.Rows) != 1 {
				t.Errorf("accepted %v", vins(list))
			}
		})
	}
}

func TestADateIsReadInEveryCustomaryForm(t *testing.T) {
	for _, test := range []struct{ country, cell, want string }{
		{"AU", "2026-11-21", "2026-11-21"},
		{"AU", "21/11/2026", "2026-11-21"},
		{"AU", "3/4/2026", "2026-04-03"},
		{"DE", "21.11.2026", "2026-11-21"},
		{"DE", "3.4.2026", "2026-04-03"},
		{"AU", "29/02/2024", "2024-02-29"},
		{"US", "11/21/2026", "2026-11-21"},
		{"US", "21/11/2026", "2026-11-21"},
		{"US", "4/4/2026", "2026-04-04"},
		{"US", "3/4/2026", ""}, // may mean April or March there
		{"AU", "29/02/2023", ""},
		{"AU", "2026-11-21T00:00", ""},
		{"AU", "21/11.2026", ""},
	} {
		list := parse(t, "vin,sold_on\n"+vinA+","+test.cell+"\n", intake.Options{Country: test.country})
		switch {
		case test.want == "" && len(list.Rejected) == 1 && list.Rejected[0].Column == "sold_on":
		case test.want != "" && len(list.Rows) == 1 && list.Rows[0].SoldOn == test.want:
		default:
			t.Errorf("%s in %s: rows %+v, rejected %v, want %q", test.cell, test.country, list.Rows, list.Rejected, test.want)
		}
	}
}

func TestTheYardsStateStandsInForAMissingOne(t *testing.T) {
	const file = "rego,state\nAB12CD,\nABC123,VIC\n"
	for name, test := range map[string]struct {
		options  intake.Options
		states   []string
		rejected []string
	}{
		"yard with a state":    {intake.Options{Country: "AU", YardState: "NSW"}, []string{"NSW", "VIC"}, nil},
		"yard without a state": {intake.Options{Country: "AU"}, []string{"VIC"}, []string{"2 state: is missing"}},
		"no states in Germany": {intake.Options{Country: "DE", YardState: "SH"}, []string{"", ""}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			list := parse(t, file, test.options)
			var states []string
			for _, row := range list.Rows {
				states = append(states, row.Vehicle.State)
			}
			if !slices.Equal(states, test.states) {
				t.Errorf("states %q, want %q", states, test.states)
			}
			want(t, "rejected", list.Rejected, test.rejected...)
		})
	}
}

func TestARepeatedVehicleIsADuplicateOfTheFirst(t *testing.T) {
	list := parse(t, "vin,rego,state\n"+vinA+",,\n,AB12CD,NSW\n"+strings.ToLower(vinA)+",X1,VIC\n,ab-12 cd,\n,AB12CD,VIC\nbad,,\nbad,,\n"+vinA+",,\n", australian)
	if want := []intake.Duplicate{{Line: 4, Of: 2}, {Line: 5, Of: 3}, {Line: 9, Of: 2}}; !slices.Equal(list.Duplicates, want) {
		t.Errorf("duplicates %v, want %v", list.Duplicates, want)
	}
	if len(list.Rows) != 3 || len(list.Rejected) != 2 || list.Total != 8 {
		t.Errorf("%d accepted, %d rejected of %d, want 3, 2 of 8", len(list.Rows), len(list.Rejected), list.Total)
	}
}

func TestWhatIsReadDifferentlyIsWarnedOf(t *testing.T) {
	list := parse(t, "vin,customer_email,Colour,,rego\n"+
		vinA+",zoe at mail,red,,AB12CD\n"+
		"1M8GDM9A0KP042788,a@b.example,,stray,\n"+
		vinB+",a@b,,,\n"+
		"short,not mail,,,\n"+ // a rejected row has no warnings
		vinA+",not mail,,,\n", // nor has a duplicate
		intake.Options{Country: "AU"})
	want(t, "warnings", list.Warnings,
		"1 Colour: this column is not known and is left out",
		"2 state: is missing, so the car is looked for by its VIN only",
		"2 customer_email: does not look like an e-mail address; it is kept as it is",
		"3 vin: the check digit",
		"3 column 4: the column has no title and is left out",
		"4 customer_email: does not look like",
	)
	if list.Rows[0].Customer.Email != "zoe at mail" {
		t.Errorf("the address was changed to %q", list.Rows[0].Customer.Email)
	}
}

func TestRemarksNeverRepeatWhatACellSays(t *testing.T) {
	const secret = "Zeta-Secret"
	list := parse(t, strings.TrimRight(intake.Template(), "\r\n")+"\n"+strings.Repeat(secret+",", 11)+secret+"\n", australian)
	for _, remark := range remarks(slices.Concat(list.Rejected, list.Warnings)) {
		if strings.Contains(strings.ToLower(remark), "zeta") {
			t.Errorf("remark %q", remark)
		}
	}
	if len(list.Rejected) != 1 {
		t.Errorf("rejected %v", list.Rejected)
	}
}

func TestAnyEncodingIsReadWhereItIsAllowed(t *testing.T) {
	const file = "vin;customer_last_name;rego\r\n" + vinA + ";Müller-Weiß;\r\n;Ørsted €;KI-ÄB 12\r\n"
	encode := func(encoding interface{ Bytes([]byte) ([]byte, error) }) string {
		encoded, err := encoding.Bytes([]byte(file))
		if err != nil {
			t.Fatal(err)
		}
		return string(encoded)
	}
	for name, encoded := range map[string]string{
		"UTF-8":                         file,
		"UTF-8 with a mark":             "\ufeff" + file,
		"UTF-16 LE with a mark":         encode(unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder()),
		"UTF-16 BE with a mark":         encode(unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewEncoder()),
		"UTF-16 LE":                     encode(unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM).NewEncoder()),
		"UTF-16 BE":                     encode(unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewEncoder()),
		"Windows-1252":                  encode(charmap.Windows1252.NewEncoder()),
		"UTF-8 with one damaged letter": strings.Replace(file, "ß;", "ß;\xfc", 1),
	} {
		t.Run(name, func(t *testing.T) {
			list := parse(t, encoded, intake.Options{Country: "DE", AnyEncoding: true})
			last := list.Rows[len(list.Rows)-1]
			if last.Customer.Last != "Ørsted €" || last.Vehicle.Rego != "KIÄB12" {
				t.Errorf("read as %+v", last)
			}
			if damaged := strings.Contains(name, "damaged"); len(list.Rejected) > 0 != damaged {
				t.Errorf("rejected %v", list.Rejected)
			}
		})
	}
	list := parse(t, encode(charmap.Windows1252.NewEncoder()), intake.Options{Country: "DE"})
	want(t, "rejected", list.Rejected, "2 customer_last_name: contains a character that is not UTF-8", "3 customer_last_name: contains")
}

func TestAFleetIsReadAsItWasInvented(t *testing.T) {
	cars := fleet.Generate(1, 2000)
	var file bytes.Buffer
	if err := fleet.WriteList(&file, cars); err != nil {
		t.Fatal(err)
	}
	list := parse(t, file.String(), australian)
	if len(list.Rows) != len(cars) || len(list.Warnings) > 0 {
		t.Fatalf("%d of %d accepted; rejected %v, warnings %v", len(list.Rows), len(cars), list.Rejected, list.Warnings)
	}
	for i, car := range cars {
		want := intake.Row{
			Line: i + 2, Vehicle: car.Vehicle, SoldOn: car.SoldOn.Format("2006-01-02"), Reference: car.Reference,
			Customer: intake.Customer{First: car.First, Last: car.Last, Email: car.Email, Mobile: car.Mobile},
		}
		if list.Rows[i] != want {
			t.Fatalf("read %+v\nwant %+v", list.Rows[i], want)
		}
	}
}
