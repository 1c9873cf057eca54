package notify_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/local/dirmail"
	"github.com/winback-auto/winback/internal/notify"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/mail"
	"github.com/winback-auto/winback/internal/testkit/golden"
)

// see tells a user of sightings with the numbers from to below to, and works.
func (w *world) see(c ident.Company, user access.UserID, from, to int) {
	w.t.Helper()
	for n := from; n < to; n++ {
		w.mustTell(c, sighting(user, n))
	}
	w.work()
}

// to are the mails to a user, oldest first.
func (w *world) to(user string) (mails []dirmail.Mail) {
	w.t.Helper()
	for _, m := range w.outbox() {
		if strings.Contains(m.To, user+"@") {
			mails = append([]dirmail.Mail{m}, mails...)
		}
	}
	return mails
}

// subjects fails unless a user has mails with these subjects, oldest first.
func (w *world) subjects(user string, want ...string) {
	w.t.Helper()
	var got []string
	for _, m := range w.to(user) {
		got = append(got, m.Subject)
	}
	if strings.Join(got, " | ") != strings.Join(want, " | ") {
		w.t.Errorf("%s has %q, want %q", user, got, want)
	}
}

const single = "Seen online: 2019 Toyota Corolla"

func TestTheFirstSightingOfAQuietMinuteIsMailedAtOnceTheRestAsOneDigest(t *testing.T) {
	w := newWorld(t)
	w.see(harbour, "anna", 0, 6)
	w.subjects("anna", single)
	w.pass(59 * time.Second)
	w.subjects("anna", single)
	w.pass(time.Second)
	w.subjects("anna", single, "Seen online: 5 sightings")
	digest := w.to("anna")[1]
	for n := range 6 {
		path := fmt.Sprintf("https://winback.example/recaptures/rec-%d\n", n)
		if in := strings.Contains(digest.Text, path); in != (n > 0) {
			t.Errorf("sighting %d is in the digest: %v", n, in)
		}
	}
	if digest.Kind != "sighting-digest" || strings.Contains(digest.Text, "more") {
		t.Errorf("%s\n%s", digest.Kind, digest.Text)
	}
	w.pass(time.Hour)
	w.see(harbour, "anna", 10, 11)
	w.subjects("anna", single, "Seen online: 5 sightings", single)
	if l := w.list("anna", "?limit=50"); len(l.Items) != 7 {
		t.Errorf("%d in the application, want all 7", len(l.Items))
	}
}

func TestAMinuteAfterTheDigestTheNextSightingIsMailedAtOnce(t *testing.T) {
	w := newWorld(t)
	w.see(harbour, "anna", 0, 3)
	w.pass(time.Minute)
	w.subjects("anna", single, "Seen online: 2 sightings")
	w.see(harbour, "anna", 3, 6)
	w.subjects("anna", single, "Seen online: 2 sightings", single)
	w.pass(time.Minute)
	w.subjects("anna", single, "Seen online: 2 sightings", single, "Seen online: 2 sightings")
}

func TestADigestOfOneSightingReadsLikeItsMail(t *testing.T) {
	w := newWorld(t)
	w.see(harbour, "anna", 0, 1)
	w.see(harbour, "anna", 1, 2)
	w.pass(time.Minute)
	mails := w.to("anna")
	if len(mails) != 2 || mails[1].Subject != single || mails[1].Kind != "sighting" ||
		mails[1].Text != strings.ReplaceAll(mails[0].Text, "rec-0", "rec-1") || mails[1].HTML != strings.ReplaceAll(mails[0].HTML, "rec-0", "rec-1") {
		t.Errorf("%+v", mails)
	}
}

func TestADigestNamesTwentySightingsAndSaysHowManyMoreThereAre(t *testing.T) {
	for gathered, more := range map[int]string{19: "", 20: "", 21: "\nand 1 more\n", 150: "\nand 130 more\n"} {
		w := newWorld(t)
		w.see(harbour, "anna", 0, 1+gathered)
		w.pass(time.Minute)
		w.subjects("anna", single, fmt.Sprintf("Seen online: %d sightings", gathered))
		digest := w.to("anna")[1]
		if lines := strings.Count(digest.Text, "\n- "); lines != min(gathered, 20) || strings.Count(digest.HTML, "/recaptures/") != lines {
			t.Errorf("%d gathered: %d lines", gathered, lines)
		}
		if strings.Contains(digest.Text, "more\n") != (more != "") || !strings.Contains(digest.Text, more) {
			t.Errorf("%d gathered: want %q in\n%s", gathered, more, digest.Text)
		}
	}
}

func TestEachUserOfEachCompanyHasADigestOfOnesOwn(t *testing.T) {
	w := newWorld(t)
	w.save(nordlicht, user(nordlicht, "anna2"))
	for n := range 4 {
		w.mustTell(harbour, sighting("anna", n))
		w.mustTell(harbour, sighting("ben", n))
		w.mustTell(nordlicht, sighting("anke", n))
		w.mustTell(nordlicht, sighting("anna2", 10+n))
	}
	w.work()
	w.pass(time.Minute)
	w.subjects("anna", single, "Seen online: 3 sightings")
	w.subjects("ben", single, "Seen online: 3 sightings")
	w.subjects("anke", "Online gesehen: 2019 Toyota Corolla", "Online gesehen: 3 Sichtungen")
	w.subjects("anna2", "Online gesehen: 2019 Toyota Corolla", "Online gesehen: 3 Sichtungen")
}

