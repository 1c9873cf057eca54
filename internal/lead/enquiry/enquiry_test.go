package enquiry_test

import (
	"strings"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/lead/enquiry"
)

// only reads one enquiry.
func only(t *testing.T, contentType, document string, o enquiry.Options) enquiry.Enquiry {
	t.Helper()
	d, err := enquiry.Parse(contentType, []byte(document), o)
	if err != nil || len(d.Enquiries) != 1 {
		t.Fatalf("%d enquiries, %v in %s", len(d.Enquiries), err, document)
	}
	return d.Enquiries[0]
}

func TestANameIsTakenApartOnlyWhereItHasOneReading(t *testing.T) {
	for full, want := range map[string]enquiry.Name{
		"Ann Lee":                      {First: "Ann", Last: "Lee"},
		"  ann   LEE ":                 {First: "ann", Last: "LEE"},
		"Lee, Ann":                     {First: "Ann", Last: "Lee"},
		"Dr. Marisol Keane":            {First: "Marisol", Last: "Keane"},
		"Mr O\u2019Neill":              {Full: "O\u2019Neill"},
		"Frau Jana Müller-Lüdens":      {First: "Jana", Last: "Müller-Lüdens"},
		"Ann":                          {Full: "Ann"},
		"Ann Unknown":                  {Full: "Ann"},
		"Ann van Lee":                  {Full: "Ann van Lee"},
		"Ann & Bob":                    {Full: "Ann & Bob"},
		"Ann Lee, Bob Lee":             {Full: "Ann Lee, Bob Lee"},
		"Lee, Jr.":                     {Full: "Lee, Jr."},
		"Harbour Motors":               {Full: "Harbour Motors"},
		"Acme GmbH":                    {Full: "Acme GmbH"},
		"A Lee":                        {Full: "A Lee"},
		"Agent 007":                    {Full: "Agent 007"},
		"\u738b \u5c0f\u660e":          {Full: "\u738b \u5c0f\u660e"},
		"ann@mail.example":             {Full: "ann@mail.example"},
		"Ann\u202eeeL":                 {Full: "AnneeL"},
		strings.Repeat("x", 61) + " y": {Full: strings.Repeat("x", 61) + " y"},
	} {
		e := only(t, "application/xml", "<adf><prospect><customer><contact><name part=full><![CDATA["+full+"]]></name></contact></customer></prospect></adf>", sydney)
		if e.Customer.Name != want {
			t.Errorf("%q: %+v, want %+v", full, e.Customer.Name, want)
		}
	}
}

func TestDatesAsSendersWriteThem(t *testing.T) {
	for text, want := range map[string]string{
		"2026-03-30T15:30:20-08:00":       "2026-03-30T23:30:20Z",
		"2026-03-30T15:30:20-08:0":        "2026-03-30T23:30:20Z",
		"2026-03-30T15:30:20-09:3":        "2026-03-31T01:00:20Z",
		"2026-03-30T15:30:20-0800":        "2026-03-30T23:30:20Z",
		"2026-03-30T15:30:20-8":           "2026-03-30T23:30:20Z",
		"2026-03-30t15:30:20.123456z":     "2026-03-30T15:30:20Z",
		"2026-03-30 15:30:20 UTC":         "2026-03-30T15:30:20Z",
		"2026-3-30 9:05":                  "2026-03-29T22:05:00Z", // in Sydney
		"2026-03-30":                      "2026-03-29T13:00:00Z",
		"Mon, 30 Mar 2026 15:30:20 -0800": "2026-03-30T23:30:20Z",
		"30/03/2026":                      "",
		"03/30/2026 3:30 PM":              "",
		"2026-02-30":                      "",
		"2026-13-01":                      "",
		"2026-03-30T25:00:00Z":            "",
		"2026-03-30T15:30:20+99:00":       "",
		"1970-01-01":                      "",
		"2027-01-01":                      "", // tomorrow and later
		"soon":                            "",
		strings.Repeat("2", 500):          "",
	} {
		e := only(t, "application/xml", adf("<requestdate>"+text+"</requestdate>"+person), sydney)
		got := ""
		if !e.RequestDate.IsZero() {
			got = e.RequestDate.Format(time.RFC3339)
		}
		if got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
		if kept := strings.Join(e.Further, " "); want == "" && (!strings.Contains(kept, text[:min(len(text), 300)]) || len(e.Warnings) != 1) {
			t.Errorf("%q is lost: further %q, warnings %q", text, e.Further, e.Warnings)
		}
	}
}

func TestNothingThatWasSaidIsLost(t *testing.T) {
	said := []string{
		"EM 12", "next Tuesday", "Nineteen Ninety", "NOTAVIN", "PL@TE", "lots of miles", "price on request", "a telephone", "no(at)mail", "Nowhereland",
		"an option beyond words", "strange element", "between elements", "a second address: second@mail.example",
	}
	e := only(t, "application/xml", adf(`<id source="type">EM 12</id><requestdate>next Tuesday</requestdate>between elements
		<vehicle><year>Nineteen Ninety</year><vin>NOTAVIN</vin><rego>PL@TE</rego><odometer>lots of miles</odometer><price>price on request</price>
		<option><optionname>an option beyond words</optionname></option></vehicle>
		<customer><contact><name>Ann Lee</name><phone>a telephone</phone><email>no(at)mail</email><email>a second address: second@mail.example</email>
		<address><country>Nowhereland</country></address><odd><odder>strange element</odder></odd></contact></customer>`), sydney)
	all := strings.Join(e.Further, "\n") + strings.Join(e.Vehicle.Options, "\n")
	for _, text := range said {
		if !strings.Contains(all, text) {
			t.Errorf("%q is lost: %+v", text, e)
		}
	}
}

