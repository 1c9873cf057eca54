package mail_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	netmail "net/mail"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/mail"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func good() mail.Message {
	return mail.Message{
		SendID: "01SEND", Company: "harbour", Kind: "sighting",
		From: "Winback <no-reply@winback.example>", To: "Anna Müller <anna@harbour.example>",
		Subject: "Gesehen: Škoda Octavia – 13.500 €", Text: "Grüße\n", HTML: "<p>Grüße</p>",
		Headers: map[string]string{"List-Unsubscribe": "<https://winback.example/l/abc>"},
	}
}

func TestACalendarIsThePartThatReadersLookFor(t *testing.T) {
	for _, method := range []string{"REQUEST", "CANCEL"} {
		m := good()
		m.Calendar = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:" + method + "\r\nEND:VCALENDAR\r\n"
		raw, err := mail.MIME(m, "id@winback.example", noon)
		if err != nil {
			t.Fatal(err)
		}
		read, err := netmail.ReadMessage(bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		_, parameters, err := mime.ParseMediaType(read.Header.Get("Content-Type"))
		if err != nil {
			t.Fatal(err)
		}
		parts, found := multipart.NewReader(read.Body, parameters["boundary"]), ""
		for part, err := parts.NextPart(); err == nil; part, err = parts.NextPart() {
			if media, wanted, _ := mime.ParseMediaType(part.Header.Get("Content-Type")); media == "text/calendar" && wanted["method"] == method {
				body, err := io.ReadAll(part)
				if err != nil {
					t.Fatal(err)
				}
				found = string(body)
			}
		}
		if strings.ReplaceAll(found, "\r\n", "\n") != strings.ReplaceAll(m.Calendar, "\r\n", "\n") {
			t.Errorf("%s: the calendar is read as %q", method, found)
		}
	}
}

func TestAMailIsReadBackAsItWasMeant(t *testing.T) {
	m := good()
	raw, err := mail.MIME(m, "id@winback.example", noon)
	if err != nil {
		t.Fatal(err)
	}
	read, err := netmail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(read.Header.Get("Subject"))
	if err != nil || subject != m.Subject {
		t.Errorf("subject %q, %v", subject, err)
	}
	to, err := read.Header.AddressList("To")
	if err != nil || len(to) != 1 || to[0].Address != "anna@harbour.example" || to[0].Name != "Anna Müller" {
		t.Errorf("to %v, %v", to, err)
	}
	for name, want := range map[string]string{
		"Message-ID": "<id@winback.example>", "X-Winback-Send-Id": "01SEND", "X-Winback-Company": "harbour",
		"X-Winback-Kind": "sighting", "List-Unsubscribe": "<https://winback.example/l/abc>", "MIME-Version": "1.0",
		"Date": "Sun, 22 Nov 2026 12:00:00 +0000",
	} {
		if got := read.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	parts := alternatives(t, read)
	if got := fmt.Sprint(parts); got != "[text/plain:Grüße\n text/html:<p>Grüße</p>]" {
		t.Errorf("parts %s", got)
	}
}

func TestTheSameMessageMakesTheSameBytes(t *testing.T) {
	first, err := mail.MIME(good(), "id", noon)
	if err != nil {
		t.Fatal(err)
	}
	for range 20 {
		again, err := mail.MIME(good(), "id", noon)
		if err != nil || !bytes.Equal(first, again) {
			t.Fatalf("differs: %v\n%s", err, again)
		}
	}
}

func TestAMessageThatIsNotOneMailToOneRecipientIsRefused(t *testing.T) {
	for name, spoil := range map[string]func(*mail.Message){
		"two recipients":             func(m *mail.Message) { m.To = "a@x.example, b@x.example" },
		"a group":                    func(m *mail.Message) { m.To = "all: a@x.example, b@x.example;" },
		"no recipient":               func(m *mail.Message) { m.To = "" },
		"line break in recipient":    func(m *mail.Message) { m.To = "a@x.example\r\nBcc: b@x.example" },
		"folded recipient":           func(m *mail.Message) { m.To = "Anna\r\n <a@x.example>" },
		"line break in name":         func(m *mail.Message) { m.To = "\"A\r\nBcc: b@x.example\" <a@x.example>" },
		"encoded line break in name": func(m *mail.Message) { m.To = "=?utf-8?q?A=0D=0ABcc:_b@x.example?= <a@x.example>" },
		"encoded word in a name":     func(m *mail.Message) { m.To = "\"=?utf-8?q?A=0D=0AB?=\" <a@x.example>" },
		"address beyond ASCII":       func(m *mail.Message) { m.To = "a@bücher.example" },
		"line break in sender":       func(m *mail.Message) { m.From = "a@x.example\nX: y" },
		"line break in reply-to":     func(m *mail.Message) { m.ReplyTo = "a@x.example\nX: y" },
		"two reply-tos":              func(m *mail.Message) { m.ReplyTo = "a@x.example, b@x.example" },
		"no subject":                 func(m *mail.Message) { m.Subject = "" },
		"CRLF in subject":            func(m *mail.Message) { m.Subject = "Hello\r\nBcc: b@x.example" },
		"LF in subject":              func(m *mail.Message) { m.Subject = "Hello\nBcc: b@x.example" },
		"NUL in subject":             func(m *mail.Message) { m.Subject = "Hello\x00" },
		"line separator in subject":  func(m *mail.Message) { m.Subject = "Hello\u2028Bcc: b@x.example" },
		"broken text in subject":     func(m *mail.Message) { m.Subject = "Hello\xff" },
		"endless subject":            func(m *mail.Message) { m.Subject = strings.Repeat("x", 251) },
		"no content":                 func(m *mail.Message) { m.HTML, m.Text = "", "" },
		"endless text":               func(m *mail.Message) { m.Text = strings.Repeat("x", 50_001) },
		"NUL in HTML":                func(m *mail.Message) { m.HTML = "<p>\x00" },
		"header with a line break":   func(m *mail.Message) { m.Headers = map[string]string{"X-A": "b\r\nBcc: c@x.example"} },
		"header name with a colon":   func(m *mail.Message) { m.Headers = map[string]string{"X-A: b\r\nX-B": "c"} },
		"header name with a space":   func(m *mail.Message) { m.Headers = map[string]string{"X A": "c"} },
		"header of the message":      func(m *mail.Message) { m.Headers = map[string]string{"bCC": "c@x.example"} },
		"header of the transport":    func(m *mail.Message) { m.Headers = map[string]string{"Received": "from x"} },
		"header of the provider":     func(m *mail.Message) { m.Headers = map[string]string{"X-SES-Message-Tags": "a=b"} },
		"header of the content":      func(m *mail.Message) { m.Headers = map[string]string{"Content-Type": "text/html"} },
		"endless header":             func(m *mail.Message) { m.Headers = map[string]string{"X-A": strings.Repeat("x", 999)} },
		"send id that is no tag":     func(m *mail.Message) { m.SendID = "a b" },
		"kind that is no tag":        func(m *mail.Message) { m.Kind = "" },
		"company that is no tag":     func(m *mail.Message) { m.Company = "a\nb" },
	} {
		t.Run(name, func(t *testing.T) {
			m := good()
			spoil(&m)
			if _, err := mail.MIME(m, "id", noon); !errs.Is(err, errs.Invalid) {
				t.Errorf("got %v, want it refused as invalid", err)
			}
		})
	}
}

func TestASubjectIsReadBackWhateverItLooksLike(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := good()
		m.Subject = rapid.OneOf(
			rapid.StringMatching(`[ -~]{1,120}`),
			rapid.StringMatching(`([a-z ]|=\?utf-8\?[qb]\?=0D=0ABcc:_a@b\.c\?=| |=\?|\?=|ü){1,40}`),
			rapid.String(),
		).Filter(func(s string) bool { return strings.TrimSpace(s) == s }).Draw(t, "subject")
		raw, err := mail.MIME(m, "id", noon)
		if errs.Is(err, errs.Invalid) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		read, err := netmail.ReadMessage(bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := new(mime.WordDecoder).DecodeHeader(read.Header.Get("Subject")); err != nil || got != m.Subject {
			t.Fatalf("%q became %q, %v\n%s", m.Subject, got, err, raw)
		}
	})
}

func TestAllViolationsAreListedAtOnce(t *testing.T) {
	m := good()
	m.To, m.Subject, m.Kind = "nobody", "", "#"
	if got := len(errs.ViolationsOf(m.Check())); got != 3 {
		t.Errorf("%d violations, want 3", got)
	}
}

func TestWhateverTheTextsTheMailHasOneSenderOneRecipientAndNoHeaderMore(t *testing.T) {
	plain, err := mail.MIME(good(), "id", noon)
	if err != nil {
		t.Fatal(err)
	}
	want := headerNames(t, plain)
	rapid.Check(t, func(t *rapid.T) {
		m := good()
		m.Subject = rapid.String().Draw(t, "subject")
		m.Text = rapid.String().Draw(t, "text") + "."
		m.HTML = rapid.String().Draw(t, "html") + "."
		m.To = (&netmail.Address{Name: rapid.String().Draw(t, "name"), Address: "anna@harbour.example"}).String()
		m.Headers = map[string]string{"List-Unsubscribe": rapid.String().Draw(t, "header")}
		raw, err := mail.MIME(m, "id", noon)
		if errs.Is(err, errs.Invalid) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		read, err := netmail.ReadMessage(bytes.NewReader(raw))
		if err != nil {
			t.Fatalf("%v\n%s", err, raw)
		}
		if got := headerNames(t, raw); got != want {
			t.Fatalf("headers %s, want %s", got, want)
		}
		if to, err := read.Header.AddressList("To"); err != nil || len(to) != 1 || to[0].Address != "anna@harbour.example" {
			t.Fatalf("to %v, %v", to, err)
		}
	})
}

type fataler interface {
	Helper()
	Fatal(...any)
}

// headerNames counts the header lines of a raw mail by name.
func headerNames(t fataler, raw []byte) string {
	t.Helper()
	read, err := netmail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	counts := map[string]int{}
	for name, values := range read.Header {
		counts[name] = len(values)
	}
	return fmt.Sprint(counts)
}

func alternatives(t *testing.T, m *netmail.Message) []string {
	t.Helper()
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		t.Fatalf("content type %q, %v", kind, err)
	}
	var parts []string
	reader := multipart.NewReader(m.Body, params["boundary"])
	for {
		part, err := reader.NextRawPart()
		if errors.Is(err, io.EOF) {
			return parts
		}
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(quotedprintable.NewReader(part))
		if err != nil {
			t.Fatal(err)
		}
		kind, _, _ := mime.ParseMediaType(part.Header.Get("Content-Type"))
		parts = append(parts, kind+":"+strings.ReplaceAll(string(content), "\r\n", "\n"))
	}
}
