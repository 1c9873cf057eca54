package pebblequeue

import (
	"container/heap"
	"slices"
	"time"
)

// fifo hands out what was put in first.
type fifo[T any] struct {
	items []T
	head  int
}

func (f *fifo[T]) len() int { return len(f.items) - f.head }

func (f *fifo[T]) push(item T) { f.items = append(f.items, item) }

// first are the next n, which stay in.
func (f *fifo[T]) first(n int) []T { return f.items[f.head : f.head+n] }

func (f *fifo[T]) pop() T {
	item := f.items[f.head]
	f.head++
	// Moving the rest down once half is spent keeps the memory in proportion and costs each item one move.
	if f.head*2 >= len(f.items) {
		f.items = slices.Delete(f.items, 0, f.head)
		f.head = 0
	}
	return item
}

// ready are the visible messages of a topic: groups in turn, one message each, oldest first within a group.
type ready struct {
	groups map[string]*group // only those with messages
	turns  fifo[*group]
	count  int
}

type group struct {
	name    string
	numbers fifo[uint64]
}

func (r *ready) push(name string, number uint64) {
	g := r.groups[name]
	if g == nil {
		g = &group{name: name}
		r.groups[name] = g
		r.turns.push(g)
	}
	g.numbers.push(number)
	r.count++
}

// pop must not be called when count is 0.
func (r *ready) pop() uint64 {
	g := r.turns.pop()
	number := g.numbers.pop()
	if g.numbers.len() > 0 {
		r.turns.push(g)
	} else {
		delete(r.groups, g.name)
	}
	r.count--
	return number
}

// hidden is a message that nobody may receive before it is visible.
type hidden struct {
	number  uint64
	visible time.Time
	turn    uint32
	delayed bool
	group   string
	place   int // in its byInstant
}

// byInstant is a heap of hidden messages, the next one to become visible on top.
type byInstant []*hidden

func (b byInstant) Len() int           { return len(b) }
func (b byInstant) Less(i, j int) bool { return b[i].visible.Before(b[j].visible) }
func (b byInstant) Swap(i, j int) {
	b[i], b[j] = b[j], b[i]
	b[i].place, b[j].place = i, j
}

func (b *byInstant) Push(x any) {
	h := x.(*hidden)
	h.place = len(*b)
	*b = append(*b, h)
}

func (b *byInstant) Pop() any {
	old := *b
	last := len(old) - 1
	h := old[last]
	old[last] = nil
	*b = old[:last]
	return h
}

// waiting are the hidden messages of a topic.
type waiting struct {
	order   byInstant
	byID    map[uint64]*hidden
	delayed int
}

func (w *waiting) add(h *hidden) {
	heap.Push(&w.order, h)
	w.byID[h.number] = h
	if h.delayed {
		w.delayed++
	}
}

func (w *waiting) remove(h *hidden) {
	heap.Remove(&w.order, h.place)
	delete(w.byID, h.number)
	if h.delayed {
		w.delayed--
	}
}

// held is the message that a receipt is good for at an instant, or nil.
func (w *waiting) held(number uint64, turn uint32, now time.Time) *hidden {
	h := w.byID[number]
	if h == nil || h.turn != turn || turn == 0 || !h.visible.After(now) {
		return nil
	}
	return h
}

// next is when the first of them becomes visible.
func (w *waiting) next() (time.Time, bool) {
	if len(w.order) == 0 {
		return time.Time{}, false
	}
	return w.order[0].visible, true
}
