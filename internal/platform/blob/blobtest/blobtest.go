// Package blobtest is the contract of blob.Reader.
package blobtest

import (
	"bytes"
	"context"
	"testing"

	"github.com/winback-auto/winback/internal/platform/blob"
	"github.com/winback-auto/winback/internal/platform/errs"
)

// World is a reader, and the way in which others leave files for it.
type World struct {
	Reader blob.Reader
	Leave  func(t *testing.T, key string, content []byte)
}

// Run tests a reader. Keys are such as the mail provider makes: letters and digits behind a prefix with a slash.
func Run(t *testing.T, open func(*testing.T) World) {
	mail := []byte("From: Mia <mia@customer.example>\r\nSubject: Re: your Camry\r\n\r\n\x00\xff\r\n")
	for name, test := range map[string]func(*testing.T, World){
		"what was left is read byte for byte": func(t *testing.T, w World) {
			w.Leave(t, "mails/a1", mail)
			w.Leave(t, "mails/a2", []byte("another"))
			if got, err := w.Reader.Read(t.Context(), "mails/a1", 1<<20); err != nil || !bytes.Equal(got, mail) {
				t.Errorf("%q, %v", got, err)
			}
		},
		"it may be read again": func(t *testing.T, w World) {
			w.Leave(t, "mails/a1", mail)
			for range 2 {
				if got, err := w.Reader.Read(t.Context(), "mails/a1", 1<<20); err != nil || !bytes.Equal(got, mail) {
					t.Errorf("%q, %v", got, err)
				}
			}
		},
		"what is not there is not found": func(t *testing.T, w World) {
			w.Leave(t, "mails/a1", mail)
			for _, key := range []string{"mails/a2", "mails/", "mails/a1/a1", "a1", ""} {
				if got, err := w.Reader.Read(t.Context(), key, 1<<20); !errs.Is(err, errs.NotFound) || got != nil {
					t.Errorf("%q: %q, %v, want not found", key, got, err)
				}
			}
		},
		"what is as long as the limit is read": func(t *testing.T, w World) {
			w.Leave(t, "mails/a1", mail)
			if got, err := w.Reader.Read(t.Context(), "mails/a1", len(mail)); err != nil || !bytes.Equal(got, mail) {
				t.Errorf("%q, %v", got, err)
			}
		},
		"what is longer than the limit is invalid": func(t *testing.T, w World) {
			w.Leave(t, "mails/a1", mail)
			for _, limit := range []int{0, 1, len(mail) - 1} {
				if got, err := w.Reader.Read(t.Context(), "mails/a1", limit); !errs.Is(err, errs.Invalid) || got != nil {
					t.Errorf("at most %d: %q, %v, want invalid", limit, got, err)
				}
			}
		},
		"an empty file is empty": func(t *testing.T, w World) {
			w.Leave(t, "mails/a1", nil)
			if got, err := w.Reader.Read(t.Context(), "mails/a1", 0); err != nil || len(got) != 0 {
				t.Errorf("%q, %v", got, err)
			}
		},
		"who does not wait gets nothing": func(t *testing.T, w World) {
			w.Leave(t, "mails/a1", mail)
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			if got, err := w.Reader.Read(ctx, "mails/a1", 1<<20); err == nil {
				t.Errorf("%q", got)
			}
		},
	} {
		t.Run(name, func(t *testing.T) { test(t, open(t)) })
	}
}
