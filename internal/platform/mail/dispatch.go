package mail

import (
	"context"
	"time"

	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
)

// Dispatch is a letter on its way: its record in the ledger. What the letter says is stored beside it, for as long as it
// may be sent and a fortnight more.
type Dispatch struct {
	Letter
	State    State     `json:"state"`
	Owner    string    `json:"owner,omitempty"` // the attempt that wrote this state; tells a writer its own write
	Wake     time.Time `json:"wake,omitzero"`   // nobody touches it before: end of a lease, of a wait; not in final states
	Attempts int       `json:"attempts,omitempty"`
	Reason   string    `json:"reason,omitempty"` // why it failed, waits, is suppressed or parked; no personal data
	Planned  time.Time `json:"planned"`
	Began    time.Time `json:"began,omitzero"`     // when the last attempt went to the provider
	Accepted []string  `json:"accepted,omitempty"` // the provider's ids; more than one means that the mail was doubled
	Facts    Facts     `json:"facts,omitzero"`     // what the provider reported
}

// State is where a dispatch stands. The way is pending → claimed → sending → sent; see reliability.md 2.1 for the others.
type State string

// The states.
const (
	Pending    State = "pending"    // planned; nobody has looked at it
	Claimed    State = "claimed"    // an attempt holds it until Wake and asks whether it may go
	Sending    State = "sending"    // the provider may have it any moment
	Sent       State = "sent"       // the provider has it
	Released   State = "released"   // the provider surely does not have it; again from Wake on
	Unknown    State = "unknown"    // the provider may have it; looked at again at Wake
	Parked     State = "parked"     // the provider may have it and nobody can find out; a person decides, or a late event
	Failed     State = "failed"     // the provider will never take it, or it is too late
	Suppressed State = "suppressed" // the recipient must not or does not want to get it
)

// Final reports whether the state is an end. Only the provider's event turns a final state into another: sent.
func (s State) Final() bool { return s == Sent || s == Failed || s == Suppressed }

var dispatches = table.Kind[Dispatch]{Name: "mail", Schema: 1}

func key(company ident.Company, sendID string) table.Key {
	return table.In(company, "mail", sendID).At()
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

// Find reads a dispatch, or a NotFound error.
func Find(ctx context.Context, t *table.Table, company ident.Company, sendID string) (Dispatch, error) {
	record, err := dispatches.Get(ctx, t, key(company, sendID))
	return record.Value, err
}
