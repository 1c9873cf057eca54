package dirmail_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/local/dirmail"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/event"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/mail"
	"github.com/winback-auto/winback/internal/platform/mail/mailtest"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// ids counts up.
func ids(prefix string) func() string {
	var mu sync.Mutex
	n := 0
	return func() string {
		mu.Lock()
		defer mu.Unlock()
		n++
		return fmt.Sprintf("%s%04d", prefix, n)
	}
}

func open(t *testing.T, path, prefix string) *dirmail.Dir {
	t.Helper()
	d, err := dirmail.Open(path, func() time.Time { return noon }, ids(prefix))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func send(t *testing.T, d *dirmail.Dir, sendID, to string) string {
	t.Helper()
	m := mailtest.Message(sendID)
	m.To = to
	id, err := d.Send(t.Context(), m)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestContract(t *testing.T) {
	mailtest.Run(t, func(t *testing.T) mailtest.Provider {
		d := open(t, t.TempDir(), "m")
		fault := dirmail.NoFault
		d.Fault = func(mail.Message) dirmail.Fault { return fault }
		return mailtest.Provider{
			Sender: d,
			Break: func(f mailtest.Fault) {
				fault = map[mailtest.Fault]dirmail.Fault{
					mailtest.None: dirmail.NoFault, mailtest.Later: dirmail.Refuse, mailtest.Never: dirmail.Reject,
					mailtest.LostBefore: dirmail.LoseBefore, mailtest.LostAfter: dirmail.LoseAfter,
				}[f]
			},
			Taken: func() []mailtest.Taken {
				mails, err := d.List(t.Context(), 1000)
				if err != nil {
					t.Fatal(err)
				}
				var taken []mailtest.Taken
				for _, m := range mails {
					taken = append(taken, mailtest.Taken{
						ID: m.ID, SendID: m.Headers[mail.HeaderSendID], Company: m.Headers[mail.HeaderCompany], Kind: m.Kind,
						From: m.From, To: m.To, Subject: m.Subject, HTML: m.HTML, Text: m.Text, Headers: m.Headers,
						RecipientsInTheMessage: strings.Count(m.Headers["To"]+m.Headers["Cc"]+m.Headers["Bcc"], "@"),
					})
				}
				return taken
			},
		}
	})
}

func TestTheLatestMailsComeFirst(t *testing.T) {
	d := open(t, t.TempDir(), "m")
	for i := range 5 {
		send(t, d, fmt.Sprint("s", i), "a@x.example")
	}
	mails, err := d.List(t.Context(), 2)
	if err != nil || len(mails) != 2 || mails[0].ID != "m0005" || mails[1].ID != "m0004" {
		t.Errorf("%+v, %v", mails, err)
	}
	if mails[0].At != noon || mails[0].Channel != "email" || mails[0].Kind != "sighting" {
		t.Errorf("%+v", mails[0])
	}
}

func TestAnInvitationIsReadWithItsCalendar(t *testing.T) {
	d := open(t, t.TempDir(), "m")
	m := mailtest.Message("s1")
	m.Calendar = "BEGIN:VCALENDAR\r\nMETHOD:CANCEL\r\nEND:VCALENDAR\r\n"
	id, err := d.Send(t.Context(), m)
	if err != nil {
		t.Fatal(err)
	}
	read, err := d.Mail(id)
	if err != nil || read.Text == "" || read.Calendar != "BEGIN:VCALENDAR\nMETHOD:CANCEL\nEND:VCALENDAR\n" {
		t.Errorf("%+v, %v", read, err)
	}
}

func TestReportsComeUntilTheyAreHandedOverAcrossRestarts(t *testing.T) {
	path := t.TempDir()
	d := open(t, path, "a")
	first := send(t, d, "s1", "a@x.example")
	second := send(t, d, "s2", "a@x.example")
	if err := d.Handed(first); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(path, "tmp", "half.eml"), []byte("Subj"), 0o600); err != nil {
		t.Fatal(err)
	}
	d = open(t, path, "b")
	reports, err := d.Reports(t.Context(), 10)
	if err != nil || len(reports) != 1 || reports[0].ID != second || d.Due() != 1 {
		t.Fatalf("%+v, %v", reports, err)
	}
	for range 2 {
		if err := d.Handed(second); err != nil {
			t.Fatal(err)
		}
	}
	d = open(t, path, "c")
	if d.Due() != 0 {
		t.Errorf("%d reports are due again", d.Due())
	}
	mails, err := d.List(t.Context(), 10)
	if err != nil || len(mails) != 2 {
		t.Errorf("%d mails, %v", len(mails), err)
	}
	for _, sendID := range []string{"s1", "s2"} {
		if _, accepted, _ := d.Accepted(t.Context(), sendID); !accepted {
			t.Errorf("%s is forgotten", sendID)
		}
	}
	if left, _ := os.ReadDir(filepath.Join(path, "tmp")); len(left) != 0 {
		t.Errorf("half a mail is left")
	}
}

func TestAnAddressBehavesAsItSays(t *testing.T) {
	for to, want := range map[string][]mail.Happening{
		"anna@x.example":               {mail.HasSent, mail.HasDelivered},
		"Bounce <bounce@x.example>":    {mail.HasSent, mail.HasBounced},
		"bounce+1@x.example":           {mail.HasSent, mail.HasBounced},
		"softbounce@x.example":         {mail.HasSent, mail.HasBounced},
		"complaint@harbour.example":    {mail.HasSent, mail.HasDelivered, mail.HasComplained},
		"not-a-bounce@harbour.example": {mail.HasSent, mail.HasDelivered},
	} {
		d := open(t, t.TempDir(), "m")
		id := send(t, d, "s1", to)
		reports, err := d.Reports(t.Context(), 10)
		if err != nil || len(reports) != 1 {
			t.Fatalf("%+v, %v", reports, err)
		}
		var got []mail.Happening
		for _, body := range reports[0].Events {
			var bridge event.Bridge
			if err := json.Unmarshal(body, &bridge); err != nil {
				t.Fatal(err)
			}
			e, err := mail.ReadEvent(bridge.Detail)
			if err != nil {
				t.Fatal(err)
			}
			if e.Company != ident.Trusted("harbour") || e.SendID != "s1" || e.ProviderID != id || e.MailAt != noon {
				t.Errorf("%+v", e)
			}
			if e.Happening == mail.HasBounced && e.Permanent == strings.HasPrefix(to, "soft") {
				t.Errorf("%s: permanent is %v", to, e.Permanent)
			}
			got = append(got, e.Happening)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", to, got, want)
		}
	}
}

func TestAMailWhoseFileIsDeletedIsGone(t *testing.T) {
	path := t.TempDir()
	d := open(t, path, "m")
	id := send(t, d, "s1", "a@x.example")
	send(t, d, "s2", "a@x.example")
	if err := os.Remove(filepath.Join(path, "new", id+".s1.eml")); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Raw(id); !errs.Is(err, errs.NotFound) {
		t.Errorf("raw: %v", err)
	}
	mails, err := d.List(t.Context(), 10)
	if err != nil || len(mails) != 1 {
		t.Errorf("%d mails, %v", len(mails), err)
	}
	if reports, err := d.Reports(t.Context(), 10); err != nil || len(reports) != 1 {
		t.Errorf("%d reports, %v", len(reports), err)
	}
	if _, err := d.Raw("unknown"); !errs.Is(err, errs.NotFound) {
		t.Errorf("unknown: %v", err)
	}
}

func TestAFileThatIsNoMailBlocksNoOther(t *testing.T) {
	path := t.TempDir()
	for name, content := range map[string]string{"new/a.b.eml": "", "new/c.d.eml": "no mail", "new/e.eml": "x", "new/readme": "x", "cur/f.g.eml": "To: x\n\n"} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(path, name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(path, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	d := open(t, path, "m")
	id := send(t, d, "s1", "a@x.example")
	reports, err := d.Reports(t.Context(), 10)
	if err != nil || len(reports) != 1 || reports[0].ID != id || d.Due() != 1 {
		t.Errorf("%d reports, %d due, %v", len(reports), d.Due(), err)
	}
	if mails, err := d.List(t.Context(), 10); err != nil || len(mails) != 1 {
		t.Errorf("%d mails, %v", len(mails), err)
	}
}
