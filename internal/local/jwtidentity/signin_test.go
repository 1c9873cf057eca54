package jwtidentity_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/local/jwtidentity"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/identity"
	"github.com/winback-auto/winback/internal/platform/identity/identitytest"
)

func TestTheDirectoryKeepsTheContract(t *testing.T) {
	identitytest.Run(t, func(t *testing.T) identitytest.Driver {
		w := newWorld(t)
		return identitytest.Driver{Directory: w, MaySignIn: func(t *testing.T, subject string) bool {
			_, err := w.Token(t.Context(), subject, time.Minute)
			if err != nil && !errs.Is(err, errs.Forbidden) {
				t.Fatal(err)
			}
			return err == nil
		}}
	})
}

func TestSignInsAndTokensOutliveTheProcess(t *testing.T) {
	w := newWorld(t)
	token := w.token(t, time.Hour)
	grace, err := w.Invite(t.Context(), identity.Person{Email: "grace@harbour.example"})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Disable(t.Context(), grace); err != nil {
		t.Fatal(err)
	}
	w.open(t)
	if _, err := w.Verify(token); err != nil {
		t.Errorf("a token of before: %v", err)
	}
	w.token(t, time.Hour)
	if _, err := w.Token(t.Context(), grace, time.Hour); !errs.Is(err, errs.Forbidden) {
		t.Errorf("a sign-in that was disabled before: %v", err)
	}
}

func TestAPersonIsFoundByAddress(t *testing.T) {
	w := newWorld(t)
	if subject, err := w.Subject(t.Context(), "ADA@harbour.example"); err != nil || subject != w.subject {
		t.Errorf("%q, %v; want %q", subject, err, w.subject)
	}
	if _, err := w.Subject(t.Context(), "grace@harbour.example"); !errs.Is(err, errs.NotFound) {
		t.Errorf("somebody who was not invited: %v", err)
	}
	if _, err := w.Subject(t.Context(), "ada"); !errs.Is(err, errs.Invalid) {
		t.Errorf("no address: %v", err)
	}
}

func TestAFailedWriteChangesNothing(t *testing.T) {
	w := newWorld(t)
	if err := os.RemoveAll(w.folder); err != nil {
		t.Fatal(err)
	}
	if subject, err := w.Invite(t.Context(), identity.Person{Email: "grace@harbour.example"}); err == nil || subject != "" {
		t.Errorf("an invitation that is not durable: %q, %v", subject, err)
	}
	if _, err := w.Subject(t.Context(), "grace@harbour.example"); !errs.Is(err, errs.NotFound) {
		t.Errorf("its sign-in: %v", err)
	}
	if err := w.Disable(t.Context(), w.subject); err == nil {
		t.Error("a sign-in was disabled without a trace")
	}
	w.token(t, time.Hour)
}

func TestDamagedFilesAreNotReplaced(t *testing.T) {
	for name, contents := range map[string][]string{
		jwtidentity.KeyName:     {"", "key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"},
		jwtidentity.SignInsName: {"", "[]", "{", `{"version":2}`},
	} {
		for _, content := range contents {
			w := newWorld(t)
			path := filepath.Join(w.folder, name)
			if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := jwtidentity.Open(w.folder, time.Now); err == nil || !strings.Contains(err.Error(), path) {
				t.Errorf("%s %q: %v", name, content, err)
			}
			if left, err := os.ReadFile(path); err != nil || !bytes.Equal(left, []byte(content)) {
				t.Errorf("%s was changed, %v", name, err)
			}
		}
	}
}

func TestTheFilesArePrivate(t *testing.T) {
	w := newWorld(t)
	for _, name := range []string{jwtidentity.KeyName, jwtidentity.SignInsName} {
		path := filepath.Join(w.folder, name)
		if info, err := os.Stat(path); err != nil || info.Mode() != 0o600 {
			t.Errorf("%s: %v, %v", name, info.Mode(), err)
		}
		if err := os.Chmod(path, 0o640); err != nil {
			t.Fatal(err)
		}
		if _, err := jwtidentity.Open(w.folder, time.Now); err == nil || !strings.Contains(err.Error(), "chmod 0600") {
			t.Errorf("%s that others may read: %v", name, err)
		}
		if err := os.Chmod(path, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
