package autograbsim

import (
	"container/heap"
	"sync"
	"time"

	"github.com/cockroachdb/pebble/v2"
)

// task is something that is to be done with the record of this id at an instant.
type task struct {
	due   time.Time
	id    string
	order uint64 // among tasks of one instant: first come, first done
}

// agenda holds what is pending in memory, in the order of its instants. It mirrors the due records on disk, which are
// written before a task is added and deleted when it is done.
type agenda struct {
	mu     sync.Mutex
	tasks  queue
	taken  []task // being done, until the next take
	count  uint64
	signal func()
}

func newAgenda(signal func()) *agenda { return &agenda{signal: signal} }

func (a *agenda) add(tasks ...task) {
	if len(tasks) == 0 {
		return
	}
	a.mu.Lock()
	if len(a.taken) > 0 && tasks[0].order != 0 {
		a.taken = nil // they come back undone
	}
	for _, t := range tasks {
		if t.order == 0 {
			a.count++
			t.order = a.count
		}
		heap.Push(&a.tasks, t)
	}
	a.mu.Unlock()
	a.signal()
}

// take returns at most limit tasks that are due by now. They stay pending until the next take, which says that they are done.
func (a *agenda) take(now time.Time, limit int) []task {
	a.mu.Lock()
	defer a.mu.Unlock()
	var due []task
	for len(due) < limit && len(a.tasks) > 0 && !a.tasks[0].due.After(now) {
		due = append(due, heap.Pop(&a.tasks).(task))
	}
	a.taken = due
	return due
}

func (a *agenda) next() (time.Time, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.taken) > 0 {
		return a.taken[0].due, true
	}
	if len(a.tasks) == 0 {
		return time.Time{}, false
	}
	return a.tasks[0].due, true
}

func (a *agenda) len() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.tasks) + len(a.taken)
}

// dueRecord is a task on disk.
type dueRecord struct {
	ID  string    `json:"id"`
	Due time.Time `json:"due"`
}

// loadAgenda reads the due records of a kind.
func loadAgenda(db *pebble.DB, kind string, into *agenda) error {
	return scan(db, key(kind), func(due dueRecord) error {
		into.add(task{due: due.Due, id: due.ID})
		return nil
	})
}

// queue is a heap.Interface.
type queue []task

func (q queue) Len() int      { return len(q) }
func (q queue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q queue) Less(i, j int) bool {
	if !q[i].due.Equal(q[j].due) {
		return q[i].due.Before(q[j].due)
	}
	return q[i].order < q[j].order
}
func (q *queue) Push(t any) { *q = append(*q, t.(task)) }
func (q *queue) Pop() any {
	last := len(*q) - 1
	t := (*q)[last]
	*q = (*q)[:last]
	return t
}
