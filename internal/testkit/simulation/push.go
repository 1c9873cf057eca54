package simulation

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/winback-auto/winback/internal/partner"
)

type object = map[string]any

// Push tells the dealer that something happened to a vehicle, now or some time later, some pushes twice. The partner repeats
// a push that is not answered, and gives up in the end.
func (a *Account) Push(event partner.Event, ref, id string, sightings ...partner.Sighting) {
	w := a.partner.world
	var seen []object
	for _, s := range sightings {
		one := object{"at": s.At.Format(time.RFC3339), "lead_id": s.ID, "listing_url": s.URL, "listing_title": s.Title, "listing_price": s.Price, "seller_type": s.Seller}
		if s.Delisted {
			one["delisted_at"] = s.At.Format(time.RFC3339)
		}
		seen = append(seen, one)
	}
	body, err := json.Marshal(object{
		"event": event, "region": "au", "sent_at": w.clock.Format(time.RFC3339),
		"customer": object{"id": ref, "external_id": id, "sightings": seen},
	})
	if err != nil {
		panic(err)
	}
	copies := 1
	if w.Dice.Chance(w.Odds.Duplicate) {
		copies++
	}
	for range copies {
		late := w.delivery()
		if w.Dice.Chance(w.Odds.Fault) {
			late += w.Dice.Within(2 * time.Hour)
		}
		w.After(late, func() { a.push(string(body), 0) })
	}
}

// pushWaits are those between the attempts at a push.
var pushWaits = []time.Duration{2 * time.Second, 10 * time.Second, time.Minute, 5 * time.Minute, 5 * time.Minute, 30 * time.Minute, time.Hour}

func (a *Account) push(body string, attempt int) {
	w := a.partner.world
	path := strings.TrimPrefix(a.Hook, w.config.Site.BaseURL)
	w.Ask(Request{Method: "POST", Path: path, Body: body}, func(status int, _ string) {
		switch {
		case status < 300:
		case attempt < len(pushWaits):
			w.After(pushWaits[attempt], func() { a.push(body, attempt+1) })
		default:
			a.partner.Dropped++
		}
	})
}
