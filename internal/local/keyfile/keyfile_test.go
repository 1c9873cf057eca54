package keyfile_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/local/keyfile"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/link"
	"github.com/winback-auto/winback/internal/platform/secret"
	"github.com/winback-auto/winback/internal/platform/secret/secrettest"
)

var harbour = ident.Trusted("harbour")

func open(t *testing.T, folder string) *keyfile.Keys {
	t.Helper()
	keys, err := keyfile.Open(folder)
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

func signer(keys *keyfile.Keys) *link.Signer {
	return link.New(keys.LinkKeys(), func() time.Time { return time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC) })
}

func TestSealerKeepsTheContract(t *testing.T) {
	sealer := open(t, t.TempDir()).Sealer()
	secrettest.Run(t, func(*testing.T) secret.Sealer { return sealer })
}

func TestKeysOutliveTheProcess(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "not", "there", "yet")
	first := open(t, folder)
	sealed, err := first.Sealer().Seal(t.Context(), harbour, "key", []byte("sec_7f3a"))
	if err != nil {
		t.Fatal(err)
	}
	token, err := signer(first).Sign(t.Context(), "unsubscribe", link.Claim{Company: harbour})
	if err != nil {
		t.Fatal(err)
	}
	second := open(t, folder)
	if plain, err := second.Sealer().Open(t.Context(), harbour, "key", sealed); err != nil || string(plain) != "sec_7f3a" {
		t.Errorf("opened %q, %v", plain, err)
	}
	if _, err := signer(second).Open(t.Context(), "unsubscribe", token); err != nil {
		t.Errorf("the link: %v", err)
	}
}

func TestTwoFoldersHaveTwoKeys(t *testing.T) {
	a, b := open(t, t.TempDir()), open(t, t.TempDir())
	sealed, err := a.Sealer().Seal(t.Context(), harbour, "key", []byte("sec_7f3a"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Sealer().Open(t.Context(), harbour, "key", sealed); !errs.Is(err, errs.Forbidden) {
		t.Errorf("a secret opened with the keys of another folder: %v", err)
	}
}

func TestOneFolderOpenedByManyAtOnceHasOneSetOfKeys(t *testing.T) {
	folder := t.TempDir()
	keys := make([]*keyfile.Keys, 8)
	var wait sync.WaitGroup
	for i := range keys {
		wait.Go(func() {
			var err error
			if keys[i], err = keyfile.Open(folder); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if t.Failed() {
		t.FailNow()
	}
	sealed, err := keys[0].Sealer().Seal(t.Context(), harbour, "key", []byte("sec_7f3a"))
	if err != nil {
		t.Fatal(err)
	}
	for i := range keys {
		if _, err := keys[i].Sealer().Open(t.Context(), harbour, "key", sealed); err != nil {
			t.Errorf("opener %d: %v", i, err)
		}
	}
}

func TestRotationSignsAnewAndKeepsOldLinks(t *testing.T) {
	folder := t.TempDir()
	keys := open(t, folder)
	links := signer(keys)
	old, err := links.Sign(t.Context(), "unsubscribe", link.Claim{Company: harbour})
	if err != nil {
		t.Fatal(err)
	}
	if err := keys.Rotate(); err != nil {
		t.Fatal(err)
	}
	renewed, err := links.Sign(t.Context(), "unsubscribe", link.Claim{Company: harbour})
	if err != nil {
		t.Fatal(err)
	}
	if renewed == old {
		t.Error("the old key still signs")
	}
	for name, s := range map[string]*link.Signer{"the process that rotated": links, "the next one": signer(open(t, folder))} {
		for _, token := range []string{old, renewed} {
			if _, err := s.Open(t.Context(), "unsubscribe", token); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

func TestAFailedRotationLeavesTheKeysAsTheyWere(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "data")
	keys := open(t, folder)
	before, err := keys.LinkKeys()(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(folder); err != nil {
		t.Fatal(err)
	}
	if err := keys.Rotate(); err == nil {
		t.Error("a rotation without a file succeeded")
	}
	if after, err := keys.LinkKeys()(t.Context()); err != nil || after.Len() != before.Len() {
		t.Errorf("%v became %v, %v", before, after, err)
	}
}

func TestTheFileIsPrivate(t *testing.T) {
	folder := t.TempDir()
	open(t, folder)
	info, err := os.Stat(filepath.Join(folder, keyfile.Name))
	if err != nil || info.Mode() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if err := os.Chmod(filepath.Join(folder, keyfile.Name), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := keyfile.Open(folder); err == nil || !strings.Contains(err.Error(), "chmod 0600") {
		t.Errorf("a file that others may read: %v", err)
	}
}

func TestADamagedFileIsNeverReplaced(t *testing.T) {
	folder := t.TempDir()
	open(t, folder)
	path := filepath.Join(folder, keyfile.Name)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	change := func(name string, value any) []byte {
		var fields map[string]any
		if err := json.Unmarshal(whole, &fields); err != nil {
			t.Fatal(err)
		}
		fields[name] = value
		changed, err := json.Marshal(fields)
		if err != nil {
			t.Fatal(err)
		}
		return changed
	}
	for why, damaged := range map[string][]byte{
		"empty":            {},
		"cut":              whole[:len(whole)/2],
		"doubled":          append(bytes.Clone(whole), whole...),
		"zeroes":           make([]byte, len(whole)),
		"another version":  change("version", 2),
		"a short master":   change("master", "c2hvcnQ="),
		"no base64":        change("master", "sec_7f3a_not_base64"),
		"no links":         change("links", []any{}),
		"a weak link key":  change("links", []any{map[string]string{"id": "a", "secret": "c2hvcnQ="}}),
		"an unknown field": change("extra", true),
	} {
		if err := os.WriteFile(path, damaged, 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := keyfile.Open(folder)
		if err == nil || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "restore it from a backup") || strings.Contains(err.Error(), "sec_7f3a") {
			t.Errorf("%s: %v", why, err)
		}
		if left, err := os.ReadFile(path); err != nil || !bytes.Equal(left, damaged) {
			t.Errorf("%s: the file was changed, %v", why, err)
		}
	}
}
