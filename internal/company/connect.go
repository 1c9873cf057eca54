package company

import (
	"context"

	"github.com/winback-auto/winback/internal/partner"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/platform/web"
)

// Connect makes a connection under its ID, a new one where that is empty, and registers it with the partner. It is there,
// with all that is needed to end it, before the partner is called. A key that the partner refuses leaves no connection; a
// partner that does not answer leaves one in state Registering. A connection that is there under the ID already is the answer, unchanged
// but for a registration that has not come to its end: that goes on.
func Connect(ctx context.Context, d app.Deps, dial partner.Dial, company ident.Company, connection Connection, key string) (added Saved[Connection], err error) {
	if connection.ID == "" {
		connection.ID = ConnectionID(d.NewID())
	}
	if broken := append(connection.problems(), keyProblems(key)...); len(broken) > 0 {
		return added, errs.Violate(broken...)
	}
	if connection, err = connection.locked(ctx, d, company, key); err != nil {
		return added, err
	}
	token, hash := newToken()
	there := false
	err = change(ctx, d, company, func(s settings) ([]table.Op, error) {
		if record, err := s.connection(connection.ID); err == nil {
			added, there = saved(record), true
			return nil, nil
		}
		if err := errs.Violate(connection.problemsIn(s)...); err != nil {
			return nil, err
		}
		if len(s.connections) >= maxConnections {
			return nil, full("connections", maxConnections)
		}
		added, there = Saved[Connection]{connection, 1}, false
		return []table.Op{
			connections.Create(connectionKey(company, connection.ID), connection),
			registrations.Create(registrationKey(company, connection.ID), Registration{State: Registering, Hooks: []Hook{{Hash: hash}}}),
			opensDoor(hash, company, connection.ID),
			visited(company, connection.ID),
		}, nil
	})
	if err != nil {
		return added, err
	}
	watcher, err := Watcher(ctx, d, dial, company, added.Value)
	if err != nil {
		return added, err
	}
	var cause error
	if there {
		cause = resume(ctx, d, watcher, company, connection.ID)
	} else {
		cause = conclude(ctx, d, watcher, company, connection.ID, token, hash)
	}
	switch {
	case errs.Is(cause, errs.Forbidden):
		return Saved[Connection]{}, refusedKey(cause, drop(ctx, d, company, connection.ID, web.Precondition{}))
	case errs.Is(cause, errs.Internal):
		return added, cause
	}
	return added, nil
}

// resume registers a connection whose first attempt has not come to its end.
func resume(ctx context.Context, d app.Deps, watcher partner.Watcher, company ident.Company, id ConnectionID) error {
	registration, err := LoadRegistration(ctx, d, company, id)
	if err != nil || registration.State != Registering {
		return err
	}
	return register(ctx, d, watcher, company, id)
}

// refusedKey is the answer to a key that the partner does not accept.
func refusedKey(cause, dropped error) error {
	if dropped != nil {
		return dropped
	}
	return errs.Violate(errs.Violation{Location: "body.key", Message: errs.Text(cause)})
}

// ChangeConnection replaces a connection's name and yards and, where one is given, its key. A new key is registered with
// the partner first and kept only if the partner accepts it.
func ChangeConnection(ctx context.Context, d app.Deps, dial partner.Dial, company ident.Company, match web.Precondition, next Connection, key string) (changed Saved[Connection], err error) {
	broken := next.problems()
	if key != "" {
		broken = append(broken, keyProblems(key)...)
	}
	if err := errs.Violate(broken...); err != nil {
		return changed, err
	}
	if key != "" {
		if next, err = next.locked(ctx, d, company, key); err != nil {
			return changed, err
		}
	}
	decide := func(s settings) ([]table.Op, error) {
		record, err := s.connection(next.ID)
		if err != nil {
			return nil, err
		}
		if err := match.Match(record.Version()); err != nil {
			return nil, err
		}
		if err := errs.Violate(next.problemsIn(s)...); err != nil {
			return nil, err
		}
		value := next
		if key == "" {
			value.Key, value.KeyLast4 = record.Value.Key, record.Value.KeyLast4
		}
		changed = Saved[Connection]{value, record.Version() + 1}
		record.Value = value
		return []table.Op{connections.Update(record)}, nil
	}
	if key != "" {
		if err := replaceKey(ctx, d, dial, company, next, decide); err != nil {
			return changed, err
		}
	}
	return changed, change(ctx, d, company, decide)
}

// replaceKey registers the connection under its new key, once the change as a whole would be allowed.
func replaceKey(ctx context.Context, d app.Deps, dial partner.Dial, company ident.Company, next Connection, decide func(settings) ([]table.Op, error)) error {
	s, err := readSettings(ctx, d.Table, company)
	if err != nil {
		return err
	}
	if _, err := decide(s); err != nil {
		return err
	}
	watcher, err := Watcher(ctx, d, dial, company, next)
	if err != nil {
		return err
	}
	if err := register(ctx, d, watcher, company, next.ID); errs.Is(err, errs.Forbidden) {
		return refusedKey(err, nil)
	} else if err != nil {
		return Ours(err)
	}
	return nil
}

// Rotate gives the partner a new address; the old one is let in for another 24 hours.
func Rotate(ctx context.Context, d app.Deps, dial partner.Dial, company ident.Company, id ConnectionID) (Saved[Connection], error) {
	connection, err := LoadConnection(ctx, d, company, id)
	if err != nil {
		return connection, err
	}
	watcher, err := Watcher(ctx, d, dial, company, connection.Value)
	if err != nil {
		return connection, err
	}
	if err := register(ctx, d, watcher, company, id); err != nil {
		return connection, Ours(err)
	}
	return connection, mended(ctx, d, company, id)
}

// Disconnect ends a connection: first the partner's pushes, then the connection with all doors to it. Where the partner
// does not answer the connection stays; where it refuses the key there is nothing left to end there.
func Disconnect(ctx context.Context, d app.Deps, dial partner.Dial, company ident.Company, match web.Precondition, id ConnectionID) error {
	connection, err := LoadConnection(ctx, d, company, id)
	if err != nil {
		return err
	}
	if err := match.Match(connection.Version); err != nil {
		return err
	}
	if connection.Value.API == Leads { // nobody else has to be told
		return drop(ctx, d, company, id, match)
	}
	registration, err := LoadRegistration(ctx, d, company, id)
	if err != nil {
		return err
	}
	watcher, err := Watcher(ctx, d, dial, company, connection.Value)
	if err != nil {
		return err
	}
	for _, hook := range registration.Hooks {
		if hook.Ref == "" {
			continue
		}
		if err := watcher.Unregister(ctx, hook.Ref); err != nil && !refusal(err) {
			return Ours(err)
		}
	}
	return drop(ctx, d, company, id, match)
}

// drop deletes a connection with its registration and all doors to it.
func drop(ctx context.Context, d app.Deps, company ident.Company, id ConnectionID, match web.Precondition) error {
	return change(ctx, d, company, func(s settings) ([]table.Op, error) {
		record, err := s.connection(id)
		if err != nil {
			return nil, err
		}
		if err := match.Match(record.Version()); err != nil {
			return nil, err
		}
		registration, err := registrations.Get(ctx, d.Table, registrationKey(company, id))
		if err != nil {
			return nil, err
		}
		return append(closed(registration.Value.Hooks),
			connections.Remove(record), registrations.Remove(registration), unvisited(company, id), table.Removal(pingKey(company, id)), table.Removal(breakerKey(company, id))), nil
	})
}
