package tabletest

import (
	"context"

	"github.com/winback-auto/winback/internal/platform/table"
)

// Fault decides about one call of a driver: op is Get, BatchGet, Query, Write or Load. An error fails the call, after it was
// applied or without; a nil error lets it through. It may be called from many goroutines.
type Fault func(op string) (apply bool, err error)

// Flaky is a driver that fails as its fault says. It is for tests and simulations of lost answers and lost calls.
func Flaky(driver table.Driver, fault Fault) table.Driver { return flaky{driver, fault} }

type flaky struct {
	driver table.Driver
	fault  Fault
}

func (f flaky) Get(ctx context.Context, key table.Key) (table.Item, error) {
	return call(f.fault, "Get", func() (table.Item, error) { return f.driver.Get(ctx, key) })
}

func (f flaky) BatchGet(ctx context.Context, keys []table.Key) ([]table.Item, error) {
	return call(f.fault, "BatchGet", func() ([]table.Item, error) { return f.driver.BatchGet(ctx, keys) })
}

func (f flaky) Query(ctx context.Context, q table.Query) (table.Page, error) {
	return call(f.fault, "Query", func() (table.Page, error) { return f.driver.Query(ctx, q) })
}

func (f flaky) Write(ctx context.Context, ops []table.Op) error {
	_, err := call(f.fault, "Write", func() (struct{}, error) { return struct{}{}, f.driver.Write(ctx, ops) })
	return err
}

func (f flaky) Load(ctx context.Context, ops []table.Op) error {
	_, err := call(f.fault, "Load", func() (struct{}, error) { return struct{}{}, f.driver.Load(ctx, ops) })
	return err
}

// call makes the call or not and loses the answer or not. An error of the driver itself wins over a lost answer: then
// nothing was applied.
func call[T any](fault Fault, op string, do func() (T, error)) (T, error) {
	var none T
	apply, lost := fault(op)
	if lost == nil || apply {
		answer, err := do()
		if lost == nil || err != nil {
			return answer, err
		}
	}
	return none, lost
}
