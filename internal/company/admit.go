package company

import (
	"context"
	"slices"

	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/platform/web"
)

// Admit makes a leads connection under its ID, a new one where that is empty. It has no address yet: NewAddress makes one
// and shows it. Answers of creations are kept for repetitions, and a secret must not be among them. A connection that is
// there under the ID already is the answer, unchanged.
func Admit(ctx context.Context, d app.Deps, company ident.Company, connection Connection) (added Saved[Connection], err error) {
	if connection.ID == "" {
		connection.ID = ConnectionID(d.NewID())
	}
	connection.API = Leads
	err = change(ctx, d, company, func(s settings) ([]table.Op, error) {
		if record, err := s.connection(connection.ID); err == nil {
			added = saved(record)
			return nil, nil
		}
		if err := errs.Violate(connection.problemsIn(s)...); err != nil {
			return nil, err
		}
		if len(s.connections) >= maxConnections {
			return nil, full("connections", maxConnections)
		}
		added = Saved[Connection]{connection, 1}
		return []table.Op{
			connections.Create(connectionKey(company, connection.ID), connection),
			registrations.Create(registrationKey(company, connection.ID), Registration{State: Registering}),
		}, nil
	})
	return added, err
}

// NewAddress gives a leads connection a new secret address. Only this answer has it: what is stored is its hash. The
// addresses before it are let in for another 24 hours.
func NewAddress(ctx context.Context, d app.Deps, company ident.Company, id ConnectionID) (Saved[Connection], string, error) {
	connection, err := LoadConnection(ctx, d, company, id)
	if err != nil {
		return connection, "", err
	}
	token, hash := newToken()
	const attempts = 5
	for range attempts {
		record, err := registrations.Get(ctx, d.Table, registrationKey(company, id))
		if err != nil {
			return connection, "", named(err, "connection")
		}
		next, dropped := record.Value.opened(hash, d.Now())
		next = next.confirmed(hash, Leads, d.Now())
		ops := closed(dropped)
		for _, hook := range next.Hooks {
			door := hooks.Overwrite(hookKey(hook.Hash), hookDoor{Company: company.ID(), Connection: id, API: Leads})
			if !hook.Until.IsZero() {
				door = door.Until(hook.Until)
			}
			ops = append(ops, door)
		}
		record.Value = next
		err = d.Table.Write(ctx, append(ops, registrations.Update(record))...)
		if !errs.Is(err, errs.Conflict) {
			return connection, d.Site.BaseURL + LeadPath + token, err
		}
	}
	return connection, "", errs.E(errs.Conflict, "somebody else makes an address of this connection; try again")
}

// changeAdmission replaces the name and yards of a leads connection.
func changeAdmission(ctx context.Context, d app.Deps, company ident.Company, match web.Precondition, next Connection) (changed Saved[Connection], err error) {
	next.API = Leads
	if err := errs.Violate(next.problems()...); err != nil {
		return changed, err
	}
	err = change(ctx, d, company, func(s settings) ([]table.Op, error) {
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
		changed = Saved[Connection]{next, record.Version() + 1}
		record.Value.Name, record.Value.Yards = next.Name, slices.Clone(next.Yards)
		return []table.Op{connections.Update(record)}, nil
	})
	return changed, err
}
