package pebbletable

import (
	"hash/maphash"
	"slices"
	"sync"

	"github.com/winback-auto/winback/internal/platform/table"
)

// stripes are locks that keys share by their hash. There are many more of them than concurrent writers, so that two
// writers of different keys rarely meet.
type stripes struct {
	seed maphash.Seed
	all  []stripe
}

// stripe guards the writes of its keys, and knows which of them are in the due index. These are few, and to know them
// saves a load, which asks nothing else about what is stored, reading what it overwrites.
type stripe struct {
	sync.Mutex
	due map[table.Key]struct{}
}

func newStripes() stripes {
	s := stripes{seed: maphash.MakeSeed(), all: make([]stripe, 1024)}
	for i := range s.all {
		s.all[i].due = map[table.Key]struct{}{}
	}
	return s
}

// of is the stripe of a key.
func (s *stripes) of(key table.Key) *stripe { return &s.all[s.index(key)] }

func (s *stripes) index(key table.Key) int {
	return int(maphash.Comparable(s.seed, key) % uint64(len(s.all)))
}

// lock takes the stripes of all keys of the ops, in their order, so that no two writers wait for each other.
func (s *stripes) lock(ops []table.Op) (unlock func()) {
	if len(ops) == 1 {
		one := s.of(ops[0].Item.Key)
		one.Lock()
		return one.Unlock
	}
	taken := make([]int, len(ops))
	for i := range ops {
		taken[i] = s.index(ops[i].Item.Key)
	}
	slices.Sort(taken)
	taken = slices.Compact(taken)
	for _, i := range taken {
		s.all[i].Lock()
	}
	return func() {
		for _, i := range taken {
			s.all[i].Unlock()
		}
	}
}

// isDue reports whether the key has an entry in the due index. Its stripe is held.
func (s *stripes) isDue(key table.Key) bool {
	_, is := s.of(key).due[key]
	return is
}

// note remembers what applied ops did to the due index. Their stripes are held.
func (s *stripes) note(ops []table.Op) {
	for i := range ops {
		op := &ops[i]
		switch {
		case op.Action == table.Put && op.Item.Due != table.IndexKey{}:
			s.of(op.Item.Key).due[op.Item.Key] = struct{}{}
		case op.Action == table.Put, op.Action == table.Delete:
			delete(s.of(op.Item.Key).due, op.Item.Key)
		}
	}
}
