package sesevent_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/platform/event"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/mail"
	"github.com/winback-auto/winback/internal/platform/mail/sesevent"
)

var (
	noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	sent = sesevent.Mail{
		ID: "m1", At: noon, From: "Winback <no-reply@winback.example>", To: "Anna <anna@harbour.example>", Subject: "Seen",
		ConfigurationSet: "winback", Tags: map[string]string{"send_id": "a", "company": "harbour", "kind": "sighting"},
	}
	records = map[string][]byte{
		"send":      sesevent.Send(sent),
		"delivery":  sesevent.Delivery(sent, noon.Add(time.Second)),
		"bounce":    sesevent.Bounce(sent, noon.Add(time.Second), true),
		"complaint": sesevent.Complaint(sent, noon.Add(time.Second)),
	}
)

func TestTheReaderUnderstandsEveryRecord(t *testing.T) {
	for name, want := range map[string]mail.Event{
		"send":      {Happening: mail.HasSent, At: noon},
		"delivery":  {Happening: mail.HasDelivered, At: noon.Add(time.Second)},
		"bounce":    {Happening: mail.HasBounced, At: noon.Add(time.Second), Permanent: true},
		"complaint": {Happening: mail.HasComplained, At: noon.Add(time.Second)},
	} {
		var bridge event.Bridge
		if err := json.Unmarshal(records[name], &bridge); err != nil {
			t.Fatal(err)
		}
		got, err := mail.ReadEvent(bridge.Detail)
		want.Company, want.SendID, want.ProviderID, want.MailAt = ident.Trusted("harbour"), "a", "m1", noon
		if err != nil || got != want {
			t.Errorf("%s: %+v, %v; want %+v", name, got, err, want)
		}
		if bridge.Source != "aws.ses" || bridge.ID == "" || bridge.DetailType == "" {
			t.Errorf("%s: %+v", name, bridge)
		}
	}
}

// Composed from SES's documentation, and not ours to copy.
func TestEveryRecordHasTheMembersOfTheDocumentedOne(t *testing.T) {
	data := os.Getenv("WINBACK_DATA")
	if data == "" {
		t.Skip("WINBACK_DATA is not set: the documented records are not compared")
	}
	for name, record := range records {
		documented, err := os.ReadFile(filepath.Join(data, "aws_events", "eventbridge", "ses_"+name+"_record.built.json"))
		if err != nil {
			t.Fatal(err)
		}
		ours, theirs := paths(t, record), paths(t, documented)
		for _, path := range ours {
			if !slices.Contains(theirs, path) && !slices.Contains([]string{".detail.mail.tags.send_id", ".detail.mail.tags.company", ".detail.mail.tags.kind"}, path) {
				t.Errorf("%s: SES knows no %s", name, path)
			}
		}
		var a, b event.Bridge
		if json.Unmarshal(record, &a) != nil || json.Unmarshal(documented, &b) != nil || a.DetailType != b.DetailType || a.Source != b.Source {
			t.Errorf("%s: %s of %s, want %s of %s", name, a.DetailType, a.Source, b.DetailType, b.Source)
		}
	}
}

// paths lists the members of a JSON object and of those inside it; those of a list count once.
func paths(t *testing.T, body []byte) []string {
	t.Helper()
	var value any
	if err := json.Unmarshal(body, &value); err != nil {
		t.Fatal(err)
	}
	var found []string
	var walk func(string, any)
	walk = func(path string, value any) {
		switch value := value.(type) {
		case map[string]any:
			for name, inner := range value {
				found = append(found, path+"."+name)
				walk(path+"."+name, inner)
			}
		case []any:
			for _, inner := range value {
				walk(path+"[]", inner)
			}
		}
	}
	walk("", value)
	slices.Sort(found)
	return slices.Compact(found)
}
