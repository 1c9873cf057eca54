package autograbsim

import (
	"net/http"
	"slices"
	"time"

	"github.com/cockroachdb/pebble/v2"
)

// maxSightings bounds the listings of one customer; later ones go unseen.
const maxSightings = 1000

// customer is a watched vehicle of an account.
type customer struct {
	ID         string     `json:"id"`
	Account    string     `json:"account"`
	Region     string     `json:"region"`
	ExternalID string     `json:"externalId,omitempty"`
	VIN        string     `json:"vin,omitempty"`
	Rego       string     `json:"rego,omitempty"`
	State      string     `json:"state,omitempty"`
	SaleDate   string     `json:"saleDate,omitempty"`
	MonitorEnd string     `json:"monitorEnd,omitempty"`
	Title      string     `json:"title,omitempty"`
	Updated    time.Time  `json:"updated"`
	Sightings  []sighting `json:"sightings,omitempty"`
}

// sighting is a listing as the customer's record shows it.
type sighting struct {
	Listing    string     `json:"listing"`
	At         time.Time  `json:"at"`
	URL        string     `json:"url"`
	Title      string     `json:"title,omitempty"`
	Price      int64      `json:"price,omitempty"`
	Seller     string     `json:"seller,omitempty"`
	SellerName string     `json:"sellerName,omitempty"`
	Stock      string     `json:"stock,omitempty"`
	Delisted   *time.Time `json:"delisted,omitempty"`
	Sold       bool       `json:"sold,omitempty"`
}

// watchedAt says whether the customer is still watched: on its last day it is.
func (w customer) watchedAt(now time.Time) bool {
	return w.MonitorEnd == "" || now.UTC().Format(time.DateOnly) <= w.MonitorEnd
}

func (w customer) object() customerObject {
	object := customerObject{
		ID: w.ID, LastUpdated: w.Updated, Rego: maybe(w.Rego), State: maybe(w.State), VIN: maybe(w.VIN),
		ExternalID: maybe(w.ExternalID), SaleDate: maybe(w.SaleDate), MonitorEnd: maybe(w.MonitorEnd),
		VehicleTitle: maybe(w.Title), AdditionalFields: map[string]string{}, Sightings: make([]sightingObject, len(w.Sightings)),
	}
	for i, seen := range w.Sightings {
		object.Sightings[i] = sightingObject{
			At: seen.At, LeadID: seen.Listing, URL: seen.URL, Title: maybe(seen.Title),
			SellerType: maybe(seen.Seller), SellerName: maybe(seen.SellerName), Stock: maybe(seen.Stock),
			DelistedAt: seen.Delisted, Sold: seen.Sold,
		}
		if seen.Price > 0 {
			object.Sightings[i].Price = &seen.Price
		}
	}
	return object
}

// indexes are the places where a customer is found by something other than its id.
func (w customer) indexes() [][]byte {
	var keys [][]byte
	if w.VIN != "" {
		keys = append(keys, key(keyByVIN, w.VIN))
	}
	if w.Rego != "" {
		keys = append(keys, key(keyByRego, w.Rego, w.State))
	}
	if w.ExternalID != "" {
		keys = append(keys, key(keyByExternal, w.ExternalID, w.Account, w.Region))
	}
	return keys
}

// watch takes a customer up and lets it meet every listing that is known by now. Whoever uploads an external id again gets a
// second customer, as at the partner; it is counted as a duplicate.
func (c *change) watch(w customer) error {
	if w.ExternalID != "" {
		others, _, err := get[[]string](c.batch, key(keyByExternal, w.ExternalID, w.Account, w.Region))
		if err != nil {
			return err
		}
		if len(others) > 0 {
			c.totals.Duplicates++
		}
	}
	c.totals.Customers++
	for _, index := range w.indexes() {
		if err := enlist(c.batch, index, w.ID); err != nil {
			return err
		}
	}
	listings, err := c.listingsOf(w)
	if err != nil {
		return err
	}
	for _, known := range listings {
		if known.Removed || !w.watchedAt(c.now) {
			continue
		}
		if err := c.meet(&w, known, eventNew); err != nil {
			return err
		}
	}
	return put(c.batch, key(keyCustomer, w.ID), w)
}

// meet writes a listing into the customer's record and plans the pushes that tell of it. The caller stores the record.
func (c *change) meet(w *customer, known listing, event string) error {
	seen := sighting{
		Listing: known.ID, At: known.At, URL: known.URL, Title: known.Title, Price: known.Price,
		Seller: known.Seller, SellerName: known.SellerName, Stock: known.Stock,
	}
	i := slices.IndexFunc(w.Sightings, func(s sighting) bool { return s.Listing == known.ID })
	switch {
	case i < 0 && (event == eventDelist || len(w.Sightings) >= maxSightings):
		return nil
	case i < 0:
		event = eventNew
		w.Sightings = append(w.Sightings, seen)
		c.totals.Sightings++
	case event == eventDelist:
		if w.Sightings[i].Delisted == nil {
			w.Sightings[i].Delisted = &c.now
		}
		w.Sightings[i].Sold = known.Sold
	default:
		w.Sightings[i] = seen
	}
	if w.Title == "" {
		w.Title = known.Title
	}
	w.Updated = c.now
	return c.announce(*w, event)
}

func (s *Simulator) readCustomer(who caller, r *http.Request) (int, any, error) {
	watched, found, err := s.customerOf(s.db, who, r.PathValue("id"))
	if err != nil || !found {
		return http.StatusNotFound, refusal("Customer not found"), err
	}
	return http.StatusOK, watched.object(), nil
}

// deleteCustomer ends a watch and answers with the record as it was. That it does is assumed: webhooks do.
func (s *Simulator) deleteCustomer(who caller, r *http.Request) (status int, answer any, err error) {
	err = s.change(func(c *change) error {
		watched, found, err := s.customerOf(c.batch, who, r.PathValue("id"))
		if err != nil || !found {
			status, answer = http.StatusNotFound, refusal("Customer not found")
			return err
		}
		for _, index := range watched.indexes() {
			if err := delist(c.batch, index, watched.ID); err != nil {
				return err
			}
		}
		c.totals.Customers--
		status, answer = http.StatusOK, watched.object()
		return c.batch.Delete(key(keyCustomer, watched.ID), nil)
	})
	return status, answer, err
}

// customerOf reads a customer; one of another account or region is unknown.
func (s *Simulator) customerOf(r pebble.Reader, who caller, id string) (customer, bool, error) {
	watched, found, err := get[customer](r, key(keyCustomer, id))
	return watched, found && watched.Account == who.account && watched.Region == who.region, err
}
