package dirinbox_test

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/local/dirinbox"
	"github.com/winback-auto/winback/internal/platform/blob"
	"github.com/winback-auto/winback/internal/platform/blob/blobtest"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/event"
)

const domain = "replies.winback.example"

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func open(t *testing.T, path, ids string) *dirinbox.Dir {
	t.Helper()
	n := 0
	d, err := dirinbox.Open(path, domain, func() time.Time { return noon }, func() time.Time { return noon }, func() string { n++; return fmt.Sprintf("%s%04d", ids, n) }, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestContract(t *testing.T) {
	blobtest.Run(t, func(t *testing.T) blobtest.World {
		d := open(t, t.TempDir(), "M")
		return blobtest.World{Reader: d, Leave: func(t *testing.T, key string, content []byte) {
			t.Helper()
			if err := d.Leave(key, content); err != nil {
				t.Fatal(err)
			}
		}}
	})
}

// announced are the keys of what nobody has heard of.
func announced(t *testing.T, d *dirinbox.Dir) (keys []string) {
	t.Helper()
	reports, err := d.Reports(t.Context(), 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range reports {
		b, err := event.DecodeBridge(r.Events[0])
		if err != nil {
			t.Fatal(err)
		}
		n, err := blob.Noticed(b)
		if err != nil || b.Source != blob.Source || b.DetailType != blob.Created {
			t.Fatalf("%s, %v", r.Events[0], err)
		}
		raw, err := d.Read(t.Context(), n.Object.Key, 1<<20)
		if err != nil || int64(len(raw)) != n.Object.Size {
			t.Errorf("%+v: %d bytes, %v", n, len(raw), err)
		}
		keys = append(keys, n.Object.Key)
	}
	return keys
}

const raw = "From: Ann <ann@mail.example>\r\nTo: lead-a@" + domain + "\r\n\r\nHello"

func TestAMailIsStampedAndAnnouncedUntilItIsHeardOfAcrossRestarts(t *testing.T) {
	path := t.TempDir()
	d := open(t, path, "A")
	key, err := d.Deliver([]byte(raw), dirinbox.Envelope{})
	if err != nil {
		t.Fatal(err)
	}
	content, err := d.Read(t.Context(), key, 1<<20)
	if err != nil || !strings.HasPrefix(string(content), "Return-Path: <ann@mail.example>\r\nReceived: from ") || !strings.Contains(string(content), " for lead-a@"+domain+";") ||
		!strings.Contains(string(content), "\r\nX-SES-Spam-Verdict: PASS\r\nX-SES-Virus-Verdict: PASS\r\n") || !strings.HasSuffix(string(content), raw) {
		t.Errorf("%s, %v", content, err)
	}
	if got := announced(t, open(t, path, "B")); !slices.Equal(got, []string{key}) {
		t.Fatalf("after a restart: %v", got)
	}
	if err := d.Handed(strings.TrimPrefix(key, "mails/")); err != nil || d.Due() != 0 {
		t.Fatal(err, d.Due())
	}
	d = open(t, path, "C")
	if got := announced(t, d); got != nil || d.Due() != 0 {
		t.Errorf("announced again: %v", got)
	}
	if _, err := d.Read(t.Context(), key, 1<<20); err != nil {
		t.Errorf("and not kept: %v", err)
	}
}

func TestScannersFindTheTextsThatTheyAreTriedOutBy(t *testing.T) {
	d := open(t, t.TempDir(), "M")
	for text, want := range map[string]string{
		"XJS*C4JDBQADN1.NSBN3*2IDNEN*" + "GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X": "X-SES-Spam-Verdict: FAIL\r\nX-SES-Virus-Verdict: PASS\r\n",
		"EICAR-STANDARD-" + "ANTIVIRUS-TEST-FILE":                                   "X-SES-Spam-Verdict: PASS\r\nX-SES-Virus-Verdict: FAIL\r\n",
	} {
		key, err := d.Deliver([]byte(raw+text), dirinbox.Envelope{})
		if err != nil {
			t.Fatal(err)
		}
		if content, err := d.Read(t.Context(), key, 1<<20); err != nil || !strings.Contains(string(content), want) {
			t.Errorf("%s, %v", content, err)
		}
	}
}

func TestTheEnvelopeCountsBeforeTheMail(t *testing.T) {
	d := open(t, t.TempDir(), "M")
	key, err := d.Deliver([]byte("From: a@x.example\r\nTo: b@x.example\r\n\r\n"), dirinbox.Envelope{From: "<>", To: "lead-c@" + domain})
	if err != nil {
		t.Fatal(err)
	}
	content, err := d.Read(t.Context(), key, 1<<20)
	if err != nil || !strings.HasPrefix(string(content), "Return-Path: <>\r\n") || !strings.Contains(string(content), " for lead-c@"+domain) {
		t.Errorf("%s, %v", content, err)
	}
	for _, e := range []dirinbox.Envelope{{}, {To: "lead-c@elsewhere.example"}} {
		if _, err := d.Deliver([]byte("From: a@x.example\r\nTo: b@x.example\r\n\r\n"), e); !errs.Is(err, errs.Invalid) {
			t.Errorf("%+v: %v", e, err)
		}
	}
}

func TestAFileThatIsDroppedIsDeliveredOnce(t *testing.T) {
	path := t.TempDir()
	d := open(t, path, "M")
	drop := func(name, content string, age time.Duration) {
		t.Helper()
		file := filepath.Join(path, name)
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(file, noon.Add(-age), noon.Add(-age)); err != nil {
			t.Fatal(err)
		}
	}
	drop("answer.eml", raw, time.Minute)
	drop("half.eml", raw, 10*time.Millisecond) // somebody may still be writing
	drop("elsewhere.eml", "To: b@x.example\r\n\r\n", time.Minute)
	drop("notes.txt", raw, time.Minute)
	for range 3 {
		if n := d.Due(); n != 1 {
			t.Fatalf("%d are due", n)
		}
	}
	if got := announced(t, d); len(got) != 1 {
		t.Fatalf("announced %v", got)
	}
	left, err := filepath.Glob(filepath.Join(path, "*.*"))
	for i := range left {
		left[i] = filepath.Base(left[i])
	}
	if want := []string{"elsewhere.eml.refused", "half.eml", "notes.txt"}; err != nil || !slices.Equal(left, want) {
		t.Errorf("left are %v, %v", left, err)
	}
}

func TestAKeyLeadsNowhereElse(t *testing.T) {
	path := t.TempDir()
	d := open(t, path, "M")
	if err := os.WriteFile(filepath.Join(path, "secret"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"mails/../secret", "mails/../../secret", "../secret", "mails/a.b", "mails/"} {
		if err := d.Leave(key, nil); !errs.Is(err, errs.Invalid) {
			t.Errorf("%s is left: %v", key, err)
		}
		if _, err := d.Read(t.Context(), key, 100); !errs.Is(err, errs.NotFound) {
			t.Errorf("%s is read: %v", key, err)
		}
	}
}
