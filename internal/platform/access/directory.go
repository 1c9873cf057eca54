package access

import (
	"context"
	"slices"
	"time"

	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
)

// Directory reads users and roles. It is safe for concurrent use.
type Directory struct {
	table *table.Table
	cache *cache
}

// NewDirectory reads from the table; now is the application clock.
func NewDirectory(t *table.Table, now func() time.Time) *Directory {
	return &Directory{table: t, cache: &cache{now: now}}
}

// Through is the same directory, with the same memory, for somebody who may do less with the table.
func (d *Directory) Through(t *table.Table) *Directory {
	return &Directory{table: t, cache: d.cache}
}

// Caller is the user behind a sign-in, as the table said at most CacheFor ago. It is an Unauthenticated error where there
// is none or the user is disabled. This is the first door to a company.
func (d *Directory) Caller(ctx context.Context, subject string) (Caller, error) {
	if caller, ok := d.cache.get(subject); ok {
		return caller, nil
	}
	ticket := d.cache.ticket()
	caller, err := d.load(ctx, subject)
	if err != nil {
		return Caller{}, err
	}
	d.cache.put(subject, caller, ticket)
	return caller, nil
}

// Forget makes the next Caller of each of the company's users read the table. Whoever changed users or roles calls it, so
// that the change holds at once in this process; others see it within CacheFor.
func (d *Directory) Forget(company ident.Company) { d.cache.forget(company) }

func (d *Directory) load(ctx context.Context, subject string) (Caller, error) {
	if subject == "" {
		return Caller{}, unknown()
	}
	door, err := Subjects.Get(ctx, d.table, SubjectKey(subject))
	if errs.Is(err, errs.NotFound) {
		return Caller{}, unknown()
	}
	if err != nil {
		return Caller{}, err
	}
	company := ident.Trusted(door.Value.Company)
	user, err := d.User(ctx, company, door.Value.User)
	if errs.Is(err, errs.NotFound) {
		return Caller{}, unknown()
	}
	if err != nil {
		return Caller{}, err
	}
	if user.Disabled || user.Subject != subject {
		return Caller{}, unknown()
	}
	roles, err := d.Roles(ctx, company)
	if err != nil {
		return Caller{}, err
	}
	caller := NewCaller(company, user.ID, user.Name(), grantsOf(user.ID, roles)...)
	caller.Home = user.Yards
	return caller, nil
}

// unknown is one answer for a sign-in that nobody has and for one that was disabled.
func unknown() error {
	return errs.E(errs.Unauthenticated, "this sign-in belongs to no active user")
}

// grantsOf lists what the roles give a user: those that name the user, and those of the whole company.
func grantsOf(user UserID, roles []RoleRecord) []Grant {
	var grants []Grant
	for _, role := range roles {
		member, ok := role.member(user)
		if ok || role.Role.CompanyWide() {
			grants = append(grants, Grant{role.Role, member.Manager, role.Yards, role.Attributes})
		}
	}
	return grants
}

// User is one user of a company, disabled or not, or a NotFound error.
func (d *Directory) User(ctx context.Context, company ident.Company, id UserID) (User, error) {
	record, err := Users.Get(ctx, d.table, UserKey(company, id))
	if errs.Is(err, errs.NotFound) {
		return User{}, errs.E(errs.NotFound, "there is no such user")
	}
	return record.Value, err
}

// Users lists all users of a company, disabled ones too, by id.
func (d *Directory) Users(ctx context.Context, company ident.Company) ([]User, error) {
	records, err := Users.All(ctx, d.table, UserPartition(company), MaxUsers)
	return table.Values(records), err
}

// Roles lists the roles as the company fills them, by id.
func (d *Directory) Roles(ctx context.Context, company ident.Company) ([]RoleRecord, error) {
	records, err := RoleRecords.All(ctx, d.table, RolePartition(company), MaxRoles)
	return table.Values(records), err
}

// UsersIn lists the users that are not disabled and have any of the roles, each once, by id.
func (d *Directory) UsersIn(ctx context.Context, company ident.Company, roles ...Role) ([]User, error) {
	records, err := d.Roles(ctx, company)
	if err != nil {
		return nil, err
	}
	users, err := d.Users(ctx, company)
	if err != nil {
		return nil, err
	}
	wanted := map[UserID]bool{}
	for _, record := range records {
		if slices.Contains(roles, record.Role) {
			for _, member := range record.Members {
				wanted[member.User] = true
			}
		}
	}
	return slices.DeleteFunc(users, func(u User) bool { return u.Disabled || !wanted[u.ID] }), nil
}