func TestOtherKindsOfNoticesAreMailedAtOnce(t *testing.T) {
	w := newWorld(t)
	for n := range 3 {
		other := sighting("anna", n)
		other.Kind, other.Title = "lead", fmt.Sprint("Lead ", n)
		w.mustTell(harbour, other)
	}
	w.work()
	w.subjects("anna", "Lead 0", "Lead 1", "Lead 2")
}

func TestADigestThatComesTooEarlyWaitsAndOneThatComesAgainDoesNothing(t *testing.T) {
	w := newWorld(t)
	w.see(harbour, "anna", 0, 4)
	w.now = w.now.Add(time.Minute)
	w.sweep()
	digest := w.messages
	w.now = w.now.Add(-time.Second) // the consumer's clock is behind
	if again := w.deliver(notify.Digester, digest[0]); !again {
		t.Error("it was not handed back")
	}
	w.subjects("anna", single)
	w.now = w.now.Add(time.Second)
	w.work()
	w.see(harbour, "anna", 4, 6)
	w.messages = digest
	w.pass(time.Hour)
	w.subjects("anna", single, "Seen online: 3 sightings", single, single)
}

// A message that ends among the dead letters must not keep a user's mails back for ever.
func TestADigestThatNeverCameIsPromisedAgain(t *testing.T) {
	w := newWorld(t)
	w.see(harbour, "anna", 0, 3)
	w.now = w.now.Add(time.Minute)
	w.sweep()
	w.messages = nil // lost
	w.pass(10 * time.Minute)
	w.see(harbour, "anna", 3, 4)
	w.pass(4 * time.Minute)
	w.subjects("anna", single)
	w.pass(10 * time.Minute)
	w.see(harbour, "anna", 4, 5)
	w.pass(time.Minute)
	w.subjects("anna", single, "Seen online: 4 sightings")
}

func TestAChangeBeforeTheDigestIsDueCounts(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*access.User)
		mails  []string
	}{
		"switched off":       {func(u *access.User) { u.Notify.Email = false }, []string{single}},
		"disabled":           {func(u *access.User) { u.Disabled = true }, []string{single}},
		"moved":              {func(u *access.User) { u.Email = "anna@new.example" }, []string{single, "Seen online: 2 sightings"}},
		"text messages, too": {func(u *access.User) { u.Notify.SMS = true }, []string{single, "Seen online: 2 sightings"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.see(harbour, "anna", 0, 3)
			anna := user(harbour, "anna")
			c.change(&anna)
			w.save(harbour, anna)
			w.pass(time.Minute)
			w.subjects("anna", c.mails...)
			anna = user(harbour, "anna")
			w.save(harbour, anna)
			w.pass(time.Minute)
			w.see(harbour, "anna", 3, 4)
			w.subjects("anna", append(c.mails, single)...)
		})
	}
}

func TestADigestIsNotSentToWhoSwitchesMailsOffAfterItIsPlanned(t *testing.T) {
	w := newWorld(t)
	w.see(harbour, "anna", 0, 3)
	refuse := true // the provider is not ready
	w.mails.Fault = func(mail.Message) dirmail.Fault {
		if refuse {
			return dirmail.Refuse
		}
		return dirmail.NoFault
	}
	w.pass(time.Minute)
	anna := user(harbour, "anna")
	anna.Notify.Email = false
	w.save(harbour, anna)
	refuse = false
	w.pass(time.Hour)
	w.subjects("anna", single)
}

// Notices whose mails were planned before they were marked have theirs already.
func TestANoticeThatWasMailedByAnOlderBuildIsNotMailedAgain(t *testing.T) {
	w := newWorld(t)
	w.mustTell(harbour, sighting("anna", 1))
	first := w.messages[0]
	w.work()
	forget := w.stored(harbour, "anna", sighting("anna", 1).ID)
	forget.Mail = ""
	w.overwrite(harbour, forget)
	w.now = w.now.Add(time.Hour)
	w.messages = append(w.messages, first)
	w.work()
	w.pass(time.Hour)
	w.subjects("anna", single)
}

func TestTheDigestsLookAsTheyAlwaysDid(t *testing.T) {
	w := newWorld(t)
	w.save(harbour, access.User{ID: "cleo", Subject: "sub-cleo", First: "Cleo", Email: "cleo@harbour.example", Notify: access.Notify{Email: true}})
	gather := func(c ident.Company, id access.UserID, n int) dirmail.Mail {
		for i := range 1 + n {
			s := sighting(id, i)
			switch i {
			case 2:
				s.Facts = []notify.Fact{{Label: notify.Vehicle, Value: "2015 Škoda <Yeti> & \"co\""}, {Label: notify.Site, Value: "www.cars.example"}}
			case 3:
				s.Facts, s.Link, s.Title = nil, notify.Link{}, "Seen online: ABC123 (NSW)"
			}
			w.mustTell(c, s)
		}
		w.work()
		w.pass(time.Minute)
		mails := w.to(string(id))
		return mails[len(mails)-1]
	}
	for name, m := range map[string]dirmail.Mail{
		"digest.en":      gather(harbour, "anna", 3),
		"digest-more.en": gather(harbour, "cleo", 23),
		"digest-more.de": gather(nordlicht, "anke", 23),
	} {
		golden.Compare(t, "testdata/"+name+".html", []byte(m.HTML))
		golden.Compare(t, "testdata/"+name+".txt", []byte(m.Text))
	}
	w.Site.AppURL = "" // an installation without a front end
	w.pass(time.Hour)
	m := gather(harbour, "ben", 3)
	if strings.Contains(m.HTML, "href") || strings.Contains(m.Text, "http") || !strings.Contains(m.Text, "among your notifications") {
		t.Errorf("%s\n%s", m.HTML, m.Text)
	}
}