func TestAProvidersEnquiryIsTheSameHoweverOftenItComes(t *testing.T) {
	first := `<requestdate>2026-11-20T10:00:00Z</requestdate><id source="Carfinder">CF-1</id><vehicle><vin>JM0KF4WLA10123456</vin></vehicle>` + person
	a := only(t, "application/xml", adf(first), sydney)
	for name, document := range map[string]string{
		"sent again later": `<adf><prospect status="resend">` + strings.ReplaceAll(first, "2026-11-20", "2026-11-21") + "</prospect></adf>",
		"otherwise spaced": adf("\n" + strings.ReplaceAll(first, "><", ">\n  <")),
		"in upper case":    adf(strings.ReplaceAll(first, "ann@mail", "ANN@mail")),
	} {
		b := only(t, "application/xml", document, sydney)
		if a.Key() != b.Key() {
			t.Errorf("%s: another enquiry", name)
		}
		if name != "in upper case" && a.Digest() != b.Digest() {
			t.Errorf("%s: says something else", name)
		}
	}
	later := only(t, "application/xml", adf(first+"<comments>and a tow bar</comments>"), sydney)
	if a.Key() != later.Key() || a.Digest() == later.Digest() {
		t.Error("a later version is not told from the first")
	}
}

// Senders put the dealer's number, or the word test, where their number of the enquiry belongs.
func TestOneIDForEverythingLosesNoEnquiry(t *testing.T) {
	keys := map[string]string{}
	for _, inner := range []string{
		person,
		strings.ReplaceAll(person, "ann@", "bob@"),
		person + "<vehicle><stock>1</stock></vehicle>",
		person + "<vehicle><stock>2</stock></vehicle>",
		person + "<vehicle><make>Kia</make><model>Rio</model></vehicle>",
		person + `<vehicle interest="trade-in"><make>Kia</make><model>Rio</model></vehicle>`,
		`<customer><contact><name>Ann Lee</name></contact></customer>`,
		`<customer><contact><name>Ann Lee</name><phone>0412 345 678</phone></contact></customer>`,
	} {
		e := only(t, "application/xml", adf(`<id source="Desk">4711</id>`+inner), sydney)
		if other, taken := keys[e.Key()]; taken {
			t.Errorf("%s is the same as %s", inner, other)
		}
		keys[e.Key()] = inner
	}
	with := only(t, "application/xml", adf(`<id source="Desk">4711</id>`+person), sydney)
	without := only(t, "application/xml", adf(person+"<comments>one</comments>"), sydney)
	another := only(t, "application/xml", adf(person+"<comments>two</comments>"), sydney)
	if with.Key() == without.Key() || without.Key() == another.Key() {
		t.Error("without a provider's id, what was written tells enquiries apart")
	}
}

func TestPlainTextIsReadAsWhatItIs(t *testing.T) {
	for name, document := range map[string]string{
		"ADF":           "\n<?xml version=\"1.0\"?>\n" + adf(person),
		"a mail":        "From: Ann Lee <ann@mail.example>\nSubject: hi\n\nIs it there?",
		"a folded mail": "X-Long: one\n two\nMIME-Version: 1.0\nReply-To: ann@mail.example\n\nIs it there?",
		"lines":         "Name: Ann Lee\nEmail: ann@mail.example",
		"HTML":          "<html><p>Email: ann@mail.example</p></html>",
		"quoted lines":  "> Name: Ann Lee\n> Email: ann@mail.example",
	} {
		for _, contentType := range []string{"text/plain", "", "text/plain; charset=utf-8"} {
			if e := only(t, contentType, document, sydney); e.Customer.Email != "ann@mail.example" {
				t.Errorf("%s: %+v", name, e)
			}
		}
	}
	if _, err := enquiry.Parse("text/plain", []byte("Note: call Ann"), sydney); err == nil {
		t.Error("a text without a customer is read")
	}
}

func TestADocumentInAnEncodingThatItNamesIsRead(t *testing.T) {
	latin := "<adf><prospect><customer><contact><name part=first>J\xf6rg</name></contact></customer></prospect></adf>"
	for contentType, document := range map[string]string{
		"application/xml; charset=iso-8859-1": latin,
		"text/xml":                            `<?xml version="1.0" encoding="windows-1252"?>` + latin,
		"application/xml":                     "\xef\xbb\xbf" + strings.ReplaceAll(latin, "\xf6", "ö"),
	} {
		if e := only(t, contentType, document, sydney); e.Customer.Name.First != "Jörg" {
			t.Errorf("%s: %+v", contentType, e.Customer.Name)
		}
	}
}

func TestWhoIsNoPersonIsNotAnswered(t *testing.T) {
	for name, mail := range map[string]string{
		"a robot":           "From: no-reply@mail.example\n\nYour car was viewed.",
		"a desk":            "From: sales@mail.example\n\nYour car was viewed.",
		"a mailing list":    "From: Ann <ann@mail.example>\nList-Unsubscribe: <https://x.example>\n\nBig sale!",
		"an automatic mail": "From: Ann <ann@mail.example>\nAuto-Submitted: auto-replied\n\nI am away.",
		"two people":        "From: no-reply@mail.example\n\nAsk a@one.example or b@two.example.",
		"two numbers":       "From: no-reply@mail.example\n\nPhone: 0412 345 678 or phone: 0412 345 679.",
		"the dealer":        "From: no-reply@mail.example\nTo: desk@harbour.example\n\nSent to desk@harbour.example.",
		"no text":           "From: Ann <ann@mail.example>\nContent-Type: image/png\n\nx",
	} {
		if d, err := enquiry.ParseMail([]byte(mail), sydney); err == nil {
			t.Errorf("%s is taken for a customer: %+v", name, d.Enquiries)
		}
	}
}
