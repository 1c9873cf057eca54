package eml_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/winback-auto/winback/internal/platform/eml"
	"github.com/winback-auto/winback/internal/platform/errs"
)

// read is what a mail holds, a line for each part.
func read(t *testing.T, mail string) (parts []string, err error) {
	t.Helper()
	_, err = eml.Walk([]byte(mail), 64<<10, func(p eml.Part) error {
		body, _ := io.ReadAll(p.Body)
		kind := ""
		if p.Attachment {
			kind = "attached "
		}
		parts = append(parts, kind+p.Media+" "+p.Name+": "+string(body))
		return nil
	})
	return parts, err
}

const mixed = "From: ann@mail.example\r\nSubject: =?iso-8859-1?q?Gr=FC=DFe?=\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" +
	"--b\r\nContent-Type: multipart/alternative; boundary=c\r\n\r\n" +
	"--c\r\nContent-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nSch=F6n\r\n" +
	"--c\r\nContent-Type: TEXT/HTML\r\n\r\n<p>Sch&ouml;n</p>\r\n--c--\r\n" +
	"--b\r\nContent-Type: image/jpeg; name=\"=?utf-8?q?k=C3=BChler.jpg?=\"\r\nContent-Disposition: attachment\r\nContent-Transfer-Encoding: base64\r\n\r\n/9j/\r\n--b--\r\n"

func TestThePartsOfAMailAreVisitedInTheirOrder(t *testing.T) {
	parts, err := read(t, mixed)
	want := []string{"text/plain : Schön", "text/html : <p>Sch&ouml;n</p>", "attached image/jpeg kühler.jpg: \xff\xd8\xff"}
	if err != nil || !slices.Equal(parts, want) {
		t.Errorf("%q, %v", parts, err)
	}
}

func TestWhatStandsBeforeTheDamageIsRead(t *testing.T) {
	parts, err := read(t, mixed[:strings.Index(mixed, "TEXT/HTML")])
	if !errors.Is(err, eml.ErrDamaged) || len(parts) == 0 || parts[0] != "text/plain : Schön" {
		t.Errorf("%q, %v", parts, err)
	}
}

func TestPartsAndLayersAreBounded(t *testing.T) {
	many := "Content-Type: multipart/mixed; boundary=b\r\n\r\n" + strings.Repeat("--b\r\n\r\nx\r\n", 101) + "--b--\r\n"
	deep := ""
	for i := range 20 {
		deep += fmt.Sprintf("Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", i, i)
	}
	for name, mail := range map[string]string{"parts": many, "layers": deep} {
		if _, err := read(t, mail); !errs.Is(err, errs.TooLarge) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := read(t, "Subject: "+strings.Repeat("x", 65<<10)+"\r\n\r\nx"); !errs.Is(err, errs.Invalid) {
		t.Errorf("a long header: %v", err)
	}
}

func TestFieldsAreFoundInWhateverLooksLikeAHeader(t *testing.T) {
	h := eml.ReadHeader([]byte("\r\nFrom ann Mon\r\nTo: a@x.example,\r\n\tb@x.example\r\nno field\r\nSUBJECT : one\nSubject: two\n\nBody: no"))
	want := eml.Header{{"to", "a@x.example, b@x.example"}, {"subject", "one"}, {"subject", "two"}}
	if !slices.Equal(h, want) {
		t.Errorf("%q", h)
	}
	if h.Get("subject") != "one" || h.Get("cc") != "" || !h.Has("to") || h.Has("body") {
		t.Errorf("%q", h)
	}
}

func TestALineIsForAPerson(t *testing.T) {
	h := eml.ReadHeader([]byte("Subject: =?utf-8?q?caf=C3=A9_=E2=80=AExe.gpj?=\r\n  and\u200b more\r\nX: " + strings.Repeat("ä", 50) + "\r\n\r\n"))
	if got := h.Line("subject", 100); got != "café xe.gpj and more" {
		t.Errorf("%q", got)
	}
	if got := h.Line("x", 10); got != "äääääääää…" {
		t.Errorf("%q", got)
	}
}

func TestTheBodyStandsBehindTheFirstEmptyLine(t *testing.T) {
	for mail, want := range map[string]string{"A: b\r\n\r\nbody\n\nmore": "body\n\nmore", "A: b\n\nbody\r\n\r\n": "body\r\n\r\n", "A: b": "", "": ""} {
		if got := string(eml.Body([]byte(mail))); got != want {
			t.Errorf("%q has the body %q", mail, got)
		}
	}
}

func TestAFileHasAHarmlessName(t *testing.T) {
	for name, want := range map[string]string{
		"car.jpg": "car.jpg", "../../etc/passwd": "passwd", `C:\Users\ann\car.jpg`: "car.jpg", "": "attachment-1", "..": "attachment-1", "/": "attachment-1",
		"a\r\nSet-Cookie: x": "aSet-Cookie_ x", "inv\u202egpj.exe": "invgpj.exe", "a\"b<c>.pdf": "a_b_c_.pdf", " . ": "attachment-1", "\xff.pdf": "pdf",
		strings.Repeat("n", 300) + ".pdf": strings.Repeat("n", 146) + ".pdf",
	} {
		if got := eml.File(name, "attachment-1"); got != want {
			t.Errorf("%q is saved as %q, want %q", name, got, want)
		}
	}
}

// T086: whatever comes in does no harm, and takes time and memory in proportion to its size.
func FuzzWalk(f *testing.F) {
	f.Add([]byte(mixed))
	f.Add([]byte("Content-Type: multipart/mixed; boundary=\"\"\r\n\r\n--\r\n\r\n----"))
	f.Add([]byte("Content-Type: text/plain; charset=utf-7\r\nContent-Transfer-Encoding: base64\r\n\r\n@@@"))
	f.Add([]byte(strings.Repeat("Content-Type: multipart/x; boundary=b\n\n--b\n", 12)))
	f.Add([]byte("\n\n : \n: x\nA\x00: b\n \n"))
	f.Fuzz(func(t *testing.T, mail []byte) {
		parts := 0
		_, err := eml.Walk(mail, 64<<10, func(p eml.Part) error {
			parts++
			if _, err := io.Copy(io.Discard, p.Body); err != nil && parts > 100 {
				t.Error("too many parts")
			}
			if name := eml.File(p.Name, "x"); !utf8.ValidString(name) || strings.ContainsAny(name, "/\\\r\n\x00\"") || utf8.RuneCountInString(name) > 150 {
				t.Errorf("the name %q", name)
			}
			return nil
		})
		if err != nil && !errs.Is(err, errs.Invalid) && !errs.Is(err, errs.TooLarge) {
			t.Error(err)
		}
		for _, field := range eml.ReadHeader(mail) {
			if field.Name != strings.ToLower(field.Name) || strings.ContainsAny(field.Name+field.Value, "\n") {
				t.Errorf("the field %q", field)
			}
		}
		if body := eml.Body(mail); !bytes.HasSuffix(mail, body) {
			t.Error("the body is not in the mail")
		}
	})
}
