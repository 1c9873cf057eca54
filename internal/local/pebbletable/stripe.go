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
	seed  maphash.Seed
	locks []sync.Mutex
}

func newStripes() stripes {
	return stripes{seed: maphash.MakeSeed(), locks: make([]sync.Mutex, 1024)}
}

// lock takes the stripes of all keys of the ops, in their order, so that no two writers wait for each other.
func (s *stripes) lock(ops []table.Op) (unlock func()) {
	if len(ops) == 1 {
		one := &s.locks[s.of(ops[0].Item.Key)]
		one.Lock()
		return one.Unlock
	}
	taken := make([]int, len(ops))
	for i, op := range ops {
		taken[i] = s.of(op.Item.Key)
	}
	slices.Sort(taken)
	taken = slices.Compact(taken)
	for _, i := range taken {
		s.locks[i].Lock()
	}
	return func() {
		for _, i := range taken {
			s.locks[i].Unlock()
		}
	}
}

func (s *stripes) of(key table.Key) int {
	return int(maphash.Comparable(s.seed, key) % uint64(len(s.locks)))
}
