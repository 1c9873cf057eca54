package lead_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/company"
	"github.com/winback-auto/winback/internal/lead"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/platform/table/tabletest"
	"github.com/winback-auto/winback/internal/testkit/dealership"
)

// door opens the leads connection of Harbour's yards and returns its path.
func door(t *testing.T, w *dealership.World) string {
	t.Helper()
	w.Serve(lead.Webhook)
	desk := company.Connection{ID: "desk", Name: "Lead desk", Yards: []string{"sydney", "melbourne"}}
	if _, err := company.Admit(t.Context(), w.Deps, dealership.Harbour, desk); err != nil {
		t.Fatal(err)
	}
	_, address, err := company.NewAddress(t.Context(), w.Deps, dealership.Harbour, desk.ID)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimPrefix(address, w.Site.BaseURL)
}

const (
	annADF  = `<?adf version="1.0"?><adf><prospect><id source="Carfinder">CF-1</id><vehicle><stock>S-1</stock></vehicle><customer><contact><name part="full">Ann Lee</name><email>ann@mail.example</email></contact></customer></prospect></adf>`
	annJSON = `{"id": "W-1", "customer": {"name": {"full": "Ann Lee"}, "email": "ann@mail.example"}, "vehicle": {"stock": "S-1"}, "vendor": {"name": "Melbourne"}}`
	annMail = "From: leads@carfinder.example\r\nSubject: lead\r\n\r\nName: Ann Lee\r\nEmail: ann@mail.example\r\nStock: S-1\r\n"
)

func TestALeadArrivesInAnyForm(t *testing.T) {
	for name, test := range map[string]struct{ contentType, document, source, yard string }{
		"ADF":            {"application/x-adf+xml", annADF, "Carfinder", "sydney"},
		"ADF as XML":     {"text/xml; charset=utf-8", annADF, "Carfinder", "sydney"},
		"ADF as text":    {"text/plain", annADF, "Carfinder", "sydney"},
		"JSON":           {"application/json", annJSON, "Lead desk", "melbourne"},
		"a mail":         {"message/rfc822", annMail, "carfinder.example", "sydney"},
		"a mail as text": {"text/plain; charset=UTF-8", annMail, "carfinder.example", "sydney"},
		"lines":          {"text/plain", annMail[strings.Index(annMail, "Name"):], "Lead desk", "sydney"},
		"HTML":           {"text/html", "<p>Name: Ann Lee</p><p>Email: ann@mail.example</p><p>Stock: S-1</p>", "Lead desk", "sydney"},
	} {
		t.Run(name, func(t *testing.T) {
			w := open(t)
			path := door(t, w)
			a := w.Want(t, 200, "", "POST", path, test.document, "Content-Type: "+test.contentType)
			if a.Body != `{"received":1,"refused":[]}` {
				t.Errorf("answer %s", a.Body)
			}
			ids, _ := w.Want(t, 200, dealership.Manager, "GET", "/v1/leads", "").List(t)
			if len(ids) != 1 {
				t.Fatalf("leads %v", ids)
			}
			s := show(t, w, lead.ID(ids[0]))
			if s.CustomerName != "Ann Lee" || s.Source != test.source || s.Yard != test.yard || s.Stock != "S-1" || s.User != "" || len(s.Asked) != 1 {
				t.Errorf("%+v", s)
			}
		})
	}
}

func TestALeadThatIsSentAgainHasNoFurtherEffect(t *testing.T) {
	w := open(t)
	path := door(t, w)
	var all sync.WaitGroup
	for range 30 {
		all.Go(func() {
			for range 20 {
				switch a := w.Call(t, "", "POST", path, annADF, "Content-Type: application/xml"); a.Status {
				case 200:
					return
				case 503:
				default:
					t.Errorf("%d %s", a.Status, a.Body)
				}
			}
			t.Error("never taken")
		})
	}
	all.Wait()
	w.Time = w.Time.Add(8 * 24 * time.Hour)
	w.Want(t, 200, "", "POST", path, strings.ReplaceAll(annADF, "<prospect>", `<prospect status="resend"><requestdate>2026-11-30T00:00:00Z</requestdate>`), "Content-Type: application/xml")
	ids, _ := w.Want(t, 200, dealership.Manager, "GET", "/v1/leads", "").List(t)
	if len(ids) != 1 || total(t, w, dealership.Manager, "/v1/customers") != 1 || show(t, w, lead.ID(ids[0])).Enquiries != 1 {
		t.Errorf("leads %v", ids)
	}
}

