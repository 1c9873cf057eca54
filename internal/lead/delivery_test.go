package lead

import (
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/platform/dispatch"
	"github.com/winback-auto/winback/internal/platform/mail"
	"github.com/winback-auto/winback/internal/platform/text"
)

func TestAMessageSaysHowFarItHasCome(t *testing.T) {
	at := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	course := func(s dispatch.State) dispatch.Course {
		return dispatch.Course{State: s, Began: at, Reason: "because"}
	}
	for name, c := range map[string]struct {
		is   mail.Dispatch
		want Delivery
	}{
		"planned":                    {mail.Dispatch{Course: course(dispatch.Pending)}, Delivery{State: "waiting", Reason: "because"}},
		"to be tried again":          {mail.Dispatch{Course: course(dispatch.Released)}, Delivery{State: "waiting", Reason: "because"}},
		"taken":                      {mail.Dispatch{Course: course(dispatch.Sent)}, Delivery{State: "sent", At: at}},
		"in doubt":                   {mail.Dispatch{Course: course(dispatch.Unknown)}, Delivery{State: "unknown", At: at}},
		"in doubt for good":          {mail.Dispatch{Course: course(dispatch.Parked)}, Delivery{State: "unknown", At: at}},
		"refused":                    {mail.Dispatch{Course: course(dispatch.Failed)}, Delivery{State: "failed", Reason: "because"}},
		"not allowed":                {mail.Dispatch{Course: course(dispatch.Suppressed)}, Delivery{State: "failed", Reason: "because"}},
		"there":                      {mail.Dispatch{Course: course(dispatch.Sent), Facts: mail.Facts{Delivered: at, Delayed: at.Add(-1)}}, Delivery{State: "delivered", At: at}},
		"there before the answer":    {mail.Dispatch{Course: course(dispatch.Unknown), Facts: mail.Facts{Delivered: at}}, Delivery{State: "delivered", At: at}},
		"late":                       {mail.Dispatch{Course: course(dispatch.Sent), Facts: mail.Facts{Delayed: at}}, Delivery{State: "delayed", At: at}},
		"back":                       {mail.Dispatch{Course: course(dispatch.Sent), Facts: mail.Facts{Bounced: at}}, Delivery{State: "bounced", At: at}},
		"back although it was there": {mail.Dispatch{Course: course(dispatch.Sent), Facts: mail.Facts{Delivered: at.Add(-1), Bounced: at}}, Delivery{State: "bounced", At: at}},
		"called spam":                {mail.Dispatch{Course: course(dispatch.Sent), Facts: mail.Facts{Delivered: at.Add(-1), Complained: at}}, Delivery{State: "complained", At: at}},
		"not sent on":                {mail.Dispatch{Course: course(dispatch.Sent), Facts: mail.Facts{Rejected: at}}, Delivery{State: "failed", At: at}},
	} {
		if got := *ofMail(c.is); got != c.want {
			t.Errorf("a mail that is %s: %+v, want %+v", name, got, c.want)
		}
	}
	for name, c := range map[string]struct {
		is   text.Dispatch
		want Delivery
	}{
		"taken":       {text.Dispatch{Course: course(dispatch.Sent)}, Delivery{State: "sent", At: at}},
		"there":       {text.Dispatch{Course: course(dispatch.Sent), Delivered: at, Undelivered: at}, Delivery{State: "delivered", At: at}},
		"not reached": {text.Dispatch{Course: course(dispatch.Sent), Undelivered: at}, Delivery{State: "bounced", At: at}},
	} {
		if got := *ofText(c.is); got != c.want {
			t.Errorf("a text message that is %s: %+v, want %+v", name, got, c.want)
		}
	}
}
