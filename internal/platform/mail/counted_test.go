package mail_test

import (
	"maps"
	"testing"

	"github.com/winback-auto/winback/internal/platform/dispatch"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/mail"
	"github.com/winback-auto/winback/internal/platform/metric"
	"github.com/winback-auto/winback/internal/platform/metric/metrictest"
)

// The counts follow the states: a doubtful mail is sent, or settled otherwise, or parked; the provider's event moves each
// state once.
func TestTheStatesOfMailsAreCounted(t *testing.T) {
	lost := func(mail.Message) (string, error) { return "", dispatch.ErrAmbiguous }
	taken := func(mail.Message) (string, error) { return "ses-a-1", nil }
	for name, c := range map[string]struct {
		answer senderFunc
		then   func(*world)
		want   map[string]float64
	}{
		"taken":                   {taken, func(*world) {}, map[string]float64{"MailsSent": 1}},
		"taken and reported":      {taken, func(w *world) { w.report("a", mail.HasSent, false); w.report("a", mail.HasDelivered, false) }, map[string]float64{"MailsSent": 1}},
		"refused":                 {func(mail.Message) (string, error) { return "", errs.E(errs.Invalid, "no") }, func(*world) {}, map[string]float64{}},
		"lost":                    {lost, func(w *world) { w.deliver("a") }, map[string]float64{"MailsUnknown": 1}},
		"lost and reported":       {lost, func(w *world) { w.report("a", mail.HasSent, false) }, map[string]float64{"MailsUnknown": 1, "MailsSettled": 1, "MailsSent": 1}},
		"lost and never reported": {lost, func(w *world) { w.now = w.now.Add(dispatch.SettleAfter); w.deliver("a") }, map[string]float64{"MailsUnknown": 1, "MailsParked": 1}},
		"parked and then reported": {lost, func(w *world) {
			w.now = w.now.Add(dispatch.SettleAfter)
			w.deliver("a")
			w.report("a", mail.HasSent, false)
		}, map[string]float64{"MailsUnknown": 1, "MailsParked": 1, "MailsSent": 1}},
		"taken twice": {taken, func(w *world) {
			e := mail.Event{Company: harbour, SendID: "a", ProviderID: "ses-a-2", Happening: mail.HasSent, At: w.now, MailAt: w.now}
			if err := w.ledger.Apply(w.ctx(), e); err != nil {
				w.t.Fatal(err)
			}
		}, map[string]float64{"MailsSent": 1, "MailsDoubled": 1}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, 1)
			w.invocation = metric.Collect(t.Context(), "", "mail-send")
			w.plan(letter("a"))
			w.ledger.Sender = c.answer
			w.deliver("a")
			c.then(w)
			got, err := metrictest.Counted(w.invocation)
			if err != nil || !maps.Equal(got, c.want) {
				t.Errorf("counted %v, %v, want %v", got, err, c.want)
			}
		})
	}
}
