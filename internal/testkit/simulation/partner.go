package simulation

import (
	"fmt"
	"hash/fnv"
	"slices"
	"time"

	"github.com/winback-auto/winback/internal/partner"
)

// Partner watches vehicles for the accounts of dealers, charges for looking up VINs and pushes sightings. Like the real one
// it takes an external id as often as it is given it.
type Partner struct {
	Accounts map[string]*Account            // by key
	Refuses  func(v partner.Vehicle) string // why a vehicle cannot be watched; empty: it can
	Dropped  int                            // pushes given up, or lost on purpose

	world *World
}

// Account is a dealer's, behind one key.
type Account struct {
	Key     string
	Hook    string            // where its pushes go
	Taken   map[string]int    // how often a vehicle was given in, by our id
	Charged map[string]int    // how often its VIN was looked up
	Refs    map[string]string // the partner's id of a vehicle that is watched, by ours; the last one where there are several

	partner *Partner
	names   map[string]string // receipt by name
	lists   map[string]*list  // by receipt
	watched map[string]*partner.Watched
}

// list is an uploaded one.
type list struct {
	partner.Upload
	outcomes []partner.Outcome
	done     time.Time
}

func newPartner(w *World) *Partner {
	return &Partner{Accounts: map[string]*Account{}, Refuses: func(partner.Vehicle) string { return "" }, world: w}
}

// account is the one behind a key; every key is good.
func (p *Partner) account(key string) *Account {
	a := p.Accounts[key]
	if a == nil {
		a = &Account{
			Key: key, partner: p, Taken: map[string]int{}, Charged: map[string]int{}, Refs: map[string]string{},
			names: map[string]string{}, lists: map[string]*list{}, watched: map[string]*partner.Watched{},
		}
		p.Accounts[key] = a
	}
	return a
}

// take takes a list in.
func (a *Account) take(upload partner.Upload) (receipt string) {
	w := a.partner.world
	receipt = fmt.Sprintf("receipt-%s-%d", a.Key[len(a.Key)-4:], len(a.lists)+1)
	l := &list{Upload: upload, done: w.clock.Add(w.Dice.Within(90 * time.Second))}
	a.names[upload.Name], a.lists[receipt] = receipt, l
	for n, v := range upload.Vehicles {
		a.Taken[v.ID]++
		if reason := a.partner.Refuses(v); reason != "" {
			l.outcomes = append(l.outcomes, partner.Outcome{ID: v.ID, Error: reason})
			continue
		}
		if v.VIN == "" && upload.LookUpVIN {
			a.Charged[v.ID]++
			v.VIN = LookedUp(v.Rego)
		}
		ref := fmt.Sprintf("cus-%s-%d-%d", a.Key[len(a.Key)-4:], len(a.lists), n)
		a.watched[ref] = &partner.Watched{Ref: ref, ID: v.ID, VIN: v.VIN, Rego: v.Rego, State: v.State}
		a.Refs[v.ID] = ref
		l.outcomes = append(l.outcomes, partner.Outcome{ID: v.ID, Ref: ref, VIN: v.VIN})
	}
	return receipt
}

// LookedUp is the VIN that belongs to a rego.
func LookedUp(rego string) string {
	h := fnv.New64a()
	h.Write([]byte(rego))
	return fmt.Sprintf("TMBZZZ%011d", h.Sum64()%1e11)
}

// Offer puts a vehicle on sale, or changes its listing; false where the account does not watch it.
func (a *Account) Offer(id string, s partner.Sighting) bool {
	vehicle := a.watched[a.Refs[id]]
	if vehicle == nil {
		return false
	}
	vehicle.Sightings = append(slices.DeleteFunc(slices.Clone(vehicle.Sightings), func(known partner.Sighting) bool { return known.ID == s.ID }), s)
	return true
}
