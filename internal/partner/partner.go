// Package partner is the port to a company that watches vehicles for us: what can be asked of it, in our words.
//
// Features speak these types; an adapter (partner/autograb) translates them to one partner's API. Every figure of a
// partner is a claim, not a fact: a push is a hint to look (Push), and only what Watcher.Vehicle answers is believed.
package partner

import (
	"context"
	"errors"
	"time"
)

// Watcher is one dealer's account with the partner. Its errors are classified (package errs):
//
//   - TooMany and Unavailable, with the wait where the partner named one: the same call may succeed later;
//   - Forbidden: the key is refused or lacks the licence; nothing succeeds until a person mends it;
//   - NotFound: the partner does not know the id;
//   - Invalid: the partner refuses the content, and would again.
//
// An error that wraps ErrAmbiguous may come from a call that took effect.
type Watcher interface {
	// Upload queues a list under its name. It is not idempotent: after ErrAmbiguous ask Find before uploading again.
	Upload(ctx context.Context, list Upload) (receipt string, err error)
	// Find returns the receipt of the list with this name, or a NotFound error where the partner says that it has none.
	Find(ctx context.Context, name string) (receipt string, err error)
	// Progress says how far the partner is with a list.
	Progress(ctx context.Context, receipt string) (Progress, error)
	// Vehicle is the present truth about one watched vehicle, with all its sightings.
	Vehicle(ctx context.Context, ref string) (Watched, error)
	// List is a page of all vehicles of the account that the partner watches, at most MaxListed, in an order of its own. The
	// first page has the empty cursor; an empty next says that there is no further one. A vehicle that is added or removed
	// while somebody walks the pages may be missed; none of the others is.
	List(ctx context.Context, cursor string) (page []Watched, next string, err error)
	// Remove ends the watch. Removing what is gone already is a success.
	Remove(ctx context.Context, ref string) error
	// Register makes the partner push to a URL and returns the id of that registration.
	Register(ctx context.Context, name, url string) (hook string, err error)
	// Unregister ends the pushes. What is gone already is a success.
	Unregister(ctx context.Context, hook string) error
	// Ping makes the partner push a test event to the registered URL; an answer without error proves the key, too.
	Ping(ctx context.Context, hook string) error
}

// MaxListed is the most vehicles of a page of Watcher.List.
const MaxListed = 500

// ErrAmbiguous marks a call whose answer was lost: the partner may or may not have done it.
var ErrAmbiguous = errors.New("the partner's answer was lost")

// Account is what the partner knows a dealer by.
type Account struct {
	Key     string // the dealer's API key; never logged
	Country string // ISO 3166 alpha-2, for example AU
}

// Dial opens an account; it makes no call.
type Dial func(Account) Watcher

// Parse reads the body of a push. An unknown event name is kept as it is; a body that cannot be read is an Invalid error.
type Parse func(body []byte) (Push, error)

// Upload is a list of vehicles to be watched.
type Upload struct {
	Name      string // our name of the list, unique for ever
	LookUpVIN bool   // look up a missing VIN by rego; the partner charges for it
	Vehicles  []Vehicle
}

// Vehicle is one vehicle of a list: a VIN, or a rego with its state where the country has states.
type Vehicle struct {
	ID           string // ours; comes back in Outcome, Watched and Push
	VIN          string
	Rego         string
	State        string
	SoldOn       string    // date 2026-11-21, or empty
	MonitorUntil time.Time // the partner stops watching then; zero: never
}

// Progress of a list. While Done is false, Outcomes may be incomplete.
type Progress struct {
	Done      bool
	Total     int
	Processed int
	Outcomes  []Outcome
}

// Outcome is what became of one vehicle of a list.
type Outcome struct {
	ID    string // ours
	Ref   string // the partner's; empty when Error says why it is not watched
	VIN   string // as supplied or looked up
	Error string
}

// Watched is a vehicle as the partner sees it now.
type Watched struct {
	Ref       string
	ID        string // ours
	VIN       string
	Rego      string
	State     string
	Title     string
	Sightings []Sighting // in the order the partner gives them
}

// Sighting is one listing of the vehicle for sale.
type Sighting struct {
	ID         string // the partner's id of the listing
	At         time.Time
	URL        string // may be empty
	Title      string
	Price      int64     // whole units of the country's currency; 0: not stated
	Seller     string    // the kind of seller, for example dealer or private; may be empty
	SellerName string    // as the listing names the seller; may be empty
	Stock      string    // the seller's own number of the car; may be empty
	Site       string    // the web site's host, taken from URL
	Delisted   bool      // the listing is gone
	DelistedAt time.Time // since when; zero: not stated
	Sold       bool      // it is gone because the car was sold; then Delisted is true, too
}

// Event names what a push reports. A partner may send others; they are kept as text.
type Event string

// The events that the platform acts on.
const (
	EventPing        Event = "ping"
	EventNew         Event = "recapture_new"
	EventPriceChange Event = "recapture_price_change"
	EventDelist      Event = "recapture_delist"
)

// Push is what the partner says happened. It is unsigned, may be late, doubled, out of order or invented.
type Push struct {
	Event     Event
	Ref       string // the partner's id of the vehicle; empty for a ping
	ID        string // ours, as the push claims
	Sightings []Sighting
}
