package recapture_test

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/winback-auto/winback/internal/recapture/intake"
)

// form is a file as the field of a form that a browser sends.
func form(file string) (body, contentType string) {
	return "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"list.csv\"\r\nContent-Type: text/csv\r\n\r\n" + file + "\r\n--x--\r\n",
		"Content-Type: multipart/form-data; boundary=x"
}

func utf16le(text string) string {
	encoded := []byte{0xff, 0xfe}
	for _, unit := range utf16.Encode([]rune(text)) {
		encoded = binary.LittleEndian.AppendUint16(encoded, unit)
	}
	return string(encoded)
}

// T080, through the interface: whatever is wrong with a list, its good rows are taken and its bad ones named, or the list is
// refused with a reason; nothing else happens.
func TestAListMayBeHoweverBad(t *testing.T) {
	w := open(t)
	good := vin(1)
	for name, test := range map[string]struct {
		file               string
		status             int
		accepted, rejected int
		says               string
	}{
		"byte order mark":            {"\ufeffvin\n" + good + "\n", 200, 1, 0, ""},
		"UTF-16":                     {utf16le("vin;make\r\n" + good + ";Škoda\r\n"), 200, 1, 0, ""},
		"Windows-1252":               {"vin;customer_last_name\r\n" + good + ";M\xfcller\r\n", 200, 1, 0, ""},
		"commas":                     {"vin,make\n" + good + ",VW\n", 200, 1, 0, ""},
		"semicolons":                 {"vin;make\n" + good + ";VW\n", 200, 1, 0, ""},
		"tabs":                       {"vin\tmake\n" + good + "\tVW\n", 200, 1, 0, ""},
		"all kinds of line breaks":   {"vin\r" + vin(1) + "\r\n" + vin(2) + "\n" + vin(3) + "\r", 200, 3, 0, ""},
		"ragged rows":                {"vin,make\n" + vin(1) + "\n" + vin(2) + ",VW,x\n" + vin(3) + ",VW\n", 200, 1, 2, "put a cell that contains the delimiter in quotes"},
		"an unterminated quote":      {"vin,make\n\"" + vin(1) + ",VW\n" + vin(2) + ",VW\n", 200, 1, 1, "closing quote"},
		"a quote open to the end":    {"vin,notes\n" + vin(1) + ",x\n" + vin(2) + ",\"" + strings.Repeat("x\n", 100_000), 413, 0, 0, "50000 rows"},
		"NUL":                        {"vin,make\n" + vin(1) + ",V\x00W\n" + vin(2) + ",VW\n", 200, 1, 1, "NUL"},
		"10,000 columns in a row":    {"vin,make\n" + strings.Repeat("x,", 10_000) + "\n" + good + ",VW\n", 200, 1, 1, "more than 200 columns"},
		"10,000 columns in the head": {"vin" + strings.Repeat(",x", 10_000) + "\n" + good + "\n", 422, 0, 0, "more than 200 columns"},
		"a cell of 1 MB":             {"vin,make\n" + vin(1) + "," + strings.Repeat("x", 1<<20) + "\n" + vin(2) + ",VW\n", 200, 1, 1, "1,000 characters"},
		"duplicate headers":          {"vin,make,VIN\n" + good + ",VW," + good + "\n", 422, 0, 0, "more than once"},
		"formula cells":              {"vin,make,reference\n" + vin(1) + ",=1+1,@x\n=" + vin(2) + ",VW,\n", 200, 1, 1, "vin"},
		"an empty file":              {"", 422, 0, 0, "empty"},
		"headers only":               {intake.Template(), 422, 0, 0, "no vehicles"},
		"no headers":                 {good + "\n", 422, 0, 0, "neither a vin nor a rego column"},
		"a spreadsheet":              {"PK\x03\x04\x14\x00\x06\x00", 422, 0, 0, "save it as CSV"},
		"50,000 rows":                {"vin\n" + strings.Repeat("x\n", 50_000), 200, 0, 50_000, ""},
		"50,001 rows":                {"vin\n" + strings.Repeat("x\n", 50_001), 413, 0, 0, "50000 rows"},
		"4,500,001 bytes":            {"vin\n" + strings.Repeat("x", 4_500_001-4), 413, 0, 0, "4500000 bytes"},
		"4,510,000 bytes":            {"vin\n" + strings.Repeat("x", 4_510_000-4), 413, 0, 0, "4500000 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			body, contentType := form(test.file)
			a := w.call(ann, "POST", "/v1/recaptures/uploads?preview=true", body, contentType)
			if a.status != test.status || !strings.Contains(a.body, test.says) {
				t.Fatalf("%d, want %d and %q: %.400s", a.status, test.status, test.says, a.body)
			}
			var u uploadView
			w.must(json.Unmarshal([]byte(a.body), &u))
			if a.status == 200 && (u.Accepted != test.accepted || u.RejectedTotal != test.rejected || u.Accepted+u.Duplicates+u.RejectedTotal != u.Rows) {
				t.Errorf("%+v", u)
			}
			for _, r := range u.Rejected {
				if r.Line < 2 || r.Reason == "" {
					t.Errorf("%+v", r)
				}
			}
		})
	}
}

