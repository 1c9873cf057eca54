package dynamosim

import (
	"encoding/json"
	"fmt"
)

// Snapshot is what a table held at an instant: each item's size and content, by its keys.
type Snapshot struct {
	items map[string]heldItem
}

type heldItem struct {
	kind   string // what the attribute _kind says
	digest string
	units  float64
}

// Snapshot takes one of a table.
func (d *DynamoDB) Snapshot(table string) (Snapshot, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	t, err := d.table(table)
	if err != nil {
		return Snapshot{}, err
	}
	s := Snapshot{items: map[string]heldItem{}}
	for _, rows := range t.rows.partitions {
		for _, r := range rows {
			body, err := json.Marshal(r.item)
			if err != nil {
				return Snapshot{}, fmt.Errorf("dynamosim: %w", err)
			}
			s.items[t.identity(r.item)] = heldItem{r.item["_kind"].text, digest(body), writeUnits(r.item.size())}
		}
	}
	return s, nil
}

// Items is how many there were.
func (s Snapshot) Items() int { return len(s.items) }

// Of is the part of a snapshot whose items are of a kind, as their attribute _kind tells.
func (s Snapshot) Of(is func(kind string) bool) Snapshot {
	part := Snapshot{items: map[string]heldItem{}}
	for key, held := range s.items {
		if is(held.kind) {
			part.items[key] = held
		}
	}
	return part
}

// Least is how many write units it would have taken to come here from an earlier snapshot if each item that is new or changed
// had been written once, alone and without an index: what no design goes below that stores the same.
func (s Snapshot) Least(earlier Snapshot) (units float64) {
	for key, now := range s.items {
		if before, ok := earlier.items[key]; !ok || before.digest != now.digest {
			units += now.units
		}
	}
	return units
}
