package recapture_test

import (
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/winback-auto/winback/internal/platform/access"
)

// readCSV reads a CSV file as an independent reader does: by the titles of its columns.
func readCSV(t *testing.T, file string) (rows []map[string]string) {
	t.Helper()
	all, err := csv.NewReader(strings.NewReader(file)).ReadAll()
	if err != nil || len(all) == 0 {
		t.Fatalf("%v in %.200q", err, file)
	}
	for _, cells := range all[1:] {
		row := map[string]string{}
		for i, cell := range cells {
			row[all[0][i]] = cell
		}
		rows = append(rows, row)
	}
	return rows
}

// follow is the address of the next part of a file, or empty.
func (a answer) follow(t *testing.T) string {
	t.Helper()
	if a.link == "" {
		return ""
	}
	address, found := strings.CutSuffix(strings.TrimPrefix(a.link, "<"), `>; rel="next"`)
	if !found {
		t.Fatalf("Link: %s", a.link)
	}
	return address
}

func TestAnExportIsTheDashboardAsAFile(t *testing.T) {
	w := fleet(t)
	for filters, want := range map[string]string{"": "2 4 1 3", "make=Toyota": "2 1", "status=errored&status=new_sighting": "2 3", "q=zoe": "1", "make=Lada": ""} {
		a := w.call(ann, "GET", "/v1/recaptures/export.csv?"+filters, "")
		var got []string
		for _, row := range readCSV(t, a.body) {
			got = append(got, row["vin"][len(row["vin"])-1:])
		}
		if s := strings.Join(got, " "); a.status != 200 || s != want || a.link != "" {
			t.Errorf("%q: %d %q, want %q; Link %s", filters, a.status, s, want, a.link)
		}
	}
	row := readCSV(t, w.call(ann, "GET", "/v1/recaptures/export.csv?status=new_sighting", "").body)[0]
	for column, want := range map[string]string{
		"status": "new_sighting", "make": "Toyota", "model": "Hilux", "user": ann, "yard": "sydney", "origin": "api",
		"sighted_price": "9000.00", "sighted_currency": "AUD", "sighted_site": "cars.example", "sighted_url": "https://cars.example/1", "sighted_delisted": "false",
	} {
		if row[column] != want {
			t.Errorf("%s is %q, want %q", column, row[column], want)
		}
	}
	if got := readCSV(t, w.call(mel, "GET", "/v1/recaptures/export.csv", "").body); len(got) != 1 || got[0]["vin"] != vin(5) {
		t.Errorf("C13: mel exports %v", got)
	}
	if got := readCSV(t, w.call(kim, "GET", "/v1/recaptures/export.csv", "").body); len(got) != 0 {
		t.Errorf("another dealer exports %v", got)
	}
	if a := w.call(owner, "GET", "/v1/recaptures/export.csv", ""); a.status != 403 {
		t.Errorf("without the role: %d %s", a.status, a.body)
	}
	for _, wrong := range []string{"status=sold", "limit=5001", "limit=0", "q=a", "sightedFrom=2026"} {
		if a := w.call(ann, "GET", "/v1/recaptures/export.csv?"+wrong, ""); a.status != 422 {
			t.Errorf("%s: %d", wrong, a.status)
		}
	}
}

func TestALongExportComesInParts(t *testing.T) {
	w := open(t)
	file := "vin,make\n"
	for n := range 450 {
		file += vin(n) + "," + []string{"Kia", "VW", "Kia"}[n%3] + "\n"
	}
	want[uploadView](w, 202, ann, "POST", "/v1/recaptures/uploads", file, "Content-Type: text/csv")
	w.run()
	for _, test := range []struct {
		query string
		most  int
		total int
	}{{"limit=130", 130, 450}, {"limit=300", 300, 450}, {"make=Kia&limit=70", 70, 300}, {"", 5000, 450}} {
		seen := map[string]bool{}
		parts := 0
		for address := "/v1/recaptures/export.csv?" + test.query; address != ""; parts++ {
			a := w.call(ann, "GET", address, "")
			rows := readCSV(t, a.body)
			if a.status != 200 || len(rows) > test.most {
				t.Fatalf("%s: %d with %d rows", address, a.status, len(rows))
			}
			for _, row := range rows {
				if seen[row["id"]] {
					t.Fatalf("%s is exported twice", row["id"])
				}
				seen[row["id"]] = true
			}
			address = a.follow(t)
			if parts == 0 && address != "" {
				if foreign := w.call(kim, "GET", address, ""); foreign.status != 400 {
					t.Errorf("the cursor of another dealer: %d", foreign.status)
				}
			}
		}
		if len(seen) != test.total {
			t.Errorf("%q: %d rows in %d parts, want %d", test.query, len(seen), parts, test.total)
		}
	}
}

