package rehearse

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

// ad is where a car of this story is offered.
func ad(vin string) string { return "https://cars.example/" + vin }

// offer lets the partner find listings.
func (p *play) offer(ctx context.Context, listings ...map[string]any) error {
	if err := p.partner.send(ctx, http.MethodPost, "/_sim/listings", listings, nil); err != nil {
		return err
	}
	if err := p.pushed(ctx); err != nil {
		return err
	}
	return p.drain(ctx)
}

// offered is a listing of today.
func offered(vin string) map[string]any {
	return map[string]any{"vin": vin, "price": 24500, "url": ad(vin), "date": time.Now().UTC().Format(time.DateOnly)}
}

// sold is the end of a listing whose car is sold.
func sold(vin string) map[string]any { return map[string]any{"vin": vin, "url": ad(vin), "sold": true} }

// unseen are the VINs of cars that are watched and were never seen; those that became leads are active again.
func (p *play) unseen(ctx context.Context, atLeast int) ([]string, error) {
	watched, err := p.list(ctx, "?status=active")
	if err != nil {
		return nil, err
	}
	var vins []string
	for _, r := range watched {
		if r.LastSighting == nil {
			vins = append(vins, r.Vehicle.VIN)
		}
	}
	if len(vins) < atLeast {
		return nil, fmt.Errorf("rehearse: %d cars are watched, %d are needed", len(vins), atLeast)
	}
	return vins, nil
}

// offMarket is the state of a car whose listing is gone while it is watched.
const offMarket = "new_sighting, delisted"

// become waits until a car has a status.
func (p *play) become(ctx context.Context, vin, status string) error {
	now := "unknown"
	err := until(ctx, p.patience(), func() (bool, error) {
		var page struct {
			Items []struct {
				Status       string
				LastSighting struct{ Delisted bool }
			}
		}
		err := p.manager.get(ctx, "/v1/recaptures?q="+vin, &page)
		if len(page.Items) == 1 {
			if now = page.Items[0].Status; now == "new_sighting" && page.Items[0].LastSighting.Delisted {
				now = offMarket
			}
		}
		return now == status, err
	})
	if err != nil {
		return fmt.Errorf("%w: %s does not become %s, but is %s", err, vin, status, now)
	}
	return nil
}

// sell lets two cars appear. One is sold, and its watch ends at once; the other's listing just ends, and so does its watch a
// month later.
func (p *play) sell(ctx context.Context) error {
	vins, err := p.unseen(ctx, 2)
	if err != nil {
		return err
	}
	if err := p.offer(ctx, offered(vins[0]), offered(vins[1])); err != nil {
		return err
	}
	for _, vin := range vins[:2] {
		if err := p.become(ctx, vin, "new_sighting"); err != nil {
			return err
		}
	}
	if err := p.offer(ctx, sold(vins[0]), map[string]any{"vin": vins[1], "url": ad(vins[1]), "removed": true}); err != nil {
		return err
	}
	if err := p.become(ctx, vins[0], "deleted"); err != nil {
		return err
	}
	if err := p.become(ctx, vins[1], offMarket); err != nil {
		return err
	}
	if err := p.pass(ctx, 31*24*time.Hour); err != nil {
		return err
	}
	return p.become(ctx, vins[1], "deleted")
}

// missPushes lets a car appear online and another one be sold, of which no pushes arrive. The comparison finds out all the
// same.
func (p *play) missPushes(ctx context.Context) error {
	vins, err := p.unseen(ctx, 2)
	if err != nil {
		return err
	}
	if err := p.offer(ctx, offered(vins[1])); err != nil {
		return err
	}
	if err := p.become(ctx, vins[1], "new_sighting"); err != nil {
		return err
	}
	if err := p.partner.send(ctx, http.MethodPost, "/_sim/faults", map[string]any{"drop": 1}, nil); err != nil {
		return err
	}
	if err := p.offer(ctx, offered(vins[0]), sold(vins[1])); err != nil {
		return err
	}
	if err := p.partner.send(ctx, http.MethodPost, "/_sim/faults", map[string]any{}, nil); err != nil {
		return err
	}
	if err := p.pass(ctx, time.Hour); err != nil {
		return err
	}
	if err := p.run(ctx, "sighting-reconcile"); err != nil {
		return err
	}
	if err := p.become(ctx, vins[0], "new_sighting"); err != nil {
		return err
	}
	return p.become(ctx, vins[1], "deleted")
}

// giveUpEarly gives a car up while the partner, who has it, has not said so: the watch is found out about later, and ended.
func (p *play) giveUpEarly(ctx context.Context) error {
	const vin = "WVWZZZ1JZXW000002"
	var before, after struct{ Customers int }
	if err := p.partner.get(ctx, "/_sim/calls", &before); err != nil {
		return err
	}
	if err := p.partner.send(ctx, http.MethodPost, "/_sim/faults", map[string]any{"ambiguous500": 1}, nil); err != nil {
		return err
	}
	if err := p.manager.send(ctx, http.MethodPost, "/v1/recaptures", map[string]any{"vehicles": []map[string]string{{"vin": vin}}}, nil); err != nil {
		return err
	}
	err := until(ctx, p.patience(), func() (bool, error) {
		err := p.partner.get(ctx, "/_sim/calls", &after)
		return after.Customers > before.Customers, err
	})
	if err != nil {
		return fmt.Errorf("%w: the partner does not have the car", err)
	}
	var page struct{ Items []recapture }
	if err := p.manager.get(ctx, "/v1/recaptures?q="+vin, &page); err != nil {
		return err
	}
	if len(page.Items) != 1 {
		return fmt.Errorf("rehearse: %d cars are %s", len(page.Items), vin)
	}
	if err := p.manager.call(ctx, http.MethodDelete, "/v1/recaptures/"+page.Items[0].ID, "", nil, nil); err != nil {
		return err
	}
	if err := p.partner.send(ctx, http.MethodPost, "/_sim/faults", map[string]any{}, nil); err != nil {
		return err
	}
	if err := p.pass(ctx, time.Hour); err != nil {
		return err
	}
	err = until(ctx, p.patience(), func() (bool, error) {
		err := p.partner.get(ctx, "/_sim/calls", &after)
		return after.Customers == before.Customers, err
	})
	if err != nil {
		return fmt.Errorf("%w: the partner watches the car for ever", err)
	}
	return nil
}

// endWatches submits cars that are to be watched until today, and lets the day pass.
func (p *play) endWatches(ctx context.Context) error {
	var me struct{ Company struct{ Timezone string } }
	if err := p.manager.get(ctx, "/v1/me", &me); err != nil {
		return err
	}
	zone, err := time.LoadLocation(me.Company.Timezone)
	if err != nil {
		return fmt.Errorf("rehearse: %w", err)
	}
	var clock struct{ Now time.Time }
	if err := (client{base: p.Winback}).get(ctx, "/_local/clock", &clock); err != nil {
		return err
	}
	today := clock.Now.In(zone).Format(time.DateOnly)
	cars := map[string]any{"vehicles": []map[string]string{{"vin": "WVWZZZ1JZXW000001", "monitorUntil": today}}}
	var batch struct{ Batch string }
	if err := p.manager.send(ctx, http.MethodPost, "/v1/recaptures", cars, &batch); err != nil {
		return err
	}
	if err := p.watched(ctx, batch.Batch); err != nil {
		return err
	}
	if err := p.pass(ctx, 25*time.Hour); err != nil {
		return err
	}
	return p.become(ctx, "WVWZZZ1JZXW000001", "deleted")
}
