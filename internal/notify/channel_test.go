package notify_test

import (
	"testing"

	"github.com/winback-auto/winback/internal/notify"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/text"
)

// R54, C4, C17: e-mail and the list in the application, each as the user wants it, and at least the list.
func TestAUserIsToldOverTheChannelsOfTheUsersChoice(t *testing.T) {
	for name, c := range map[string]struct {
		notify access.Notify
		mails  int
		listed int
	}{
		"both":                              {access.Notify{Email: true, InApp: true}, 1, 1},
		"mail alone":                        {access.Notify{Email: true}, 1, 0},
		"the application alone":             {access.Notify{InApp: true}, 0, 1},
		"neither":                           {access.Notify{}, 0, 1},
		"text messages alone (R56)":         {access.Notify{SMS: true}, 0, 1},
		"text messages as well":             {access.Notify{SMS: true, Email: true, InApp: true}, 1, 1},
		"text messages and mail":            {access.Notify{SMS: true, Email: true}, 1, 0},
		"text messages and the application": {access.Notify{SMS: true, InApp: true}, 0, 1},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			anna := user(harbour, "anna")
			anna.Notify, anna.Mobile = c.notify, "+61 400 000 101"
			w.save(harbour, anna)
			w.see(harbour, "anna", 0, 1)
			mails := w.outbox()
			if len(mails) != c.mails || c.mails > 0 && mails[0].Channel != "email" {
				t.Errorf("%+v, want %d mails", mails, c.mails)
			}
			for _, query := range []string{"", "?unread=true"} {
				if l := w.list("anna", query); len(l.Items) != c.listed {
					t.Errorf("%d listed, want %d", len(l.Items), c.listed)
				}
			}
		})
	}
}

// What is not listed is not lost: it is there once its user wants the list.
func TestNoticesAreKeptForTheDayWhenTheirUserWantsThemListed(t *testing.T) {
	w := newWorld(t)
	anna := user(harbour, "anna")
	anna.Notify = access.Notify{Email: true}
	w.save(harbour, anna)
	w.see(harbour, "anna", 0, 3)
	if l := w.list("anna", ""); len(l.Items) != 0 || l.Items == nil || l.Next != "" {
		t.Errorf("%+v", l)
	}
	anna.Notify = access.Notify{}
	w.save(harbour, anna)
	if l := w.list("anna", "?unread=true"); len(l.Items) != 3 {
		t.Errorf("%+v", l)
	}
}

// R56, C4: nobody is told of a sighting by text message, whoever allows it.
func TestNobodyIsToldOfASightingByTextMessage(t *testing.T) {
	w := newWorld(t)
	anna := user(harbour, "anna")
	anna.Mobile, anna.Notify = "+61 491 570 156", access.Notify{Email: true, SMS: true, InApp: true}
	w.save(harbour, anna)
	n := sighting("anna", 1)
	n.Ways = notify.Ways{SMS: true}
	w.mustTell(harbour, n)
	w.work()
	if _, err := text.Find(t.Context(), w.Table, harbour, ident.Of(harbour.ID(), "text notice", "anna", n.ID)); !errs.Is(err, errs.NotFound) {
		t.Errorf("a text message about a sighting: %v", err)
	}
	if n := len(w.to("anna")); n != 1 {
		t.Errorf("%d mails", n)
	}
}

// The functions around notices reach nobody but through the ledgers of mails and text messages.
func TestNoFunctionOfNotificationsMaySendAnythingButMailsAndTextMessages(t *testing.T) {
	for _, f := range []app.Function{notify.Sender, notify.Digester, notify.MailSend, notify.MailEvent, notify.API} {
		allowed := app.Uses{Table: f.Uses.Table, Sends: f.Uses.Sends, Mail: f.Name == "mail-send"}
		if got := f.Uses; got.Mail != allowed.Mail || got.Partner || got.Identity || got.SendsAll || got.Secrets != 0 {
			t.Errorf("%s uses %+v", f.Name, got)
		}
		for _, topic := range f.Uses.Sends {
			if topic != "mail-send" && topic != notify.Digest.Name && (topic != "text-send" || f.Name != "notify-send") {
				t.Errorf("%s sends to %s", f.Name, topic)
			}
		}
	}
}