// T081: what one dealer exports another uploads, and nobody's spreadsheet calculates.
func TestAnExportThatIsUploadedAgainIsTheSame(t *testing.T) {
	w := open(t)
	names := []string{"=HYPERLINK(\"http://evil.example\")", "+61 Lee", "-Roe", "@Zoe", "＝1+1", "＠Kim", "'t Hooft", "'=quoted", "O'Brien; the 2nd, \"Cy\"", "Müller"}
	file := "vin,make,model,year,customer_first_name,customer_last_name,customer_email,customer_mobile,sold_on,reference\n"
	for n, name := range names {
		cell := `"` + strings.ReplaceAll(strings.Replace(name, "'=", "''=", 1), `"`, `""`) + `"`
		file += fmt.Sprintf("%s,VW,%s,2019,Cy,%s,cy@mail.example,+61 400 000 00%d,2020-11-21,%s\n", vin(n), cell, cell, n, cell)
	}
	if u := want[uploadView](w, 202, ann, "POST", "/v1/recaptures/uploads", file, "Content-Type: text/csv"); u.Accepted != len(names) {
		t.Fatalf("%+v", u)
	}
	w.run()
	exported := w.call(ann, "GET", "/v1/recaptures/export.csv", "").body
	for _, row := range readCSV(t, exported) {
		for column, cell := range row {
			if strings.ContainsAny(cell[:min(len(cell), 1)], "=+-@\t\r") || strings.HasPrefix(cell, "＝") || strings.HasPrefix(cell, "＠") {
				t.Errorf("%s is %q", column, cell)
			}
		}
	}
	if u := want[uploadView](w, 202, kim, "POST", "/v1/recaptures/uploads", exported, "Content-Type: text/csv"); u.Accepted != len(names) || u.RejectedTotal != 0 {
		t.Fatalf("uploaded again: %+v", u)
	}
	w.run()
	known := func(user string) (lines []string) {
		for _, r := range w.list(user, "") {
			lines = append(lines, fmt.Sprint(r.Vehicle, r.Customer.First, r.Customer.Last, r.Customer.Email, r.Customer.Mobile, r.Reference))
		}
		slices.Sort(lines)
		return lines
	}
	ours, theirs := known(ann), known(kim)
	if !slices.Equal(ours, theirs) || !strings.Contains(strings.Join(ours, "\n"), names[0]) || !strings.Contains(strings.Join(ours, "\n"), names[7]) {
		t.Errorf("exported\n%s\nread again\n%s", strings.Join(ours, "\n"), strings.Join(theirs, "\n"))
	}
}

func TestRejectedRowsAreExported(t *testing.T) {
	w := open(t)
	file := "vin,year\n" + strings.Repeat("WVW,\n", 450) + polo + ",=1\n"
	u := want[uploadView](w, 202, ann, "POST", "/v1/recaptures/uploads", file, "Content-Type: text/csv")
	path := "/v1/recapture-batches/" + u.Batch + "/rejected.csv"
	for _, query := range []string{"", "?limit=170", "?limit=1000"} {
		line := 1
		for address := path + query; address != ""; {
			a := w.call(ann, "GET", address, "")
			for _, row := range readCSV(t, a.body) {
				if line++; row["line"] != fmt.Sprint(line) || row["reason"] == "" || row["column"] == "" {
					t.Fatalf("%s: %v, want line %d", address, row, line)
				}
			}
			address = a.follow(t)
		}
		if line != 452 {
			t.Errorf("%q ends at line %d", query, line)
		}
	}
	want[any](w, 404, ann, "GET", "/v1/recapture-batches/none/rejected.csv", "")
	want[any](w, 404, kim, "GET", path, "")
}

