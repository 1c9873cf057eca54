package autograbsim

import (
	"time"

	"github.com/cockroachdb/pebble/v2"
)

// listing is one advertisement of a vehicle. Its id is a digest of the vehicle and the address, so the same advertisement
// in another row, or after a restart, is the same listing.
type listing struct {
	ID         string    `json:"id"`
	VIN        string    `json:"vin,omitempty"`
	Rego       string    `json:"rego,omitempty"`
	State      string    `json:"state,omitempty"`
	URL        string    `json:"url"`
	Title      string    `json:"title,omitempty"`
	Make       string    `json:"make,omitempty"`
	Model      string    `json:"model,omitempty"`
	Year       string    `json:"year,omitempty"`
	Price      int64     `json:"price,omitempty"`  // whole units; 0: not stated
	Seller     string    `json:"seller,omitempty"` // dealer or private
	SellerName string    `json:"sellerName,omitempty"`
	Stock      string    `json:"stock,omitempty"` // the seller's own number of the car
	At         time.Time `json:"at"`
	Removed    bool      `json:"removed,omitempty"`
	Sold       bool      `json:"sold,omitempty"` // why it was removed
}

// list compares a listing with what is known of it and tells its watchers what changed.
func (c *change) list(now listing, loaded *Loaded) error {
	before, known, err := get[listing](c.batch, key(keyListing, now.ID))
	if err != nil {
		return err
	}
	listed := known && !before.Removed
	var event string
	switch {
	case now.Removed && (listed || known && now.Sold && !before.Sold):
		event = eventDelist
		loaded.Removed++
	case !now.Removed && !listed:
		event = eventNew
		loaded.New++
	case !now.Removed && now.Price != before.Price:
		event = eventPriceChange
		loaded.Prices++
	default:
		loaded.Unchanged++
		return nil
	}
	if !known {
		c.totals.Listings++
		if err := c.indexListing(now); err != nil {
			return err
		}
	}
	if event == eventDelist {
		sold := now.Sold
		now = before
		now.Removed, now.Sold = true, sold
	}
	if err := put(c.batch, key(keyListing, now.ID), now); err != nil {
		return err
	}
	return c.tellWatchers(now, event)
}

func (c *change) indexListing(l listing) error {
	if l.VIN != "" {
		if err := enlist(c.batch, key(keyListingVIN, l.VIN), l.ID); err != nil {
			return err
		}
	}
	if l.Rego != "" {
		return enlist(c.batch, key(keyListingRego, l.Rego, l.State), l.ID)
	}
	return nil
}

func (c *change) tellWatchers(l listing, event string) error {
	var ids []string
	if l.VIN != "" {
		byVIN, _, err := get[[]string](c.batch, key(keyByVIN, l.VIN))
		if err != nil {
			return err
		}
		ids = byVIN
	}
	if l.Rego != "" {
		byRego, _, err := get[[]string](c.batch, key(keyByRego, l.Rego, l.State))
		if err != nil {
			return err
		}
		ids = append(ids, byRego...)
	}
	told := make(map[string]bool, len(ids))
	for _, id := range ids {
		if told[id] {
			continue
		}
		told[id] = true
		w, found, err := get[customer](c.batch, key(keyCustomer, id))
		if err != nil {
			return err
		}
		if !found || !w.watchedAt(c.now) {
			continue
		}
		if err := c.meet(&w, l, event); err != nil {
			return err
		}
		if err := put(c.batch, key(keyCustomer, id), w); err != nil {
			return err
		}
	}
	return nil
}

// listingsOf are the listings of a customer's vehicle: the VIN is the same, or the rego with its state is.
func (c *change) listingsOf(w customer) ([]listing, error) {
	var all []listing
	if w.VIN != "" {
		byVIN, err := listingsBy(c.batch, key(keyListingVIN, w.VIN))
		if err != nil {
			return nil, err
		}
		all = byVIN
	}
	if w.Rego != "" {
		byRego, err := listingsBy(c.batch, key(keyListingRego, w.Rego, w.State))
		if err != nil {
			return nil, err
		}
		for _, l := range byRego {
			if l.VIN == "" || l.VIN != w.VIN { // those of the same VIN are there already
				all = append(all, l)
			}
		}
	}
	return all, nil
}

// listingsBy reads the listings of an index entry, in the order in which they appeared.
func listingsBy(r pebble.Reader, index []byte) ([]listing, error) {
	ids, _, err := get[[]string](r, index)
	if err != nil {
		return nil, err
	}
	listings := make([]listing, 0, len(ids))
	for _, id := range ids {
		l, found, err := get[listing](r, key(keyListing, id))
		if err != nil {
			return nil, err
		}
		if found {
			listings = append(listings, l)
		}
	}
	return listings, nil
}