// T083, for the route that takes vehicles: each fault is told by its place, and nothing is queued.
func TestABadSubmissionIsToldByItsPlaces(t *testing.T) {
	w := open(t)
	car := `{"vin":"` + vin(1) + `"}`
	for name, test := range map[string]struct {
		body   string
		status int
		says   []string
	}{
		"unknown member":            {`{"vehicles":[` + car + `],"dealer":"x"}`, 422, []string{`"body.dealer"`}},
		"unknown member of one":     {`{"vehicles":[` + car + `,{"vin":"` + vin(2) + `","colour":"red"}]}`, 422, []string{`"body.vehicles[1].colour"`}},
		"doubled member":            {`{"vehicles":[{"vin":"` + vin(1) + `","vin":"` + vin(2) + `"}]}`, 422, []string{`"body.vehicles[0].vin"`, "twice"}},
		"doubled list":              {`{"vehicles":[` + car + `],"vehicles":[]}`, 422, []string{`"body.vehicles"`, "twice"}},
		"case variant":              {`{"Vehicles":[` + car + `]}`, 422, []string{`"body.Vehicles"`}},
		"case variant of one":       {`{"vehicles":[{"VIN":"` + vin(1) + `"}]}`, 422, []string{`"body.vehicles[0].VIN"`}},
		"too deep":                  {strings.Repeat(`{"vehicles":[`, 40) + strings.Repeat(`]}`, 40), 400, []string{"deeper than 32"}},
		"very deep":                 {strings.Repeat("[", 20_000), 400, []string{"malformed"}},
		"too large":                 {`{"vehicles":[` + car + `]}` + strings.Repeat(" ", 1<<20), 413, []string{"1048576 bytes"}},
		"not closed":                {`{"vehicles":[` + car, 400, []string{"malformed"}},
		"trailing data":             {`{"vehicles":[` + car + `]}{}`, 400, []string{"malformed"}},
		"not UTF-8":                 {"{\"vehicles\":[{\"vin\":\"\xff\"}]}", 422, []string{`"body.vehicles[0].vin"`}},
		"a number for a VIN":        {`{"vehicles":[{"vin":12345678901234567}]}`, 422, []string{`"body.vehicles[0].vin"`}},
		"a fraction of a year":      {`{"vehicles":[{"vin":"` + vin(1) + `","year":2019.5}]}`, 422, []string{`"body.vehicles[0].year"`}},
		"a year beyond all numbers": {`{"vehicles":[{"vin":"` + vin(1) + `","year":1e400}]}`, 400, []string{"body.vehicles[0].year"}},
		"an object for a list":      {`{"vehicles":{}}`, 422, []string{`"body.vehicles"`}},
		"many faults":               {`{"vehicles":[{"vin":"W"},` + car + `,{"make":"VW"},{"vin":"` + vin(3) + `","soldOn":"31.02.2020","customer":{"mail":"x"}}],"yrad":"x"}`, 422, []string{`"body.yrad"`, `"body.vehicles[3].soldOn"`, `"body.vehicles[3].customer.mail"`}},
		"too many vehicles":         {`{"vehicles":[` + strings.Repeat(car+",", 1000) + car + `]}`, 422, []string{`"body.vehicles"`, "1000"}},
		"too many leads":            {`{"leads":[` + strings.Repeat(`"l",`, 1000) + `"l"]}`, 422, []string{`"body.leads"`, "1000"}},
	} {
		t.Run(name, func(t *testing.T) {
			a := w.call(ann, "POST", "/v1/recaptures", test.body)
			if a.status != test.status {
				t.Fatalf("%d, want %d: %.400s", a.status, test.status, a.body)
			}
			for _, says := range test.says {
				if !strings.Contains(a.body, says) {
					t.Errorf("%.600s\nlacks %s", a.body, says)
				}
			}
		})
	}
	if w.step(0) || w.summary(ann).TotalCustomers != 0 {
		t.Error("something was queued")
	}
	faults := make([]string, 30)
	for i := range faults {
		faults[i] = `{"vin":"W"}`
	}
	a := w.call(ann, "POST", "/v1/recaptures", `{"vehicles":[`+strings.Join(faults, ",")+`]}`)
	for i := range faults {
		if !strings.Contains(a.body, fmt.Sprintf(`"body.vehicles[%d].vin"`, i)) {
			t.Errorf("vehicle %d is not told of", i)
		}
	}
}
