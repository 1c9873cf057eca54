package enquiry_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/winback-auto/winback/internal/lead/enquiry"
	"github.com/winback-auto/winback/internal/platform/errs"
)

// seed adds all samples of some forms to a fuzz target.
func seed(f *testing.F, endings ...string) {
	f.Helper()
	seeds := 0
	for _, ending := range endings {
		files, _ := filepath.Glob("testdata/*" + ending)
		for _, file := range files {
			document, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			if !strings.HasSuffix(file, ".want.json") {
				f.Add(document)
				seeds++
			}
		}
	}
	for _, test := range hostile {
		if document := test.document(); len(document) < 10_000 {
			f.Add([]byte(document))
		}
	}
	if seeds == 0 {
		f.Fatal("no sample")
	}
}

// sound fails where an enquiry is not what others rely on.
func sound(t *testing.T, d enquiry.Document, err error) {
	t.Helper()
	if err != nil {
		if errs.KindOf(err) == errs.Internal && !isProblem(err) {
			t.Fatalf("refused without a reason: %v", err)
		}
		return
	}
	for _, e := range d.Enquiries {
		if e.Customer.Name.String() == "" && e.Customer.Company == "" && e.Customer.Email == "" && len(e.Customer.Phones) == 0 {
			t.Fatalf("an enquiry of nobody: %+v", e)
		}
		if e.Key() == "" || e.Digest() == "" {
			t.Fatal("no identity")
		}
		text, err := json.Marshal(e)
		if err != nil || len(text) > 200_000 {
			t.Fatalf("%d bytes, %v", len(text), err)
		}
		if strings.Contains(string(text), `\u0000`) || !utf8.Valid(text) {
			t.Fatalf("not clean: %s", text)
		}
		for _, one := range slices.Concat([]string{e.ID, e.Provider.Name, e.Customer.Name.String(), e.Customer.Email, e.Timeframe}, e.Further, e.Warnings) {
			if strings.ContainsFunc(one, unicode.IsControl) {
				t.Fatalf("control characters in %q", one)
			}
		}
	}
}

// isProblem reports a refusal that is HTTP's own, such as malformed JSON.
func isProblem(err error) bool { return strings.Contains(err.Error(), "body") }

func FuzzADF(f *testing.F) {
	seed(f, ".xml")
	f.Fuzz(func(t *testing.T, document []byte) {
		d, err := enquiry.ParseADF(document, "", sydney)
		sound(t, d, err)
	})
}

func FuzzJSON(f *testing.F) {
	seed(f, ".json")
	f.Fuzz(func(t *testing.T, document []byte) {
		e, err := enquiry.ParseJSON(document, sydney)
		if err != nil {
			sound(t, enquiry.Document{}, err)
			return
		}
		sound(t, enquiry.Document{Enquiries: []enquiry.Enquiry{e}}, nil)
		e.Warnings = nil
		text, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		again, err := enquiry.ParseJSON(text, sydney)
		if err != nil || again.Digest() != e.Digest() || again.Key() != e.Key() {
			t.Fatalf("%s is read again as %+v, %v", text, again, err)
		}
	})
}

func FuzzMail(f *testing.F) {
	seed(f, ".eml", ".txt", ".html")
	f.Fuzz(func(t *testing.T, document []byte) {
		d, err := enquiry.ParseMail(document, sydney)
		sound(t, d, err)
		d, err = enquiry.Parse("text/plain", document, kiel)
		sound(t, d, err)
	})
}
