package company

import (
	"context"
	"fmt"
	"slices"

	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
)

// settings is all that a company has set, read together and fit to be changed.
type settings struct {
	company     ident.Company
	turn        table.Record[revision]
	profile     table.Record[Company]
	yards       []table.Record[Yard]
	users       []table.Record[access.User]
	roles       []table.Record[access.RoleRecord]
	connections []table.Record[Connection]
}

// revision counts the changes of a company's settings. Each change moves the one that it has seen, so changes take turns.
type revision struct {
	Changes int64 `json:"changes"`
}

// readSettings reads the turn first: whatever changes later makes the write conflict.
func readSettings(ctx context.Context, t *table.Table, company ident.Company) (s settings, err error) {
	s.company = company
	if s.turn, err = revisions.Get(ctx, t, revisionKey(company)); err != nil {
		return s, err
	}
	if s.profile, err = profiles.Get(ctx, t, profileKey(company)); err != nil {
		return s, err
	}
	if s.yards, err = yards.All(ctx, t, yardPartition(company), access.MaxYards); err != nil {
		return s, err
	}
	if s.users, err = access.Users.All(ctx, t, access.UserPartition(company), access.MaxUsers); err != nil {
		return s, err
	}
	if s.roles, err = access.RoleRecords.All(ctx, t, access.RolePartition(company), access.MaxRoles); err != nil {
		return s, err
	}
	s.connections, err = connections.All(ctx, t, connectionPartition(company), maxConnections)
	return s, err
}

// change makes one change of a company's settings: decide sees all of them and says what to write. Where somebody else
// was quicker it decides again on what they left, so decide must have no effect of its own. No ops: nothing to change.
func change(ctx context.Context, d app.Deps, company ident.Company, decide func(settings) ([]table.Op, error)) error {
	const attempts = 5
	var lost error
	for range attempts {
		s, err := readSettings(ctx, d.Table, company)
		if err != nil {
			return err
		}
		ops, err := decide(s)
		if err != nil || len(ops) == 0 {
			return err
		}
		s.turn.Value.Changes++
		lost = d.Commit(ctx, append(ops, revisions.Update(s.turn))...)
		if !errs.Is(lost, errs.Conflict) {
			d.Access.Forget(company)
			return lost
		}
	}
	return lost
}

func (s settings) yard(id string) (table.Record[Yard], error) {
	return find(s.yards, "yard", func(y Yard) bool { return y.ID == id })
}

func (s settings) user(id access.UserID) (table.Record[access.User], error) {
	return find(s.users, "user", func(u access.User) bool { return u.ID == id })
}

func (s settings) role(id access.RoleID) (table.Record[access.RoleRecord], error) {
	return find(s.roles, "role", func(r access.RoleRecord) bool { return r.ID == id })
}

func (s settings) connection(id ConnectionID) (table.Record[Connection], error) {
	return find(s.connections, "connection", func(c Connection) bool { return c.ID == id })
}

func find[T any](records []table.Record[T], noun string, is func(T) bool) (table.Record[T], error) {
	i := slices.IndexFunc(records, func(r table.Record[T]) bool { return is(r.Value) })
	if i < 0 {
		return table.Record[T]{}, errs.E(errs.NotFound, "there is no such %s", noun)
	}
	return records[i], nil
}

// missingYards adds a violation for each yard that the company does not have, and for each named twice.
func (s settings) missingYards(ids []string, broken *violations) {
	for i, id := range ids {
		if _, err := s.yard(id); err != nil {
			broken.add(fmt.Sprintf("yards[%d]", i), "is not a yard of the company")
		}
		if slices.Contains(ids[:i], id) {
			broken.add(fmt.Sprintf("yards[%d]", i), "is named twice")
		}
	}
}

// administrators counts the users who could still change settings if users and roles were as given.
func administrators(users []access.User, roles []access.RoleRecord) int {
	active := map[access.UserID]bool{}
	for _, user := range users {
		active[user.ID] = !user.Disabled
	}
	admins := map[access.UserID]bool{}
	for _, role := range roles {
		for _, member := range role.Members {
			if role.Role == access.Admin && active[member.User] {
				admins[member.User] = true
			}
		}
	}
	return len(admins)
}

// keepAdministrator refuses users and roles among whom nobody could change settings any more.
func keepAdministrator(users []access.User, roles []access.RoleRecord) error {
	if administrators(users, roles) == 0 {
		return errs.E(errs.Conflict, "this would leave the company without an administrator; make another user one first")
	}
	return nil
}
