package simulation

import (
	"context"
	"strings"

	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/secret"
	"github.com/winback-auto/winback/internal/platform/table"
)

// driverPort is the table as an instance reaches it.
type driverPort struct{ on *instance }

var _ table.Driver = driverPort{}

// named is a key in a trace. Doors carry the hash of a random token, and a run must not depend on it.
func named(partition, sort string) string {
	if strings.HasPrefix(partition, "HOOK") {
		return "HOOK"
	}
	return partition + " " + sort
}

// first is the name of the least key: in which order a function lists its keys is its own business.
func first(n int, key func(int) table.Key) string {
	least := ""
	for i := range n {
		if name := named(key(i).Partition, key(i).Sort); least == "" || name < least {
			least = name
		}
	}
	return least
}

// Get implements table.Driver.
func (p driverPort) Get(ctx context.Context, key table.Key) (table.Item, error) {
	if v := p.on.ask("get "+named(key.Partition, key.Sort), readFault); v.err != nil {
		return table.Item{}, v.err
	}
	return p.on.world.store.Get(ctx, key)
}

// BatchGet implements table.Driver.
func (p driverPort) BatchGet(ctx context.Context, keys []table.Key) ([]table.Item, error) {
	if v := p.on.ask("get all "+first(len(keys), func(i int) table.Key { return keys[i] }), readFault); v.err != nil {
		return nil, v.err
	}
	return p.on.world.store.BatchGet(ctx, keys)
}

// Query implements table.Driver.
func (p driverPort) Query(ctx context.Context, q table.Query) (table.Page, error) {
	if v := p.on.ask("query "+named(q.Partition, q.From+q.After), readFault); v.err != nil {
		return table.Page{}, v.err
	}
	return p.on.world.store.Query(ctx, q)
}

// Write implements table.Driver.
func (p driverPort) Write(ctx context.Context, ops []table.Op) error {
	v := p.on.ask("write "+first(len(ops), func(i int) table.Key { return ops[i].Item.Key }), writeFault)
	if v.apply {
		if err := p.on.world.store.Write(ctx, ops); err != nil && v.err == nil {
			return err
		}
	}
	return v.err
}

// Load implements table.Driver. A load that fails may have written any part.
func (p driverPort) Load(ctx context.Context, ops []table.Op) error {
	v := p.on.ask("load "+first(len(ops), func(i int) table.Key { return ops[i].Item.Key }), writeFault)
	switch {
	case v.err == nil:
		return p.on.world.store.Load(ctx, ops)
	case v.apply:
		var part []table.Op
		for _, op := range ops {
			if p.on.world.Dice.IntN(2) == 0 {
				part = append(part, op)
			}
		}
		if err := p.on.world.store.Load(ctx, part); err != nil && !errs.Is(err, errs.Unavailable) {
			return err
		}
	}
	return v.err
}

// sealPort is the key management as an instance reaches it.
type sealPort struct {
	on   *instance
	good secret.Sealer
}

var _ secret.Sealer = sealPort{}

// Seal implements secret.Sealer.
func (p sealPort) Seal(ctx context.Context, company ident.Company, purpose string, plain []byte) (secret.Sealed, error) {
	if v := p.on.ask("seal "+purpose, readFault); v.err != nil {
		return "", v.err
	}
	return p.good.Seal(ctx, company, purpose, plain)
}

// Open implements secret.Sealer.
func (p sealPort) Open(ctx context.Context, company ident.Company, purpose string, sealed secret.Sealed) ([]byte, error) {
	if v := p.on.ask("open "+purpose+" of "+company.ID(), readFault); v.err != nil {
		return nil, v.err
	}
	return p.good.Open(ctx, company, purpose, sealed)
}
