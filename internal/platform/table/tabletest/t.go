package tabletest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"runtime"
	"sync"

	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
)

// T is what a case reports to. Unlike a testing.T it can be asked afterwards what failed, so that a known difference is
// not a failure of the test.
type T struct {
	Fixture
	ctx   context.Context
	newID ident.Source

	mu       sync.Mutex
	failures []string
}

// Try runs the case on a store of its own and returns what failed.
func (c Case) Try(ctx context.Context, f Fixture) []string {
	t := &T{Fixture: f, ctx: ctx, newID: ident.NewSource(f.Clock.Now, rand.Reader)}
	done := make(chan struct{})
	go func() { // Fatalf ends the goroutine
		defer close(done)
		defer func() {
			if broken := recover(); broken != nil {
				t.Errorf("the case breaks on what it got: %v", broken)
			}
		}()
		c.run(t)
	}()
	<-done
	return t.failures
}

// Errorf notes a failure and goes on. It may be called from any goroutine.
func (t *T) Errorf(format string, args ...any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.failures = append(t.failures, fmt.Sprintf(format, args...))
}

// Fatalf notes a failure and ends the case.
func (t *T) Fatalf(format string, args ...any) {
	t.Errorf(format, args...)
	runtime.Goexit()
}

// table is the store as features use it.
func (t *T) table() *table.Table { return table.New(t.Driver, t.Clock.Now, t.newID) }

// write applies ops that must succeed.
func (t *T) write(ops ...table.Op) {
	if err := t.Driver.Write(t.ctx, ops); err != nil {
		t.Fatalf("write of %d ops, the first on %q: %v", len(ops), ops[0].Item.Key, err)
	}
}

// put stores items one by one, whatever is there.
func (t *T) put(items ...table.Item) {
	for _, item := range items {
		t.write(table.Op{Action: table.Put, Item: item})
	}
}

// load stores many items.
func (t *T) load(items ...table.Item) {
	ops := make([]table.Op, len(items))
	for i, item := range items {
		ops[i] = table.Op{Action: table.Put, Item: item}
	}
	if err := t.Driver.Load(t.ctx, ops); err != nil {
		t.Fatalf("load of %d items: %v", len(ops), err)
	}
}

// refused expects a write that fails at the op with the index and changes nothing.
func (t *T) refused(index int, ops ...table.Op) {
	err := t.Driver.Write(t.ctx, ops)
	var condition *table.ConditionError
	switch {
	case err == nil:
		t.Errorf("a write succeeds whose op %d must be refused", index)
	case !errs.Is(err, errs.Conflict):
		t.Errorf("a refused write is of the kind %v, want a conflict: %v", errs.KindOf(err), err)
	case !errors.As(err, &condition):
		t.Errorf("a refused write does not say which condition: %v", err)
	case condition.Index != index || condition.Key != ops[index].Item.Key:
		t.Errorf("the refused op is %d on %q, want %d on %q", condition.Index, condition.Key, index, ops[index].Item.Key)
	}
}

// wantItem expects an item to be stored as it is.
func (t *T) wantItem(want table.Item) {
	got, err := t.Driver.Get(t.ctx, want.Key)
	if err != nil {
		t.Errorf("get %q: %v", want.Key, err)
		return
	}
	t.wantSame(got, want)
}

// wantNone expects nothing under a key.
func (t *T) wantNone(key table.Key) {
	if got, err := t.Driver.Get(t.ctx, key); !errs.Is(err, errs.NotFound) {
		t.Errorf("get %q: %+v, %v; want that there is none", key, got, err)
	}
}

// query returns a page that must succeed.
func (t *T) query(q table.Query) table.Page {
	page, err := t.Driver.Query(t.ctx, q)
	if err != nil {
		t.Fatalf("query %+v: %v", q, err)
	}
	if len(page.Items) > q.Limit {
		t.Errorf("a page of %d items, the limit was %d", len(page.Items), q.Limit)
	}
	return page
}

// walk collects all pages, and after each calls between, which may be nil.
func (t *T) walk(q table.Query, between func(table.Page)) []table.Item {
	const bound = 2_000
	var all []table.Item
	for range bound {
		page := t.query(q)
		all = append(all, page.Items...)
		if page.Next == "" {
			return all
		}
		if between != nil {
			between(page)
		}
		q.After = page.Next
	}
	t.Fatalf("after %d pages there is still a next one", bound)
	return nil
}
