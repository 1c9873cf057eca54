package simulation

import (
	"container/heap"
	"time"
)

// entry is something that happens at an instant.
type entry struct {
	at  time.Time
	seq uint64 // of entries of one instant the earlier made comes first
	do  func()
}

// agenda is what is still to happen, a heap by instant.
type agenda []entry

// Len implements heap.Interface.
func (a agenda) Len() int { return len(a) }

// Less implements heap.Interface.
func (a agenda) Less(i, j int) bool {
	if !a[i].at.Equal(a[j].at) {
		return a[i].at.Before(a[j].at)
	}
	return a[i].seq < a[j].seq
}

// Swap implements heap.Interface.
func (a agenda) Swap(i, j int) { a[i], a[j] = a[j], a[i] }

// Push implements heap.Interface.
func (a *agenda) Push(e any) { *a = append(*a, e.(entry)) }

// Pop implements heap.Interface.
func (a *agenda) Pop() any {
	last := (*a)[len(*a)-1]
	(*a)[len(*a)-1] = entry{}
	*a = (*a)[:len(*a)-1]
	return last
}

// After has something happen after a while. What happens may use the dice and must not wait for a port.
func (w *World) After(wait time.Duration, do func()) {
	w.made++
	heap.Push(&w.agenda, entry{w.clock.Add(wait), w.made, do})
}
