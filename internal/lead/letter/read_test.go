package letter_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/winback-auto/winback/internal/lead"
	"github.com/winback-auto/winback/internal/lead/letter"
	"github.com/winback-auto/winback/internal/platform/mail/sesinbound"
	"github.com/winback-auto/winback/internal/testkit/dealership"
)

const name = "abcdefghijklmnopqrstuvwx27"

// stamped is a mail as the provider leaves it.
func stamped(raw string, how ...func(*sesinbound.Arrival)) []byte {
	a := sesinbound.Arrival{ID: "m1", Region: "ap-southeast-2", From: "ann@mail.example", To: "lead-" + name + "@" + replies, At: dealership.Noon}
	for _, change := range how {
		change(&a)
	}
	return sesinbound.Stamped([]byte(raw), a)
}

func read(raw []byte) letter.Mail { return letter.Read(raw, replies) }

func TestWhatIsQuotedIsLeftOut(t *testing.T) {
	for title, c := range map[string]struct{ text, want string }{
		"nothing quoted":       {"Yes.\n\nAnn", "Yes.\n\nAnn"},
		"Gmail":                {"Yes.\n\nOn Mon, 22 Nov 2026 at 10:00, Sam Lee <sam@x.example> wrote:\n\n> When?\n>\n> Sam", "Yes."},
		"Gmail on two lines":   {"Yes.\n\nOn Mon, 22 Nov 2026 at 10:00, Sam Lee of Harbour Motors\n<sam@x.example> wrote:\n> When?", "Yes."},
		"without marks":        {"Yes.\n\nOn 22 Nov 2026, Sam wrote:\n\nWhen?\n\nSam", "Yes."},
		"German":               {"Ja.\n\nAm 22.11.2026 um 10:00 schrieb Sam Lee <sam@x.example>:\n> Wann?", "Ja."},
		"Outlook":              {"Yes.\n\n-----Original Message-----\nFrom: Sam\nSent: Monday\nTo: Ann\nSubject: Ceed\n\nWhen?", "Yes."},
		"Outlook 365":          {"Yes.\n\n________________________________\nFrom: Sam <sam@x.example>\nSent: Monday, 22 November 2026\nTo: Ann\nSubject: Ceed\n\nWhen?", "Yes."},
		"Outlook, German":      {"Ja.\n\nVon: Sam <sam@x.example>\nGesendet: Montag\nAn: Ann\nBetreff: Ceed\n\nWann?", "Ja."},
		"forwarded by a phone": {"See below.\n\nBegin forwarded message:\n\nFrom: Bob\nSubject: x\nDate: y\n\nHello", "See below."},
		"answered below":       {"On Mon, Sam wrote:\n> When?\n> Sam\n\nSaturday.", "Saturday."},
		"answered between":     {"On Mon, Sam wrote:\n> When?\nSaturday.\n> Where?\nSydney.", "Saturday.\nSydney."},
		"only quotes":          {"> When?\n> Sam", "> When?\n> Sam"},
		"a signature":          {"Yes.\n-- \nAnn Lee\n0412 345 678", "Yes.\n--\nAnn Lee\n0412 345 678"},
		"a word of its own":    {"On Saturday I wrote:\nnothing", "On Saturday I wrote:\nnothing"},
		"From in the text":     {"From: Sydney I come.\nThat is all.", "From: Sydney I come.\nThat is all."},
		"the direction turned": {"a\u202eb\u200bc\x00d", "abcd"},
		"blanks and line ends": {"\r\n  Yes. \t\r\n\r\n\r\n\r\nAnn\u00a0Lee\r\n", "  Yes.\n\nAnn Lee"},
	} {
		if got := read(stamped("Content-Type: text/plain; charset=utf-8\r\n\r\n" + c.text)).Answer; got != c.want {
			t.Errorf("%s: %q, want %q", title, got, c.want)
		}
	}
}

