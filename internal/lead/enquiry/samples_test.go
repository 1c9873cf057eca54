package enquiry_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/lead/enquiry"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/testkit/golden"
)

var (
	noon   = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	sydney = enquiry.Options{Country: "AU", State: "NSW", Zone: zone("Australia/Sydney"), Provider: "Lead desk", Now: noon}
	kiel   = enquiry.Options{Country: "DE", Zone: zone("Europe/Berlin"), Provider: "Lead desk", Now: noon}
)

func zone(name string) *time.Location {
	z, err := time.LoadLocation(name)
	if err != nil {
		panic(err)
	}
	return z
}

// contentTypes are those of the samples, by the ends of their names.
var contentTypes = map[string]string{
	".xml": "application/x-adf+xml", ".json": "application/json", ".eml": "message/rfc822", ".txt": "text/plain", ".html": "text/html",
}

// outcome is what became of a document, as the golden files show it.
type outcome struct {
	Enquiries []enquiry.Enquiry `json:"enquiries,omitempty"`
	Refused   []enquiry.Refusal `json:"refused,omitempty"`
	Error     string            `json:"error,omitempty"`
	Wrong     []errs.Violation  `json:"wrong,omitempty"`
}

func outcomeOf(d enquiry.Document, err error) outcome {
	o := outcome{Enquiries: d.Enquiries, Refused: d.Refused}
	if err != nil {
		o.Error, o.Wrong = err.Error(), errs.ViolationsOf(err)
	}
	return o
}

func TestEverySampleIsReadAsItShouldBe(t *testing.T) {
	files, err := filepath.Glob("testdata/*.*")
	if err != nil {
		t.Fatal(err)
	}
	read := 0
	for _, file := range files {
		if strings.HasSuffix(file, ".want.json") {
			continue
		}
		read++
		t.Run(filepath.Base(file), func(t *testing.T) {
			document, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			o := sydney
			if strings.Contains(file, "german") {
				o = kiel
			}
			got, err := json.MarshalIndent(outcomeOf(enquiry.Parse(contentTypes[filepath.Ext(file)], document, o)), "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			golden.Compare(t, file+".want.json", append(got, '\n'))
		})
	}
	if read < 15 {
		t.Errorf("only %d samples", read)
	}
}

// Whatever an enquiry becomes, its own form takes it: every answer is an input.
func TestWhatIsReadIsReadAgainFromItsOwnForm(t *testing.T) {
	for _, file := range []string{"complete.xml", "labelled.txt", "enquiry.json", "stacked.html"} {
		document, err := os.ReadFile("testdata/" + file)
		if err != nil {
			t.Fatal(err)
		}
		d, err := enquiry.Parse(contentTypes[filepath.Ext(file)], document, sydney)
		if err != nil {
			t.Fatal(err)
		}
		first := d.Enquiries[0]
		first.Warnings = nil
		text, err := json.Marshal(first)
		if err != nil {
			t.Fatal(err)
		}
		again, err := enquiry.ParseJSON(text, sydney)
		if err != nil {
			t.Errorf("%s: %v in %s", file, err, text)
			continue
		}
		if again.Digest() != first.Digest() || again.Key() != first.Key() {
			t.Errorf("%s is read again as %+v, first %+v", file, again, first)
		}
	}
}

// WINBACK_DATA names a folder with lead documents that are no part of the project.
func TestRealDocumentsAreReadOrRefusedWithAReason(t *testing.T) {
	folder := os.Getenv("WINBACK_DATA")
	if folder == "" {
		t.Skip("WINBACK_DATA is not set: it names the folder with adf/*.xml and adf/email_text/*")
	}
	files, _ := filepath.Glob(filepath.Join(folder, "adf", "*.xml"))
	mails, _ := filepath.Glob(filepath.Join(folder, "adf", "email_text", "*"))
	for _, file := range slices.Concat(files, mails) {
		document, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		contentType := "message/rfc822"
		if strings.HasSuffix(file, ".xml") {
			contentType = "text/plain" // recognised by their beginning
		}
		d, err := enquiry.Parse(contentType, document, enquiry.Options{Country: "CA", Provider: "Lead desk"})
		switch {
		case err != nil && errs.Text(err) == "":
			t.Errorf("%s: refused without a reason: %v", filepath.Base(file), err)
		case err != nil:
			t.Logf("%s: refused: %s", filepath.Base(file), errs.Text(err))
		case len(d.Enquiries) == 0:
			t.Errorf("%s: neither read nor refused: %+v", filepath.Base(file), d)
		default:
			t.Logf("%s: %d read, %d refused, %d warnings", filepath.Base(file), len(d.Enquiries), len(d.Refused), len(d.Enquiries[0].Warnings))
		}
	}
	t.Logf("%d documents", len(files)+len(mails))
}
