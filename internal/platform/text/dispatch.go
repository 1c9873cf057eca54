package text

import (
	"context"
	"time"

	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
)

// Dispatch is a note on its way: its record in the ledger.
type Dispatch struct {
	Note
	State       State     `json:"state"`
	Owner       string    `json:"owner,omitempty"` // the attempt that wrote this state; tells a writer its own write
	Wake        time.Time `json:"wake,omitzero"`   // nobody touches it before: end of a lease, of a wait; not in final states
	Attempts    int       `json:"attempts,omitempty"`
	Reason      string    `json:"reason,omitempty"` // why it failed, waits or is parked; no personal data
	Planned     time.Time `json:"planned"`
	Began       time.Time `json:"began,omitzero"` // when the last attempt went to the provider
	ProviderID  string    `json:"providerId,omitempty"`
	Doubled     bool      `json:"doubled,omitempty"`    // the provider has taken it twice
	Delivered   time.Time `json:"delivered,omitzero"`   // when the carrier said so
	Undelivered time.Time `json:"undelivered,omitzero"` // when the provider or a carrier gave up
}

// State is where a dispatch stands. The way is pending → claimed → sending → sent.
type State string

// The states.
const (
	Pending  State = "pending"  // planned; nobody has looked at it
	Claimed  State = "claimed"  // an attempt holds it until Wake and asks whether it may go
	Sending  State = "sending"  // the provider may have it any moment
	Sent     State = "sent"     // the provider has it
	Released State = "released" // the provider surely does not have it; again from Wake on
	Unknown  State = "unknown"  // the provider may have it; looked at again at Wake
	Parked   State = "parked"   // the provider may have it and nobody can find out; a late event may tell
	Failed   State = "failed"   // the provider will never take it, or it is too late
	Refused  State = "refused"  // the recipient must not or does not want to get it
)

// Final reports whether the state is an end. Only the provider's event turns a final state into another: sent.
func (s State) Final() bool { return s == Sent || s == Failed || s == Refused }

var dispatches = table.Kind[Dispatch]{Name: "text message", Schema: 1, Limit: 12 << 10} // 1,600 characters of up to four bytes

func key(company ident.Company, sendID string) table.Key {
	return table.In(company, "text", sendID).At()
}

// Find reads a dispatch, or a NotFound error.
func Find(ctx context.Context, t *table.Table, company ident.Company, sendID string) (Dispatch, error) {
	record, err := dispatches.Get(ctx, t, key(company, sendID))
	return record.Value, err
}

// FindAll reads the dispatches that exist among those asked for, by send id.
func FindAll(ctx context.Context, t *table.Table, company ident.Company, sendIDs []string) (map[string]Dispatch, error) {
	keys := make([]table.Key, len(sendIDs))
	for i, id := range sendIDs {
		keys[i] = key(company, id)
	}
	records, err := dispatches.GetAll(ctx, t, keys)
	found := make(map[string]Dispatch, len(records))
	for _, record := range records {
		found[record.Value.SendID] = record.Value
	}
	return found, err
}