func TestTheTextOfAMailIsReadFromItsParts(t *testing.T) {
	const html = "<html><head><title>no</title></head><body><p>Yes,<br>on <b>Saturday</b>.</p><script>no</script></body></html>"
	for title, c := range map[string]struct{ mail, want string }{
		"in HTML":    {"Content-Type: text/html\r\n\r\n" + html, "Yes,\non Saturday."},
		"in both":    {"Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nplain\r\n--b\r\nContent-Type: text/html\r\n\r\n" + html + "\r\n--b--", "plain"},
		"in pieces":  {"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nfirst\r\n--b\r\nContent-Type: image/png; name=x.png\r\n\r\nx\r\n--b\r\n\r\nsecond\r\n--b--", "first\nsecond"},
		"in Latin 1": {"Content-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nGr=FC=DFe", "Grüße"},
		"unknown":    {"Content-Type: text/plain; charset=x-unknown\r\n\r\nabc\xff", "abc\ufffd"},
		"no type":    {"Subject: x\r\n\r\nplain", "plain"},
		"nothing":    {"Subject: x\r\n\r\n", ""},
	} {
		if got := read(stamped(c.mail)); got.Answer != c.want || got.Damaged {
			t.Errorf("%s: %q, damaged %v, want %q", title, got.Answer, got.Damaged, c.want)
		}
	}
	long := read(stamped("\r\n" + strings.Repeat("ä ", 30_000)))
	if n := utf8.RuneCountInString(long.Text); n != lead.MaxText || !long.Cut {
		t.Errorf("%d characters of a long text, cut %v", n, long.Cut)
	}
}

func TestOnlyTheProvidersStampIsBelieved(t *testing.T) {
	failed := func(a *sesinbound.Arrival) { a.Spam, a.Virus = "FAIL", "PASS" }
	forged := "X-SES-Spam-Verdict: PASS\r\nX-SES-Virus-Verdict: PASS\r\n"
	if m := read(stamped(forged+"Subject: x\r\n\r\nBuy", failed)); !m.Spam {
		t.Error("a verdict below the stamp was believed")
	}
	bare := forged + "Received: from x by inbound-smtp.eu-central-1.amazonaws.com with SMTP id abc for lead-" + name + "@" + replies + "; Sun, 22 Nov 2026 12:00:00 +0000 (UTC)\r\n\r\nx"
	if m := read([]byte("Received: from x by mx.mail.example; Sun, 22 Nov 2026 11:00:00 +0000\r\n" + bare)); !m.Unchecked || !m.Arrived.IsZero() || m.To != nil {
		t.Errorf("a stamp below another server's: %+v", m)
	}
	unchecked := read(stamped("Subject: x\r\n\r\nx", func(a *sesinbound.Arrival) { a.Virus = "PROCESSING_FAILED" }))
	if !unchecked.Unchecked || unchecked.Virus {
		t.Errorf("%+v", unchecked)
	}
	if m := read(stamped("Subject: x\r\n\r\nx")); m.Unchecked || m.Spam || m.Unproven || !m.Arrived.Equal(dealership.Noon) || !slices.Equal(m.To, []string{name}) {
		t.Errorf("%+v", m)
	}
}

func TestTheSameMailHasTheSameDigestByWhateverWayItComes(t *testing.T) {
	const raw = "Message-ID: <1@x>\r\nFrom: a@x.example\r\n\r\nHello\r\n"
	first := read(stamped(raw)).Digest
	again := read(stamped("Received: from b by c; Sun, 22 Nov 2026 11:00:00 +0000\r\n"+raw, func(a *sesinbound.Arrival) { a.ID, a.At = "m2", a.At.Add(time.Hour) })).Digest
	if first != again {
		t.Error("the way changes it")
	}
	for _, other := range []string{strings.Replace(raw, "Hello", "Hallo", 1), strings.Replace(raw, "<1@x>", "<2@x>", 1), strings.Replace(raw, "a@x", "b@x", 1)} {
		if read(stamped(other)).Digest == first {
			t.Errorf("%q is taken for the same", other)
		}
	}
}

