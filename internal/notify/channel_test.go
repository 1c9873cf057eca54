package notify_test

import (
	"testing"

	"github.com/winback-auto/winback/internal/notify"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
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

// R56, C4: none of the functions around notices can send a text message; their declarations have no such right to give.
func TestNoFunctionOfNotificationsMaySendAnythingButMails(t *testing.T) {
	for _, f := range []app.Function{notify.Sender, notify.Digester, notify.MailSend, notify.MailEvent, notify.API} {
		allowed := app.Uses{Table: f.Uses.Table, Sends: f.Uses.Sends, Mail: f.Name == "mail-send"}
		if got := f.Uses; got.Mail != allowed.Mail || got.Partner || got.Identity || got.SendsAll || got.Secrets != 0 {
			t.Errorf("%s uses %+v", f.Name, got)
		}
		for _, topic := range f.Uses.Sends {
			if topic != "mail-send" && topic != notify.Digest.Name {
				t.Errorf("%s sends to %s", f.Name, topic)
			}
		}
	}
}
