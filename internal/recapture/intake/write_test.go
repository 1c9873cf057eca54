package intake_test

import (
	"bytes"
	"encoding/csv"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/winback-auto/winback/internal/platform/sheet"
	"github.com/winback-auto/winback/internal/recapture/intake"
)

// T081.
func TestAFormulaIsNeutralised(t *testing.T) {
	for _, cell := range []string{
		"=1+1", "+61 491", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", "＋1", "－1", "＠x", " =1", "\x00=1", "=cmd|' /C calc'!A0", "'=1", "''@x",
	} {
		if got := sheet.Neutral(cell); got != "'"+cell {
			t.Errorf("%q becomes %q", cell, got)
		}
	}
	for _, cell := range []string{"", "O'Brien", "'t Hooft", "1+1", "a=b", "mail@x.example", "'", "''", "Lee-Roe"} {
		if got := sheet.Neutral(cell); got != cell {
			t.Errorf("%q becomes %q", cell, got)
		}
	}
	for title := range strings.SplitSeq(strings.TrimSpace(intake.Template()), ",") {
		if sheet.Neutral(title) != title {
			t.Errorf("the template has the cell %q", title)
		}
	}
}

// Formula cells are text like any other to us, with or without the apostrophe of whoever wrote them.
func TestAFormulaInAListIsKeptAsTheTextThatItIs(t *testing.T) {
	list := parse(t, "vin,customer_first_name,customer_last_name,customer_mobile\n"+
		vinA+",=1+1,@Lee,+61 491 570 006\n"+vinB+",'=1+1,'＠Lee,'+61 491 570 006\n"+vinC+",''=1+1,'t Hooft,'\n", australian)
	var got []string
	for _, row := range list.Rows {
		got = append(got, row.Customer.First+"|"+row.Customer.Last+"|"+row.Customer.Mobile)
	}
	if want := []string{"=1+1|@Lee|+61 491 570 006", "=1+1|＠Lee|+61 491 570 006", "'=1+1|'t Hooft|'"}; !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestWhatIsWrittenIsReadAsItWas(t *testing.T) {
	text := rapid.StringOfN(rapid.SampledFrom([]rune(`ab=+-@＝＠'",; ü`)), 0, 12, -1)
	rapid.Check(t, func(t *rapid.T) {
		list, err := intake.Parse([]byte(intake.Template()+vinA+",AB12CD,NSW,Honda,Accord,2007,,,,,2020-11-21,\r\n"), australian)
		if err != nil {
			t.Fatal(err)
		}
		row := list.Rows[0]
		clean := func(name string) string { return strings.Join(strings.Fields(text.Draw(t, name)), " ") }
		row.Customer = intake.Customer{First: clean("first"), Last: clean("last"), Email: clean("e-mail"), Mobile: clean("mobile")}
		row.Reference, row.Vehicle.Model = clean("reference"), "A"+clean("model")
		row.Vehicle.Model = strings.TrimSpace(row.Vehicle.Model)
		var file bytes.Buffer
		out := csv.NewWriter(&file)
		if err := out.WriteAll([][]string{intake.Columns(), row.Cells()}); err != nil {
			t.Fatal(err)
		}
		again, err := intake.Parse(file.Bytes(), australian)
		if err != nil || len(again.Rows) != 1 || again.Rows[0] != row {
			t.Fatalf("%q is read as %+v (%v, %v), want %+v", file.String(), again.Rows, again.Rejected, err, row)
		}
	})
}
