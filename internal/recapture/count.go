package recapture

import (
	"cmp"
	"context"
	"hash/fnv"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
)

// tally is what a yard's recaptures add up to. It is kept in countShards items, each changed only in the write of the
// recapture that it counts, so it is always exact.
type tally struct {
	Total       int64 `json:"total"`     // recaptures ever submitted (R48)
	Captured    int64 `json:"captured"`  // of them sighted at least once (R49)
	Customers   int64 `json:"customers"` // distinct customers ever known of them (C9)
	Active      int64 `json:"active"`
	NewSighting int64 `json:"new_sighting"`
	Deleted     int64 `json:"deleted"`
	Errored     int64 `json:"errored"`
}

func (t *tally) add(other tally) {
	t.Total += other.Total
	t.Captured += other.Captured
	t.Customers += other.Customers
	t.Active += other.Active
	t.NewSighting += other.NewSighting
	t.Deleted += other.Deleted
	t.Errored += other.Errored
}

// countShards is the number of items that a yard's tally is spread over, so that no single one becomes hot.
const countShards = 8

var tallies = table.Kind[tally]{Name: "recapture count", Schema: 1}

func tallyPartition(co ident.Company, yard string) table.Partition {
	return table.In(co, "recapture-count", yard)
}

func tallyKey(co ident.Company, yard string, id ID) table.Key {
	shard := fnv.New32a()
	shard.Write([]byte(id))
	return tallyPartition(co, yard).At(strconv.Itoa(int(shard.Sum32() % countShards)))
}

// changes collects what a write adds to the tallies.
type changes map[table.Key]map[string]int64

func (c changes) count(key table.Key, name string, n int64) {
	if c[key] == nil {
		c[key] = map[string]int64{}
	}
	c[key][name] += n
}

// move counts a recapture that goes from one state, or yard, to another; before is nil for a new one.
func (c changes) move(co ident.Company, before *Recapture, after Recapture) {
	if before != nil {
		c.state(co, *before, -1)
	}
	c.state(co, after, 1)
}

// state counts a recapture n times as it stands.
func (c changes) state(co ident.Company, r Recapture, n int64) {
	key := tallyKey(co, r.Yard, r.ID)
	c.count(key, "total", n)
	c.count(key, string(r.Status), n)
	if r.LastSighting != nil {
		c.count(key, "captured", n)
	}
}

// ops are the writes that count, in the order of their keys; changes that cancel out are none.
func (c changes) ops() []table.Op {
	keys := slices.SortedFunc(maps.Keys(c), func(a, b table.Key) int {
		return cmp.Or(strings.Compare(a.Partition, b.Partition), strings.Compare(a.Sort, b.Sort))
	})
	var ops []table.Op
	for _, key := range keys {
		deltas := c[key]
		maps.DeleteFunc(deltas, func(_ string, n int64) bool { return n == 0 })
		if len(deltas) > 0 {
			ops = append(ops, table.Count(key, deltas))
		}
	}
	return ops
}

// byTally puts together what counts in one tally, in the order in which the tallies come first.
func byTally[T any](all []T, tally func(T) table.Key) [][]T {
	var groups [][]T
	place := map[table.Key]int{}
	for _, one := range all {
		key := tally(one)
		i, known := place[key]
		if !known {
			i = len(groups)
			place[key], groups = i, append(groups, nil)
		}
		groups[i] = append(groups[i], one)
	}
	return groups
}

// customerKey names a customer among those counted in a yard; false where nothing is known of the customer.
func customerKey(co ident.Company, yard string, c Customer) (table.Key, bool) {
	var who string
	switch {
	case c.ID != "":
		who = "id:" + string(c.ID)
	case c.Email != "":
		who = "email:" + strings.ToLower(c.Email)
	case c.Mobile != "":
		who = "mobile:" + strings.Join(strings.Fields(c.Mobile), "")
	case c.Name() != "":
		who = "name:" + strings.ToLower(c.Name())
	default:
		return table.Key{}, false
	}
	return table.In(co, "recapture-customer", yard, ident.Of(who)).At(), true
}

// mark is the content of an item whose key says it all, but which must be written only once.
type mark struct{}

var marks = table.Kind[mark]{Name: "counted customer", Schema: 1}

// countCustomers makes the writes that count the customers of recaptures, those that are not counted yet.
func countCustomers(ctx context.Context, t *table.Table, co ident.Company, of []Recapture, count changes) ([]table.Op, error) {
	tallies := make(map[table.Key]table.Key, len(of)) // by customer
	var keys []table.Key
	for _, r := range of {
		key, ok := customerKey(co, r.Yard, r.Customer)
		if _, twice := tallies[key]; ok && !twice {
			tallies[key] = tallyKey(co, r.Yard, r.ID)
			keys = append(keys, key)
		}
	}
	known, err := t.BatchGet(ctx, keys)
	if err != nil {
		return nil, err
	}
	var ops []table.Op
	for _, key := range keys {
		if _, counted := known[key]; !counted {
			ops = append(ops, marks.Create(key, mark{}))
			count.count(tallies[key], "customers", 1)
		}
	}
	return ops, nil
}

// sumUp is the tally of yards.
func sumUp(ctx context.Context, t *table.Table, co ident.Company, yards []string) (tally, error) {
	var sum tally
	for _, yard := range yards {
		records, err := tallies.All(ctx, t, tallyPartition(co, yard), countShards)
		if err != nil {
			return tally{}, err
		}
		for _, record := range records {
			sum.add(record.Value)
		}
	}
	return sum, nil
}
