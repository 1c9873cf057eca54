package lead_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/winback-auto/winback/internal/lead"
	"github.com/winback-auto/winback/internal/platform/sheet"
	"github.com/winback-auto/winback/internal/testkit/dealership"
)

// taken is the answer to an import.
type taken struct {
	Yard                         string
	Rows, Created, Joined, Known int
	Rejected, Warnings           []sheet.Remark
}

func takeIn(t *testing.T, w *dealership.World, user, query, file string) (done taken) {
	t.Helper()
	w.Want(t, 200, user, "POST", "/v1/leads/import"+query, file, "Content-Type: text/csv").Into(t, &done)
	if sum := done.Created + done.Joined + done.Known + len(done.Rejected); sum != done.Rows {
		t.Errorf("%d of %d rows are accounted for: %+v", sum, done.Rows, done)
	}
	return done
}

const importHeader = "customer_first_name,customer_last_name,customer_email,customer_mobile,make,model,year,type,source,notes,reference\n"

func TestAFileOfLeadsIsTakenInAndNobodyIsAlerted(t *testing.T) {
	w := open(t)
	file := importHeader +
		"Ann,Lee,ann@mail.example,0400 000 001,Kia,Ceed,2021,used,Old system,wants a wagon,R-1\n" +
		"Bob,Ray,bob@mail.example,,Kia,Rio,2020,,Old system,,R-2\n" +
		"Bob,Ray,bob@mail.example,,Kia,Rio,2020,,Old system,again,R-3\n" +
		"Bob,Ray,bob@mail.example,,Kia,Rio,2020,,Old system,,R-2\n" +
		",,,,,,,,,,\n" +
		"Cat,Moe,not an address,,,,,,,,R-4\n" +
		"Dan,Poe,dan@mail.example,,,,soon,,,,R-5\n" +
		"Eve,Roe,eve@mail.example,,,,,loan,,,R-6\n" +
		"Fay,Soe,,,,,,,,,R-7\n"
	done := takeIn(t, w, dealership.Sydney, "", file)
	if done.Rows != 8 || done.Created != 2 || done.Joined+done.Known != 2 || done.Yard != "sydney" {
		t.Errorf("taken in as %+v", done)
	}
	for i, want := range []string{"7 customer_email", "8 year", "9 type", "10 customer_email"} {
		if got := fmt.Sprintf("%d %s", done.Rejected[i].Line, done.Rejected[i].Column); got != want || done.Rejected[i].Reason == "" {
			t.Errorf("refused %q, want %q: %s", got, want, done.Rejected[i].Reason)
		}
	}
	var page struct{ Items []lead.Lead }
	w.Want(t, 200, dealership.Sydney, "GET", "/v1/leads?q=ann", "").Into(t, &page)
	if l := page.Items[0]; l.User != "" || l.Status != lead.New || l.Source != "Old system" || l.Type != "used" || l.Vehicle.Model != "Ceed" || l.CreatedBy != dealership.Sydney {
		t.Errorf("the lead is %+v", l)
	}
	for _, topic := range []string{"lead-alert", "notify-send", "mail-deliver"} {
		if sent := w.Sent.Take(topic); len(sent) != 0 {
			t.Errorf("%d messages to %s", len(sent), topic)
		}
	}
	again := takeIn(t, w, dealership.Sydney, "", file)
	if again.Created != 0 || again.Joined != 0 || again.Known != 4 || total(t, w, dealership.Sydney, "/v1/leads") != 2 {
		t.Errorf("taken in again as %+v", again)
	}
}

func TestAnImportThatDiesInTheMiddleIsCompletedByTheNext(t *testing.T) {
	w := open(t)
	var file strings.Builder
	file.WriteString(importHeader)
	for i := range 40 {
		fmt.Fprintf(&file, "C%d,Lee,c%d@mail.example,,,,,,,,\n", i, i)
	}
	for _, kind := range []string{"lead", "customer", "enquiry receipt"} {
		w.Refuse = failing(kind)
		if a := w.Call(t, dealership.Sydney, "POST", "/v1/leads/import", file.String(), "Content-Type: text/csv"); a.Status < 500 {
			t.Errorf("without a %s: %d %s", kind, a.Status, a.Body)
		}
	}
	w.Refuse = nil
	if done := takeIn(t, w, dealership.Sydney, "", file.String()); done.Created+done.Known != 40 || total(t, w, dealership.Sydney, "/v1/leads?limit=200") != 40 {
		t.Errorf("completed as %+v", done)
	}
}

func TestAFileThatIsNoListOfLeadsIsRefusedAsAWhole(t *testing.T) {
	w := open(t)
	for file, status := range map[string]int{
		"\n":              422,
		"vin,make\nX,Y\n": 422,
		importHeader:      422,
		importHeader + strings.Repeat("A,B,a@mail.example,,,,,,,,\n", 1001): 413,
	} {
		if a := w.Call(t, dealership.Sydney, "POST", "/v1/leads/import", file, "Content-Type: text/csv"); a.Status != status {
			t.Errorf("%.30q: %d %s", file, a.Status, a.Body)
		}
	}
	w.Want(t, 422, dealership.Sydney, "POST", "/v1/leads/import?yard=melbourne", importHeader+"A,B,a@mail.example,,,,,,,,\n", "Content-Type: text/csv")
	w.Want(t, 403, dealership.Watcher, "POST", "/v1/leads/import", importHeader, "Content-Type: text/csv")
	if a := w.Want(t, 200, dealership.Sydney, "GET", "/v1/leads/template.csv", ""); !strings.HasPrefix(a.Body, "customer_first_name,") {
		t.Errorf("the template is %q", a.Body)
	}
}
