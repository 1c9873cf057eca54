package functions_test

import (
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/notify"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/testkit/dealership"
)

// notices are told users, at every step of the way to a mail.
func (w *world) notices(t *testing.T) {
	t.Helper()
	tell := func(user access.UserID, ids ...string) {
		for _, id := range ids {
			places, notice := notify.Tell(dealership.Harbour, notify.Notice{
				ID: id, User: user, Kind: notify.Sighting, Title: "Seen online: 2019 Volkswagen Polo",
				Facts: []notify.Fact{{Label: notify.Price, Value: "AUD 18,990.00"}, {Label: notify.Site, Value: "www.cars.example"}},
				About: notify.About{Type: "recapture", ID: id}, At: dealership.Noon,
			})
			w.write(t, append(places, notice)...)
		}
	}
	w.Time = dealership.Noon.Add(2 * time.Minute) // nobody was told anything for a while
	tell(dealership.Watcher, planned)
	tell(dealership.Manager, revoked)
	tell("busy", planned)
	tell("lost", planned)
	w.work(t, "notify-send")
	w.queue.take("mail-send")
	w.digests(t, tell)
	tell(dealership.Watcher, unplanned)
	tell(dealership.Second, unwanted)
	tell(dealership.Melbourne, joining)
	w.queue.take("notify-send")
	w.change(t, dealership.Manager, func(u *access.User) { u.Notify.Email = false })
}

// digests are gathered: two that are due when samples are delivered, and one that is not.
func (w *world) digests(t *testing.T, tell func(access.UserID, ...string)) {
	t.Helper()
	for _, d := range []struct {
		user   access.UserID
		before time.Duration // the samples, it began
		ids    []string
	}{
		{"busy", 65 * time.Second, []string{unplanned, gathered, gatheredToo}},
		{"lost", 65 * time.Second, []string{unplanned, gathered}},
		{dealership.Melbourne, 20 * time.Second, []string{planned, gathered}},
	} {
		w.Time = delivery.Add(-d.before)
		for _, id := range d.ids {
			tell(d.user, id)
			w.work(t, "notify-send")
		}
		w.queue.take("mail-send")
	}
}

// fromNewerCode writes records in a layout that this build does not know, as a deployment that is rolled back leaves them:
// their messages must come again, until a build arrives that understands them.
func (w *world) fromNewerCode(t *testing.T) {
	t.Helper()
	co := dealership.Harbour
	newer := func(kind string, key table.Key) table.Op {
		return table.Kind[struct{}]{Name: kind, Schema: 99}.Overwrite(key, struct{}{})
	}
	w.write(t,
		newer("recapture rows", table.In(co, "batch-rows", fromTomorrow).At("00000")),
		newer("recapture chunk", table.In(co, "batch-chunk", fromTomorrow).At("00001")),
		newer("push", table.In(co, "push", fromTomorrow).At()),
		newer("notice", table.In(co, "notice", dealership.Watcher).At(fromTomorrow)),
		newer("notice window", table.In(co, "notice-window", fromTomorrow).At()),
		newer("mail", table.In(co, "mail", fromTomorrow).At()),
	)
}
