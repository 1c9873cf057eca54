package localhost_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/local/localhost"
)

// deliver hands a mail over and returns what came back.
func (w *world) deliver(query, raw string) (status int, body string) {
	w.Helper()
	a := w.ask("POST", "/_local/inbox"+query, strings.NewReader(raw))
	return a.status, a.body
}

func TestAMailThatComesInIsReadByWhoListens(t *testing.T) {
	w := newWorld(t).open()
	raw := "From: ann@mail.example\r\nTo: sales@" + localhost.Replies + "\r\n\r\nHello"
	if status, body := w.deliver("", raw); status != http.StatusAccepted || !strings.Contains(body, `"key":"mails/`) {
		t.Fatalf("%d %s", status, body)
	}
	w.drain()
	if lines := w.diary.read(); len(lines) != 1 || !strings.HasSuffix(lines[0], ": Return-Path: <") {
		t.Errorf("read %q", lines)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	w.open()
	w.drain()
	w.noted()
}

func TestAMailForNobodyHereIsRefused(t *testing.T) {
	w := newWorld(t).open()
	if status, body := w.deliver("", "To: ann@mail.example\r\n\r\nHello"); status != http.StatusUnprocessableEntity || !strings.Contains(body, localhost.Replies) {
		t.Errorf("%d %s", status, body)
	}
	if status, _ := w.deliver("?to=sales@"+localhost.Replies+"&from=%3C%3E", "To: ann@mail.example\r\n\r\nHello"); status != http.StatusAccepted {
		t.Errorf("with an envelope: %d", status)
	}
	w.drain()
}

func TestAFileThatIsDroppedIntoTheInboxComesIn(t *testing.T) {
	w := newWorld(t).open()
	file := filepath.Join(w.dir, "inbox", "answer.eml")
	if err := os.WriteFile(file, []byte("From: ann@mail.example\nTo: sales@"+localhost.Replies+"\n\nHello"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(file, noon.Add(-time.Hour), noon.Add(-time.Hour)); err != nil {
		t.Fatal(err)
	}
	w.drain()
	if lines := w.diary.read(); len(lines) != 1 {
		t.Errorf("read %q", lines)
	}
}
