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
	"github.com/winback-auto/winback/internal/platform/web"
)

const onlyRecapture = "belong to " + string(access.CustomerRecapture) + " only"

// roleProblems lists the rules that a filling of a role breaks by itself.
func roleProblems(r access.RoleRecord) (broken violations) {
	if !slices.Contains(access.KnownRoles(), r.Role) {
		broken.add("role", "is not a role")
	}
	if r.Role != access.CustomerRecapture && r.Attributes != (access.Attributes{}) {
		broken.add("attributes", onlyRecapture)
	}
	if r.Role.CompanyWide() {
		if len(r.Members) > 0 {
			broken.add("users", "must be empty: the role is the whole company's")
		}
		if len(r.Yards) > 0 {
			broken.add("yards", "must be empty: the role is the whole company's")
		}
	}
	for i, member := range r.Members {
		if slices.ContainsFunc(r.Members[:i], func(m access.Member) bool { return m.User == member.User }) {
			broken.add(fmt.Sprintf("users[%d].id", i), "is named twice")
		}
	}
	return broken
}

// roleProblemsIn lists the rules that it breaks as a role of the company.
func roleProblemsIn(r access.RoleRecord, s settings) violations {
	broken := roleProblems(r)
	if r.Role.CompanyWide() {
		return broken
	}
	for i, member := range r.Members {
		if _, err := s.user(member.User); err != nil {
			broken.add(fmt.Sprintf("users[%d].id", i), "is not a user of the company")
		}
	}
	s.missingYards(r.Yards, &broken)
	return broken
}

// AddRole fills a role under the given ID, a new one where that is empty. What
// is there under the ID already is the answer, unchanged.
func AddRole(ctx context.Context, d app.Deps, company ident.Company, role access.RoleRecord) (added Saved[access.RoleRecord], err error) {
	if role.ID == "" {
		role.ID = access.RoleID(d.NewID())
	}
	err = change(ctx, d, company, func(s settings) ([]table.Op, error) {
		if there, err := s.role(role.ID); err == nil {
			added = saved(there)
			return nil, nil
		}
		if err := errs.Violate(roleProblemsIn(role, s)...); err != nil {
			return nil, err
		}
		if role.Role.CompanyWide() && slices.ContainsFunc(s.roles, func(r table.Record[access.RoleRecord]) bool { return r.Value.Role == role.Role }) {
			return nil, errs.E(errs.Conflict, "%s is switched on already", role.Role)
		}
		if len(s.roles) >= access.MaxRoles {
			return nil, full("roles", access.MaxRoles)
		}
		added = Saved[access.RoleRecord]{role, 1}
		return []table.Op{access.RoleRecords.Create(access.RoleKey(company, role.ID), role)}, nil
	})
	return added, err
}

// LoadRole is one filling of a role, or a NotFound error.
func LoadRole(ctx context.Context, d app.Deps, company ident.Company, id access.RoleID) (Saved[access.RoleRecord], error) {
	record, err := access.RoleRecords.Get(ctx, d.Table, access.RoleKey(company, id))
	return saved(record), named(err, "role")
}

// ChangeRole replaces who has a role and where. What role it is stays.
func ChangeRole(ctx context.Context, d app.Deps, company ident.Company, match web.Precondition, role access.RoleRecord) (changed Saved[access.RoleRecord], err error) {
	err = change(ctx, d, company, func(s settings) ([]table.Op, error) {
		record, err := s.role(role.ID)
		if err != nil {
			return nil, err
		}
		if err := match.Match(record.Version()); err != nil {
			return nil, err
		}
		broken := roleProblemsIn(role, s)
		if role.Role != record.Value.Role {
			broken.add("role", "cannot change; make another one instead")
		}
		if err := errs.Violate(broken...); err != nil {
			return nil, err
		}
		roles := table.Values(s.roles)
		roles[slices.IndexFunc(roles, func(r access.RoleRecord) bool { return r.ID == role.ID })] = role
		if err := keepAdministrator(table.Values(s.users), roles); err != nil {
			return nil, err
		}
		changed = Saved[access.RoleRecord]{role, record.Version() + 1}
		record.Value = role
		return []table.Op{access.RoleRecords.Update(record)}, nil
	})
	return changed, err
}

// RemoveRole ends a filling of a role.
func RemoveRole(ctx context.Context, d app.Deps, company ident.Company, match web.Precondition, id access.RoleID) error {
	return change(ctx, d, company, func(s settings) ([]table.Op, error) {
		record, err := s.role(id)
		if err != nil {
			return nil, err
		}
		if err := match.Match(record.Version()); err != nil {
			return nil, err
		}
		left := slices.DeleteFunc(table.Values(s.roles), func(r access.RoleRecord) bool { return r.ID == id })
		if err := keepAdministrator(table.Values(s.users), left); err != nil {
			return nil, err
		}
		return []table.Op{access.RoleRecords.Remove(record)}, nil
	})
}