func TestALeadIsAnsweredOnceItIsDurable(t *testing.T) {
	w := open(t)
	path := door(t, w)
	w.Refuse = func([]table.Op) error { return errs.E(errs.Unavailable, "no answer") }
	w.Want(t, 503, "", "POST", path, annADF, "Content-Type: application/xml")
	w.Refuse = nil
	w.Want(t, 200, "", "POST", path, annADF, "Content-Type: application/xml")
	if n := total(t, w, dealership.Manager, "/v1/leads"); n != 1 {
		t.Errorf("%d leads", n)
	}
}

// Whichever write the process dies at: an answer without an error says that all leads of the document are durable, and the
// document that comes again completes them.
func TestADocumentThatDiesInTheMiddleIsCompletedByTheNext(t *testing.T) {
	two := strings.ReplaceAll(annADF, "</adf>", strings.ReplaceAll(annADF[strings.Index(annADF, "<prospect>"):], "ann@", "bob@"))
	for crash := range tabletest.Crashes(t, 8) {
		w := open(t)
		path := door(t, w)
		w.Crash = crash
		first := w.Call(t, "", "POST", path, two, "Content-Type: application/xml")
		crash.Over()
		if n := total(t, w, dealership.Manager, "/v1/leads"); first.Status != 200 && first.Status != 503 || first.Status == 200 && n != 2 {
			t.Errorf("%d leads, answered %+v", n, first)
		}
		a := w.Want(t, 200, "", "POST", path, two, "Content-Type: application/xml")
		if n := total(t, w, dealership.Manager, "/v1/leads"); n != 2 || !strings.Contains(a.Body, `"received":2`) {
			t.Errorf("%d leads, %s", n, a.Body)
		}
	}
}

func TestOneBadProspectDoesNotSpoilTheOthers(t *testing.T) {
	w := open(t)
	path := door(t, w)
	a := w.Want(t, 200, "", "POST", path, strings.ReplaceAll(annADF, "</adf>", "<prospect><vehicle/></prospect></adf>"), "Content-Type: application/xml")
	if !strings.Contains(a.Body, `"received":1,"refused":[{"prospect":2,`) {
		t.Errorf("answer %s", a.Body)
	}
	if wrong := w.Want(t, 422, "", "POST", path, "<adf><prospect/><prospect/></adf>", "Content-Type: application/xml").Wrong(t); len(wrong) != 2 || wrong[1] != "body.prospect[1]" {
		t.Errorf("violations at %q", wrong)
	}
}

func TestWhatIsNoLeadIsRefusedAndNothingIsWritten(t *testing.T) {
	w := open(t)
	path := door(t, w)
	w.Refuse = func(ops []table.Op) error {
		t.Errorf("written: %s", ops[0].Item.Kind)
		return nil
	}
	for name, test := range map[string]struct {
		contentType, document string
		want                  int
	}{
		"an entity":               {"application/xml", `<!DOCTYPE adf [<!ENTITY x SYSTEM "file:///etc/passwd">]><adf/>`, 422},
		"no XML":                  {"application/xml", `hello`, 422},
		"too large a document":    {"application/xml", strings.Repeat("x", 300_000), 413},
		"too large a body":        {"text/plain", strings.Repeat("x", 4_600_000), 413},
		"another type":            {"application/pdf", annADF, 415},
		"a form":                  {"application/x-www-form-urlencoded", "a=b", 415},
		"no type":                 {"", annADF, 415},
		"another type, too large": {"application/pdf", strings.Repeat("x", 4_600_000), 413},
		"nothing":                 {"application/xml", "", 400},
		"malformed JSON":          {"application/json", `{"customer":`, 400},
		"JSON with a mistake":     {"application/json", `{"customer": {"mail": "ann@mail.example"}}`, 422},
		"JSON of nobody":          {"application/json", `{"customer": {}}`, 422},
		"a text of nobody":        {"text/plain", "call me", 422},
		"a packed body":           {"application/xml", annADF, 415},
	} {
		headers := []string{"Content-Type: " + test.contentType}
		if name == "a packed body" {
			headers = append(headers, "Content-Encoding: gzip")
		}
		if a := w.Call(t, "", "POST", path, test.document, headers...); a.Status != test.want {
			t.Errorf("%s: %d, want %d: %s", name, a.Status, test.want, a.Body)
		}
	}
}

func TestAnUnknownAddressIsNowhere(t *testing.T) {
	w := open(t)
	path := door(t, w)
	first := w.Want(t, 404, "", "POST", "/webhooks/leads/unknown", annADF, "Content-Type: application/xml")
	for _, other := range []string{path[:len(path)-1], path + "x", "/webhooks/leads/" + strings.Repeat("A", 43)} {
		if a := w.Call(t, "", "POST", other, annADF, "Content-Type: application/xml"); a != first {
			t.Errorf("%s: %d %s, want %s", other, a.Status, a.Body, first.Body)
		}
	}
	if n := total(t, w, dealership.Manager, "/v1/leads"); n != 0 {
		t.Errorf("%d leads", n)
	}
}
