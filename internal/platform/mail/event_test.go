package mail_test

import (
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/mail"
)

func TestAnEventOfTheProviderIsRead(t *testing.T) {
	const ours = `"mail":{"timestamp":"2026-11-22T12:00:00Z","messageId":"m1","tags":{"send_id":["a"],"company":["harbour"],"kind":["sighting"],"ses:from-domain":["x"]}}`
	for name, c := range map[string]struct {
		detail string
		kind   errs.Kind
		want   mail.Event
	}{
		"send": {
			detail: `{"eventType":"Send","send":{},` + ours + `}`,
			want:   mail.Event{Happening: mail.HasSent, At: noon},
		},
		"delivery": {
			detail: `{"eventType":"Delivery","delivery":{"timestamp":"2026-11-22T12:00:09Z","recipients":["x"]},` + ours + `}`,
			want:   mail.Event{Happening: mail.HasDelivered, At: noon.Add(9 * time.Second)},
		},
		"hard bounce": {
			detail: `{"eventType":"Bounce","bounce":{"bounceType":"Permanent","timestamp":"2026-11-22T12:00:09Z"},` + ours + `}`,
			want:   mail.Event{Happening: mail.HasBounced, At: noon.Add(9 * time.Second), Permanent: true},
		},
		"soft bounce with a member that we do not know": {
			detail: `{"eventType":"Bounce","new":1,"bounce":{"bounceType":"Transient","timestamp":"2026-11-22T12:00:09Z"},` + ours + `}`,
			want:   mail.Event{Happening: mail.HasBounced, At: noon.Add(9 * time.Second)},
		},
		"mail of another system":       {detail: `{"eventType":"Send","mail":{"tags":{"x":["y"]}}}`, kind: errs.NotFound},
		"mail with two send ids":       {detail: `{"eventType":"Send","mail":{"tags":{"send_id":["a","b"],"company":["c"]}}}`, kind: errs.NotFound},
		"something that is not JSON":   {detail: `Successfully validated`, kind: errs.Invalid},
		"a happening we do not know":   {detail: `{"eventType":"Teleport",` + ours + `}`, kind: errs.Invalid},
		"a rendering that went wrong":  {detail: `{"eventType":"Rendering Failure",` + ours + `}`, kind: errs.Invalid},
		"a timestamp that is not time": {detail: `{"eventType":"Send","mail":{"timestamp":1}}`, kind: errs.Invalid},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := mail.ReadEvent([]byte(c.detail))
			if c.kind != errs.Internal {
				if !errs.Is(err, c.kind) {
					t.Errorf("got %v, want %v", err, c.kind)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			c.want.Company, c.want.SendID, c.want.ProviderID, c.want.MailAt = harbour, "a", "m1", noon
			if got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}

func FuzzReadEvent(f *testing.F) {
	f.Add([]byte(`{"eventType":"Send","mail":{"tags":{"send_id":["a"],"company":["harbour"]}}}`))
	f.Add([]byte(`{"eventType":"Bounce","bounce":{"bounceType":"Permanent"}}`))
	f.Add([]byte(`[]`))
	f.Fuzz(func(t *testing.T, detail []byte) {
		e, err := mail.ReadEvent(detail)
		if err == nil && (e.Company.IsZero() || e.SendID == "") {
			t.Errorf("an event about nothing: %+v", e)
		}
	})
}
