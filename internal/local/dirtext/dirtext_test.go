package dirtext_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/local/dirtext"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/event"
	"github.com/winback-auto/winback/internal/platform/text"
	"github.com/winback-auto/winback/internal/platform/text/texttest"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func open(t *testing.T, path, prefix string) *dirtext.Dir {
	t.Helper()
	var mu sync.Mutex
	n := 0
	d, err := dirtext.Open(path, func() time.Time { return noon }, func() string {
		mu.Lock()
		defer mu.Unlock()
		n++
		return fmt.Sprintf("%s%04d", prefix, n)
	})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestContract(t *testing.T) {
	texttest.Run(t, func(t *testing.T) texttest.Provider {
		d := open(t, t.TempDir(), "t")
		fault := dirtext.NoFault
		d.Fault = func(text.Message) dirtext.Fault { return fault }
		return texttest.Provider{
			Sender: d,
			Break: func(f texttest.Fault) {
				fault = map[texttest.Fault]dirtext.Fault{
					texttest.None: dirtext.NoFault, texttest.Later: dirtext.Refuse, texttest.Never: dirtext.Reject,
					texttest.LostBefore: dirtext.LoseBefore, texttest.LostAfter: dirtext.LoseAfter,
				}[f]
			},
			Taken: func() []texttest.Taken {
				all, err := d.List(t.Context(), 1000)
				if err != nil {
					t.Fatal(err)
				}
				var taken []texttest.Taken
				for _, m := range all {
					taken = append(taken, texttest.Taken{ID: m.ID, SendID: m.SendID, Company: m.Company, Kind: m.Kind, To: m.To, Body: m.Body})
				}
				return taken
			},
		}
	})
}

func send(t *testing.T, d *dirtext.Dir, sendID, to string) string {
	t.Helper()
	m := texttest.Message(sendID)
	m.To = to
	id, err := d.Send(t.Context(), m)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestReportsComeUntilTheyAreHandedOverAcrossRestarts(t *testing.T) {
	path := t.TempDir()
	d := open(t, path, "a")
	first, second := send(t, d, "s1", "+61491570006"), send(t, d, "s2", "+61491570000")
	if err := d.Handed(first); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(path, "tmp", "half.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	d = open(t, path, "b")
	reports, err := d.Reports(t.Context(), 10)
	if err != nil || len(reports) != 1 || reports[0].ID != second || d.Due() != 1 {
		t.Fatalf("%+v, %v", reports, err)
	}
	var last text.Event
	for _, payload := range reports[0].Events {
		var bridge event.Bridge
		if err := json.Unmarshal(payload, &bridge); err != nil {
			t.Fatal(err)
		}
		if last, err = text.ReadEvent(bridge.Detail); err != nil {
			t.Fatal(err)
		}
	}
	if last.SendID != "s2" || last.Company.ID() != "harbour" || last.ProviderID != second || !last.Undelivered || last.Delivered {
		t.Errorf("the last event is %+v", last)
	}
	for range 2 {
		if err := d.Handed(second); err != nil {
			t.Fatal(err)
		}
	}
	if id, ok, err := d.Accepted(t.Context(), "s1"); id != first || !ok || err != nil || d.Due() != 0 {
		t.Errorf("%q, %v, %v; %d due", id, ok, err, d.Due())
	}
	all, err := d.List(t.Context(), 1)
	if err != nil || len(all) != 1 || all[0].ID != second || !all[0].At.Equal(noon) {
		t.Errorf("the latest is %+v, %v", all, err)
	}
}

func TestWhoHasAnsweredStopIsLeftAlone(t *testing.T) {
	d := open(t, t.TempDir(), "t")
	m := texttest.Message("a")
	m.To = "+61491579999"
	if _, err := d.Send(t.Context(), m); !errs.Is(err, errs.Forbidden) {
		t.Errorf("got %v", err)
	}
}

func TestADamagedFileIsGone(t *testing.T) {
	path := t.TempDir()
	d := open(t, path, "t")
	id := send(t, d, "s1", "+61491570006")
	if err := os.WriteFile(filepath.Join(path, "new", id+".s1.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if all, err := d.List(t.Context(), 10); err != nil || len(all) != 0 {
		t.Errorf("%+v, %v", all, err)
	}
	if reports, err := d.Reports(t.Context(), 10); err != nil || len(reports) != 0 || d.Due() != 0 {
		t.Errorf("%+v, %v, %d due", reports, err, d.Due())
	}
}