// R36: what the popup shows before the UPLOAD button is pressed.
func TestAPreviewSaysWhatAnUploadWouldDoAndDoesNothing(t *testing.T) {
	w := open(t)
	w.watched(ann, `{"vin":"`+vin(1)+`"}`)
	file := "VIN;Customer Last Name;colour;year\n" + vin(1) + ";;red;\n" + vin(2) + ";Lee;;2019\n" + vin(2) + ";;;\nWVW;;;19\n"
	before := w.list(ann, "")
	p := want[uploadView](w, 200, ann, "POST", "/v1/recaptures/uploads?preview=true", file, "Content-Type: text/csv")
	if p.Batch != "" || p.Yard != "sydney" || p.Rows != 4 || p.Accepted != 1 || p.Duplicates != 2 || p.RejectedTotal != 1 || p.Rejected[0].Line != 5 || len(p.Warnings) == 0 {
		t.Errorf("preview %+v", p)
	}
	if len(p.Sample) != 2 || p.Sample[1].Vehicle.VIN != vin(2) || p.Sample[1].Vehicle.Year != 2019 || p.Sample[1].Customer.Last != "Lee" {
		t.Errorf("sample %+v", p.Sample)
	}
	w.run()
	if after := w.list(ann, ""); len(after) != len(before) || w.summary(ann).TotalCustomers != 1 {
		t.Errorf("a preview has left %+v", after)
	}
	u := want[uploadView](w, 202, ann, "POST", "/v1/recaptures/uploads", file, "Content-Type: text/csv")
	if u.Batch == "" || u.Accepted != p.Accepted || u.Duplicates != p.Duplicates || u.RejectedTotal != p.RejectedTotal || u.Sample != nil {
		t.Errorf("upload %+v, preview %+v", u, p)
	}
	for query, status := range map[string]int{"preview=true&yard=melbourne": 422, "preview=maybe": 422} {
		if a := w.call(ann, "POST", "/v1/recaptures/uploads?"+query, file, "Content-Type: text/csv"); a.status != status {
			t.Errorf("%s: %d %s", query, a.status, a.body)
		}
	}
	if a := w.call(owner, "POST", "/v1/recaptures/uploads?preview=true", file, "Content-Type: text/csv"); a.status != 403 {
		t.Errorf("without the role: %d", a.status)
	}
}

// R58–R62, C13: the popup names what the ids stand for, except what its viewer may not see.
func TestThePopupShowsSourcesAndWhatWasMade(t *testing.T) {
	w := open(t)
	lead := w.lead(polo)
	appraisal := w.appraise(polo)
	w.check(ann, `{"leads":["`+lead+`"],"appraisals":["`+appraisal+`"]}`)
	w.run()
	id := w.list(ann, "")[0].ID
	w.sight(id, w.onSale(0, 9000))
	made := want[leadView](w, 201, ann, "POST", "/v1/recaptures/"+id+"/leads", `{}`)
	prospect := want[leadView](w, 201, ann, "POST", "/v1/recaptures/"+id+"/prospects", `{}`)
	seen := func(user string) string {
		r := w.get(user, id)
		if strings.Join(r.SourceLeads, " ") != lead || strings.Join(r.SourceAppraisals, " ") != appraisal || strings.Join(r.CreatedLeads, " ") != made.ID || strings.Join(r.CreatedProspects, " ") != prospect.ID {
			t.Errorf("ids for %s: %+v", user, r)
		}
		var lines []string
		for _, part := range [][]lineView{r.Related.SourceLeads, r.Related.SourceAppraisals, r.Related.CreatedLeads, r.Related.CreatedProspects} {
			for _, line := range part {
				if line.Name == "" || line.At.IsZero() || line.Yard == "" || line.Vehicle == "" {
					t.Errorf("%+v", line)
				}
				lines = append(lines, line.ID+" "+line.Status+" "+line.UserName)
			}
		}
		return strings.Join(lines, ", ")
	}
	all := []string{lead + " new owner", appraisal + " open owner", made.ID + " new ann", prospect.ID + " pending ann"}
	if got := seen(ann); got != strings.Join(all, ", ") {
		t.Errorf("ann sees %q, want %q", got, all)
	}
	if got := seen(ben); got != strings.Join(all[:3], ", ") {
		t.Errorf("who has no role for prospects sees %q", got)
	}
	w.role(harbour, access.ManageProspects, access.Attributes{}, []string{"sydney"}, "pro")
	if a := w.call("pro", "GET", "/v1/recaptures/"+id, ""); a.status != 403 {
		t.Errorf("%d", a.status)
	}
}
