package recapture_test

import (
	"fmt"
	"strings"
	"testing"
)

// R34–R38: each row is accepted, a duplicate or rejected with its line.
func TestEveryRowOfAnUploadedListIsAccountedFor(t *testing.T) {
	w := open(t)
	file := "vin,rego,customer_last_name,customer_email,reference\n" +
		polo + ",,Lee,lee@mail.example,R1\n" +
		",abc 12d,Roe,,\n" +
		polo + ",,Again,,\n" +
		"WVW,,Bad,,\n" +
		",,Nothing,,\n"
	u := want[uploadView](w, 202, ann, "POST", "/v1/recaptures/uploads", file, "Content-Type: text/csv")
	if u.Rows != 5 || u.Accepted != 2 || u.Duplicates != 1 || u.RejectedTotal != 2 || u.Yard != "sydney" || u.Rejected[0].Line != 5 || u.Rejected[0].Column != "vin" {
		t.Errorf("%+v", u)
	}
	w.run()
	if b := w.batch(u.Batch); b.Total != 3 || b.Active != 2 || b.Duplicates != 1 || b.RejectedTotal != 2 || !b.Done {
		t.Errorf("batch %+v", b)
	}
	r := w.list(ann, "origin=csv&q=lee")
	if len(r) != 1 || r[0].Reference != "R1" || r[0].Customer.Email != "lee@mail.example" || r[0].User != ann {
		t.Errorf("%+v", r)
	}
	if plates := w.list(ann, "q=abc12d"); len(plates) != 1 || plates[0].Vehicle.State != "NSW" {
		t.Errorf("C8: %+v", plates)
	}
	again := want[uploadView](w, 202, ann, "POST", "/v1/recaptures/uploads", file, "Content-Type: text/csv")
	if again.Accepted != 0 || again.Duplicates != 3 || again.Accepted+again.Duplicates+again.RejectedTotal != again.Rows {
		t.Errorf("again: %+v", again)
	}
}

func TestAFormMayHoldAListInAnyEncoding(t *testing.T) {
	w := open(t)
	latin := "vin;customer_last_name\r\n" + polo + ";M\xfcller\r\n"
	form := "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"list.csv\"\r\nContent-Type: text/csv\r\n\r\n" + latin + "\r\n--x--\r\n"
	u := want[uploadView](w, 202, kim, "POST", "/v1/recaptures/uploads", form, "Content-Type: multipart/form-data; boundary=x")
	w.run()
	if r := w.list(kim, "q=muller"); u.Accepted != 1 || u.Yard != "kiel" || len(r) != 1 || r[0].Customer.Last != "Müller" {
		t.Errorf("%+v %+v", u, r)
	}
}

func TestRejectedRowsArePaged(t *testing.T) {
	w := open(t)
	file := "vin\n" + strings.Repeat("WVW\n", 1250)
	u := want[uploadView](w, 202, ann, "POST", "/v1/recaptures/uploads", file, "Content-Type: text/csv")
	if u.RejectedTotal != 1250 || len(u.Rejected) != 1000 || u.Accepted != 0 {
		t.Fatalf("%d rejected, %d shown", u.RejectedTotal, len(u.Rejected))
	}
	for _, limit := range []int{200, 150, 7} {
		line, next := 1, ""
		for first := true; first || next != ""; first = false {
			page := want[pageView[remarkView]](w, 200, ann, "GET", fmt.Sprintf("/v1/recapture-batches/%s/rejected?limit=%d&cursor=%s", u.Batch, limit, next), "")
			for _, r := range page.Items {
				if line++; r.Line != line || r.Reason == "" {
					t.Fatalf("limit %d: line %d, want %d", limit, r.Line, line)
				}
			}
			if len(page.Items) == 0 || len(page.Items) > limit {
				t.Fatalf("limit %d: a page of %d", limit, len(page.Items))
			}
			next = page.Next
		}
		if line != 1251 {
			t.Errorf("limit %d: ended at line %d", limit, line)
		}
	}
	want[any](w, 404, ann, "GET", "/v1/recapture-batches/none/rejected", "")
	want[any](w, 404, kim, "GET", "/v1/recapture-batches/"+u.Batch+"/rejected", "")
}

// R35, R36.
func TestTheTemplateIsAListThatCanBeUploaded(t *testing.T) {
	w := open(t)
	template := w.call(ann, "GET", "/v1/recaptures/template.csv", "")
	if template.status != 200 || !strings.HasPrefix(template.body, "vin,rego,state") {
		t.Fatalf("%d %s", template.status, template.body)
	}
	header, _, _ := strings.Cut(template.body, "\n")
	row := polo + strings.Repeat(",", strings.Count(header, ","))
	if u := want[uploadView](w, 202, ann, "POST", "/v1/recaptures/uploads", strings.TrimSpace(header)+"\n"+row, "Content-Type: text/csv"); u.Accepted != 1 {
		t.Errorf("%+v", u)
	}
	for name, file := range map[string]string{"no list": "hello", "empty": "\n"} {
		if a := w.call(ann, "POST", "/v1/recaptures/uploads", file, "Content-Type: text/csv"); a.status != 422 {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
	if a := w.call(ann, "POST", "/v1/recaptures/uploads", "vin", "Content-Type: application/pdf"); a.status != 415 {
		t.Errorf("not a list: %d %s", a.status, a.body)
	}
	if a := w.call(ann, "POST", "/v1/recaptures/uploads?yard=melbourne", "vin\n"+polo, "Content-Type: text/csv"); a.status != 422 {
		t.Errorf("another yard: %d %s", a.status, a.body)
	}
}

// Texts at their longest fit into every record that is made of them.
func TestRowsOfTheLongestTextsAreWatchedLikeOthers(t *testing.T) {
	w := open(t)
	file := new(strings.Builder)
	file.WriteString("vin,make,model,customer_first_name,customer_last_name,customer_email,customer_mobile,reference\n")
	random := uint64(1)
	text := func(n int) string {
		letters := make([]rune, n)
		for i := range letters {
			random = random*6364136223846793005 + 1442695040888963407
			letters[i] = rune(0x20000 + random>>49) // hardly to be compressed, four bytes each
		}
		return string(letters)
	}
	for n := range 210 {
		fmt.Fprintf(file, "%s,%s,%s,%s,%s,%s,%s,%s\n", vin(n), text(100), text(100), text(100), text(100), text(254), text(40), text(100))
	}
	u := want[uploadView](w, 202, ann, "POST", "/v1/recaptures/uploads", file.String(), "Content-Type: text/csv")
	w.run()
	if b := w.batch(u.Batch); u.Accepted != 210 || b.Active != 210 || b.Total != 210 {
		t.Errorf("%+v, batch %+v", u, b)
	}
}
