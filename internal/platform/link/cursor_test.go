package link_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/link"
)

// longestCursor is what web.Paging accepts.
const longestCursor = 4096

func TestACursorOpensForItsCompanyAndQueryAlone(t *testing.T) {
	s := signer(t, "k")
	rapid.Check(t, func(r *rapid.T) {
		company := rapid.SampledFrom([]ident.Company{harbour, other}).Draw(r, "company")
		asking := rapid.SampledFrom([]ident.Company{harbour, other}).Draw(r, "asking")
		query := rapid.SampledFrom([]string{"", "leads", "leads?user=1", "prospects"}).Draw(r, "query")
		asked := rapid.SampledFrom([]string{"", "leads", "leads?user=1", "prospects"}).Draw(r, "asked")
		position := rapid.SliceOfN(rapid.Byte(), 0, link.MaxPosition).Draw(r, "position")
		cursor, err := s.SealCursor(t.Context(), company, query, position)
		if err != nil {
			r.Fatal(err)
		}
		got, err := s.OpenCursor(t.Context(), asking, asked, cursor)
		if company == asking && query == asked {
			if err != nil || !bytes.Equal(got, position) {
				r.Errorf("its own cursor: %q, %v", got, err)
			}
		} else if !errs.Is(err, errs.Invalid) || !errors.Is(err, link.ErrCursor) || got != nil {
			r.Errorf("a foreign cursor: %q, %v", got, err)
		}
	})
}

func TestATamperedCursorIsInvalid(t *testing.T) {
	s := signer(t, "k")
	cursor, err := s.SealCursor(t.Context(), harbour, "leads", []byte("7FFFFE5B#01JD"))
	if err != nil {
		t.Fatal(err)
	}
	forgeries := map[string]string{"empty": "", "padded": cursor + "=", "a link": sign(t, s, assign, link.Claim{Company: harbour})}
	for i := range cursor {
		forged := []byte(cursor)
		forged[i] ^= 1
		forgeries[fmt.Sprintf("flipped at %d", i)] = string(forged)
		forgeries[fmt.Sprintf("cut at %d", i)] = cursor[:i]
	}
	for why, forged := range forgeries {
		_, err := s.OpenCursor(t.Context(), harbour, "leads", forged)
		if !errors.Is(err, link.ErrCursor) || !errs.Is(err, errs.Invalid) || err.Error() != link.ErrCursor.Error() {
			t.Errorf("%s: %v", why, err)
		}
	}
}

func TestTheLongestCursorFitsAList(t *testing.T) {
	s := link.New(link.Fixed(ring(t, string(bytes.Repeat([]byte("k"), link.MaxKeyID)))), nil)
	company := ident.Trusted(string(bytes.Repeat([]byte("c"), 64)))
	cursor, err := s.SealCursor(t.Context(), company, "leads", make([]byte, link.MaxPosition))
	if err != nil || len(cursor) > longestCursor {
		t.Errorf("%d characters, %v", len(cursor), err)
	}
	if _, err := s.SealCursor(t.Context(), company, "leads", make([]byte, link.MaxPosition+1)); !errs.Is(err, errs.Internal) {
		t.Errorf("a longer position: %v, want an internal error", err)
	}
}

// T088: whatever is sent as a cursor opens only for the company and query that it was made for, as it was made.
func FuzzOnlySealedCursorsOpen(f *testing.F) {
	s := signer(f, "new", "old")
	for _, position := range []string{"", "7FFFFE5B#01JD", strings.Repeat("x", link.MaxPosition)} {
		for _, company := range []ident.Company{harbour, other} {
			cursor, err := s.SealCursor(f.Context(), company, "leads", []byte(position))
			if err != nil {
				f.Fatal(err)
			}
			f.Add(cursor, "leads")
			f.Add(cursor, "lead")
			f.Add(cursor[1:], "leads")
		}
	}
	f.Add("", "")
	f.Fuzz(func(t *testing.T, cursor, query string) {
		position, err := s.OpenCursor(t.Context(), harbour, query, cursor)
		if err != nil {
			if !errs.Is(err, errs.Invalid) || !errors.Is(err, link.ErrCursor) || position != nil {
				t.Errorf("%q: %q, %v", cursor, position, err)
			}
			return
		}
		again, err := s.SealCursor(t.Context(), harbour, query, position)
		if err != nil || again != cursor {
			t.Errorf("%q opens as %q, which is sealed as %q, %v", cursor, position, again, err)
		}
	})
}