func TestAttachmentsAreListedWithHarmlessNames(t *testing.T) {
	var mail strings.Builder
	mail.WriteString("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nSee these.\r\n")
	for i := range 25 {
		fmt.Fprintf(&mail, "--b\r\nContent-Type: IMAGE/jpeg\r\nContent-Disposition: attachment; filename=\"..\\\\%d/../car\u202e%d.jpg\"\r\nContent-Transfer-Encoding: base64\r\n\r\nQUJD\r\n", i, i)
	}
	m := read(stamped(mail.String() + "--b--"))
	if len(m.Attachments) != 20 || m.Further != 5 || m.Answer != "See these." {
		t.Fatalf("%d listed, %d further: %q", len(m.Attachments), m.Further, m.Answer)
	}
	if got, want := m.Attachments[3], (lead.Attachment{Number: 5, Name: "car3.jpg", Type: "image/jpeg", Bytes: 3}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestAMailWithADamagedHeaderIsStillAnEntry(t *testing.T) {
	m := read(stamped("this is no field\r\n: nor this\r\nSubject: Hello\r\n\r\nx"))
	if !slices.Equal(m.To, []string{name}) || m.Subject != "Hello" || !m.Damaged {
		t.Errorf("%+v", m)
	}
}

// hostile are mails that somebody sends to do harm.
func hostile() map[string]string {
	nested := ""
	for i := range 200 {
		nested += fmt.Sprintf("Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", i, i)
	}
	return map[string]string{
		"parts within parts":         nested,
		"a million parts":            "Content-Type: multipart/mixed; boundary=b\r\n\r\n" + strings.Repeat("--b\r\n\r\n\r\n", 100_000),
		"a million addresses":        "To: " + strings.Repeat("lead-"+name+"@"+replies+",\r\n ", 50_000) + "\r\n\r\nx",
		"a million fields":           strings.Repeat("X: y\r\n", 200_000) + "\r\nx",
		"a field without an end":     "Subject: " + strings.Repeat("x", 4<<20),
		"a field folded for ever":    "Subject: x" + strings.Repeat("\r\n y", 500_000) + "\r\n\r\nx",
		"encoded words":              "Subject: " + strings.Repeat("=?utf-8?q?=E2=80=AE?= ", 20_000) + "\r\n\r\nx",
		"HTML without an end":        "Content-Type: text/html\r\n\r\n" + strings.Repeat("<div><table>", 300_000),
		"quotes within quotes":       "\r\n" + strings.Repeat("> ", 1_000_000),
		"attributions without end":   "\r\n" + strings.Repeat("On Monday somebody or other\n", 100_000),
		"heads without end":          "\r\n" + strings.Repeat("From: x\n", 200_000),
		"a line without an end":      "\r\n" + strings.Repeat("On x ", 1_000_000),
		"base64 of nothing":          "Content-Transfer-Encoding: base64\r\n\r\n" + strings.Repeat("=", 1<<20),
		"a boundary of 100 kB":       "Content-Type: multipart/mixed; boundary=\"" + strings.Repeat("b", 100_000) + "\"\r\n\r\nx",
		"a name of 100 kB":           "Content-Type: image/png; name=\"" + strings.Repeat("../", 30_000) + "\"\r\n\r\nx",
		"NUL":                        "Subject: \x00\x00\r\n\x00\r\n\r\n\x00",
		"a sender of several":        "From: a@x.example, b@x.example\r\n\r\nx",
		"a sender with a line break": "From: \"a\r\n b\" <a@x.example>\r\n\r\nx",
		"nothing":                    "",
	}
}

func TestHostileMailsAreReadWithinBounds(t *testing.T) {
	for title, mail := range hostile() {
		m := read(stamped(mail))
		bounded(t, title, m)
		if !slices.Contains(m.To, name) {
			t.Errorf("%s: went to %v", title, m.To)
		}
	}
}

// bounded checks what holds for every mail.
func bounded(t *testing.T, title string, m letter.Mail) {
	t.Helper()
	for what, text := range map[string]string{"subject": m.Subject, "name": m.Name, "text": m.Text, "answer": m.Answer} {
		if !utf8.ValidString(text) || strings.ContainsAny(text, "\x00\r\u202e\u200b") {
			t.Errorf("%s: the %s is %.80q", title, what, text)
		}
	}
	if utf8.RuneCountInString(m.Text) > lead.MaxText || utf8.RuneCountInString(m.Subject) > 250 || utf8.RuneCountInString(m.Name) > 120 ||
		len(m.Attachments) > 20 || len(m.From) > 254 || len(m.To) > 5 || m.Digest == "" || strings.ContainsAny(m.Subject+m.Name+m.From, "\n") {
		t.Errorf("%s: %+.500v", title, m)
	}
}

// T086: whatever comes in is read within bounds, and never by more than its own stamp.
func FuzzRead(f *testing.F) {
	for _, mail := range hostile() {
		if len(mail) < 100_000 {
			f.Add([]byte(mail))
			f.Add(stamped(mail))
		}
	}
	f.Add(stamped("Subject: x\r\n\r\nYes.\n\nOn Mon, Sam wrote:\n> When?"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		bounded(t, "fuzz", letter.Read(raw, replies))
		if m := read(stamped(string(raw), func(a *sesinbound.Arrival) { a.Spam, a.Virus = "FAIL", "PASS" })); !m.Spam || m.Unchecked || !m.Arrived.Equal(dealership.Noon) || !slices.Contains(m.To, name) {
			t.Errorf("a mail rewrites its stamp: %+v", m)
		}
	})
}
