package dynamosim

import (
	"slices"
	"strings"

	"github.com/winback-auto/winback/internal/testkit/awssim"
)

// maxItem is the most that an item may take, in bytes.
const maxItem = 400 << 10

// tableData is a table with its items.
type tableData struct {
	name      string
	keys      keySchema
	types     map[string]string // of key attributes
	rows      rows
	indexes   []*indexData
	protected bool
	request   *createTable
}

// indexData is a global secondary index. Its rows are projected items.
type indexData struct {
	name       string
	keys       keySchema
	projection projection
	rows
}

// rows are items in the order of their keys, by partition.
type rows struct {
	partitions map[string][]row
	total      int
}

// row is an item at its place. The tie orders index entries with the same key.
type row struct {
	sort value
	tie  string
	item item
}

func (r row) compare(other row) int {
	if order, ok := r.sort.compare(other.sort); ok && order != 0 {
		return order
	}
	return strings.Compare(r.tie, other.tie)
}

func (r *rows) count() int { return r.total }

// find returns the place of a row, and whether it is there.
func (r *rows) find(partition string, at row) (int, bool) {
	return slices.BinarySearchFunc(r.partitions[partition], at, row.compare)
}

func (r *rows) get(partition string, at row) item {
	if i, ok := r.find(partition, at); ok {
		return r.partitions[partition][i].item
	}
	return nil
}

func (r *rows) put(partition string, at row) {
	if r.partitions == nil {
		r.partitions = map[string][]row{}
	}
	i, ok := r.find(partition, at)
	if ok {
		r.partitions[partition][i] = at
		return
	}
	r.partitions[partition] = slices.Insert(r.partitions[partition], i, at)
	r.total++
}

func (r *rows) remove(partition string, at row) {
	i, ok := r.find(partition, at)
	if !ok {
		return
	}
	r.partitions[partition] = slices.Delete(r.partitions[partition], i, i+1)
	r.total--
	if len(r.partitions[partition]) == 0 {
		delete(r.partitions, partition)
	}
}

// bucket names a partition: texts and numbers do not meet.
func bucket(v value) string {
	if v.kind == typeNumber {
		return v.kind + v.number.String()
	}
	return v.kind + v.text
}

// place is where an item with these keys lies in the table.
func (t *tableData) place(keys item) (partition string, at row) {
	return bucket(keys[t.keys.partition]), row{sort: keys[t.keys.sort]}
}

func (t *tableData) get(keys item) item {
	return t.rows.get(t.place(keys))
}

// set replaces an item, nil removes it, and carries the change into the indexes. It returns the write units that this takes
// in the indexes.
func (t *tableData) set(keys, to item) (indexUnits float64) {
	partition, at := t.place(keys)
	from := t.rows.get(partition, at)
	if to == nil {
		t.rows.remove(partition, at)
	} else {
		at.item = to
		t.rows.put(partition, at)
	}
	for _, index := range t.indexes {
		indexUnits += index.change(t, from, to)
	}
	return indexUnits
}

// change moves an item's entry. An entry that stays as it is costs nothing; one under another key is removed and put.
func (x *indexData) change(t *tableData, from, to item) (units float64) {
	before, after := x.entry(t, from), x.entry(t, to)
	if before != nil && after != nil && (value{kind: typeMap, members: before}).equal(value{kind: typeMap, members: after}) {
		return 0
	}
	same := before != nil && after != nil && before[x.keys.partition].equal(after[x.keys.partition]) && before[x.keys.sort].equal(after[x.keys.sort])
	if before != nil {
		partition, at := x.place(t, before)
		x.remove(partition, at)
		if !same {
			units += writeUnits(before.size())
		}
	}
	if after != nil {
		partition, at := x.place(t, after)
		at.item = after
		x.put(partition, at)
		units += writeUnits(after.size())
	}
	return units
}

// entry is what the index holds of an item, nil where it lacks one of the index's keys.
func (x *indexData) entry(t *tableData, of item) item {
	for _, name := range x.keys.names() {
		if _, ok := of[name]; !ok {
			return nil
		}
	}
	if x.projection.ProjectionType == "ALL" {
		return of
	}
	return of.only(slices.Concat(t.keys.names(), x.keys.names(), x.projection.NonKeyAttributes)...)
}

func (x *indexData) place(t *tableData, entry item) (partition string, at row) {
	var tie []string
	for _, name := range t.keys.names() {
		own := bucket(entry[name])
		tie = append(tie, strings.ReplaceAll(own, "\x00", "\x00\x01")) // so that no two keys read alike
	}
	return bucket(entry[x.keys.partition]), row{sort: entry[x.keys.sort], tie: strings.Join(tie, "\x00\x00")}
}

func (k keySchema) names() []string {
	if k.sort == "" {
		return []string{k.partition}
	}
	return []string{k.partition, k.sort}
}

func (t *tableData) index(name string) (*indexData, error) {
	for _, index := range t.indexes {
		if index.name == name {
			return index, nil
		}
	}
	return nil, invalid("The table does not have the specified index: %s", name)
}

// checkKey refuses what is not exactly a key of the table.
func (t *tableData) checkKey(key item) *awssim.Error {
	if len(key) != len(t.keys.names()) {
		return invalid("The provided key element does not match the schema")
	}
	return t.checkKeys(key, t.keys, "The provided key element does not match the schema")
}

// checkItem refuses an item without its keys, with an index key of the wrong type, or too large.
func (t *tableData) checkItem(i item) *awssim.Error {
	if err := t.checkKeys(i, t.keys, "One or more parameter values were invalid: Missing the key or a key of the wrong type"); err != nil {
		return err
	}
	for _, index := range t.indexes {
		present := keySchema{}
		if _, ok := i[index.keys.partition]; ok {
			present.partition = index.keys.partition
		}
		if _, ok := i[index.keys.sort]; ok {
			present.sort = index.keys.sort
		}
		if err := t.checkKeys(i, present, "One or more parameter values were invalid: Type mismatch for Index Key"); err != nil {
			return err
		}
	}
	if i.size() > maxItem {
		return invalid("Item size has exceeded the maximum allowed size")
	}
	return nil
}

func (t *tableData) checkKeys(i item, keys keySchema, mismatch string) *awssim.Error {
	for place, name := range []string{keys.partition, keys.sort} {
		if name == "" {
			continue
		}
		v, ok := i[name]
		most := []int{maxPartitionKey, maxSortKey}[place]
		switch {
		case !ok, v.kind != t.types[name]:
			return invalid("%s: %s", mismatch, name)
		case v.kind == typeText && v.text == "":
			return invalid("One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: %s", name)
		case v.size() > most:
			return invalid("One or more parameter values were invalid: Size of %s has exceeded the maximum size limit of %d bytes", name, most)
		}
	}
	return nil
}
