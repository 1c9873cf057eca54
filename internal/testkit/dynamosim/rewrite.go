package dynamosim

import (
	"encoding/json"
	"fmt"
)

// Rewrite hands every item of a table to change, as it is on the wire, and stores what change has made of it; an item that
// change returns as nil stays. The keys must stay what they are. No call of the service does this: it is for a test that
// lets what is stored grow older.
func (d *DynamoDB) Rewrite(table string, change func(item []byte) ([]byte, error)) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	t := d.tables[table]
	if t == nil {
		return fmt.Errorf("dynamosim: there is no table %s", table)
	}
	var all []item
	for _, rows := range t.rows.partitions {
		for _, r := range rows {
			all = append(all, r.item)
		}
	}
	for _, before := range all {
		raw, err := json.Marshal(before)
		if err != nil {
			return fmt.Errorf("dynamosim: %w", err)
		}
		changed, err := change(raw)
		if err != nil {
			return err
		}
		if changed == nil {
			continue
		}
		var after item
		if err := json.Unmarshal(changed, &after); err != nil {
			return fmt.Errorf("dynamosim: %w", err)
		}
		if failed := t.checkItem(after); failed != nil {
			return failed
		}
		keys := before.only(t.keys.names()...)
		if t.identity(after) != t.identity(keys) {
			return fmt.Errorf("dynamosim: a rewritten item of %s has other keys", table)
		}
		t.set(keys, after)
	}
	return nil
}
