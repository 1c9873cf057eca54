package company

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/winback-auto/winback/internal/partner"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/secret"
)

// ConnectionID names a connection within the company.
type ConnectionID string

// Connection is the company's account with a partner, for some of its yards; or, as a leads connection, an address of ours
// that lead providers send to.
type Connection struct {
	ID       ConnectionID  `json:"id"`
	Name     string        `json:"name"`
	API      string        `json:"api"` // AutoGrab or Leads
	Yards    []string      `json:"yards"`
	Key      secret.Sealed `json:"key"`      // none where API is Leads
	KeyLast4 string        `json:"keyLast4"` // all that anybody sees of the key again
}

// What a connection is to.
const (
	AutoGrab = "autograb" // the one partner there is
	Leads    = "leads"    // whoever has the address; see Admit
)

// Bounds of a partner's key, in bytes: from MinKey on, its last four characters give nothing away.
const (
	MinKey = 12
	MaxKey = 500
)

// keyPurpose binds a sealed key to what it is for.
const keyPurpose = "autograb-key"

// problems lists the rules that a connection breaks by itself.
func (c Connection) problems() (broken violations) {
	if strings.TrimSpace(c.Name) == "" {
		broken.add("name", "is empty")
	}
	if c.API != AutoGrab && c.API != Leads {
		broken.add("api", "is not a partner; there are "+AutoGrab+" and "+Leads)
	}
	if len(c.Yards) == 0 {
		broken.add("yards", "are missing: a connection is for at least one yard")
	}
	return broken
}

// problemsIn lists the rules that it breaks as a connection of the company.
func (c Connection) problemsIn(s settings) violations {
	broken := c.problems()
	s.missingYards(c.Yards, &broken)
	for i, yard := range c.Yards {
		for _, other := range s.connections {
			if c.API == AutoGrab && other.Value.API == AutoGrab && other.Value.ID != c.ID && slices.Contains(other.Value.Yards, yard) {
				broken.add(fmt.Sprintf("yards[%d]", i), "has a connection already")
			}
		}
	}
	return broken
}

// keyProblems lists what is wrong with a key. It is never repeated.
func keyProblems(key string) (broken violations) {
	if len(key) < MinKey || len(key) > MaxKey || strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r > '~' }) {
		broken.add("key", fmt.Sprintf("is not a key: %d to %d letters, digits and signs without blanks", MinKey, MaxKey))
	}
	return broken
}

// locked seals a key into the connection.
func (c Connection) locked(ctx context.Context, d app.Deps, company ident.Company, key string) (Connection, error) {
	sealed, err := d.Secrets.Seal(ctx, company, keyPurpose, []byte(key))
	c.Key, c.KeyLast4 = sealed, key[len(key)-4:]
	return c, err
}

// Connections lists the company's connections by id.
func Connections(ctx context.Context, d app.Deps, company ident.Company) ([]Saved[Connection], error) {
	records, err := connections.All(ctx, d.Table, connectionPartition(company), maxConnections)
	all := make([]Saved[Connection], len(records))
	for i, record := range records {
		all[i] = saved(record)
	}
	return all, err
}

// LoadConnection is one connection, or a NotFound error.
func LoadConnection(ctx context.Context, d app.Deps, company ident.Company, id ConnectionID) (Saved[Connection], error) {
	record, err := connections.Get(ctx, d.Table, connectionKey(company, id))
	return saved(record), named(err, "connection")
}

// ConnectionForYard is the connection that watches for a yard, or a Conflict error that says what is missing.
func ConnectionForYard(ctx context.Context, d app.Deps, company ident.Company, yard string) (Connection, error) {
	all, err := Connections(ctx, d, company)
	if err != nil {
		return Connection{}, err
	}
	for _, connection := range all {
		if connection.Value.API == AutoGrab && slices.Contains(connection.Value.Yards, yard) {
			return connection.Value, nil
		}
	}
	if _, err := LoadYard(ctx, d, company, yard); err != nil {
		return Connection{}, err
	}
	return Connection{}, errs.E(errs.Conflict, "the yard has no AutoGrab connection; an administrator adds one in the settings under connections")
}

// Watcher opens the account behind a connection: the company's country, and the key, which needs the grant to open secrets.
// Its calls are made whatever happened before; work that can wait goes over Reach.
func Watcher(ctx context.Context, d app.Deps, dial partner.Dial, company ident.Company, connection Connection) (partner.Watcher, error) {
	account, err := Account(ctx, d, company, connection)
	if err != nil {
		return nil, err
	}
	return dial(account), nil
}

// Account is what the partner knows the company by over a connection. It needs the grant to open secrets.
func Account(ctx context.Context, d app.Deps, company ident.Company, connection Connection) (partner.Account, error) {
	profile, err := Load(ctx, d, company)
	if err != nil {
		return partner.Account{}, err
	}
	key, err := d.Secrets.Open(ctx, company, keyPurpose, connection.Key)
	if errs.Is(err, errs.Forbidden) {
		return partner.Account{}, errs.E(errs.Internal, "company: the key of connection %s does not open: %w", connection.ID, err)
	}
	return partner.Account{Key: string(key), Country: profile.Country}, err
}
