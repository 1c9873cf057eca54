package company

import (
	"context"
	"fmt"
	"net/mail"
	"slices"
	"strings"

	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/identity"
	"github.com/winback-auto/winback/internal/platform/pattern"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/platform/web"
)

// mobilePattern bounds a phone number; whether it rings only a call can tell.
var mobilePattern = pattern.Of(`^\+?[0-9][0-9 ()./-]{4,28}$`)

// maxEmail is the longest address that mail can be sent to (RFC 5321).
const maxEmail = 254

// normalisedUser is the stored form.
func normalisedUser(u access.User) access.User {
	u.First, u.Last = strings.TrimSpace(u.First), strings.TrimSpace(u.Last)
	u.Email = strings.ToLower(strings.TrimSpace(u.Email))
	u.Mobile = strings.TrimSpace(u.Mobile)
	u.Away.From, u.Away.To = u.Away.From.UTC(), u.Away.To.UTC()
	return u
}

// userProblems lists the rules that a normalised user breaks by itself.
func userProblems(u access.User) (broken violations) {
	if u.Name() == "" {
		broken.add("name", "is empty")
	}
	address, err := mail.ParseAddress(u.Email)
	if err != nil || address.Address != u.Email || len(u.Email) > maxEmail {
		broken.add("email", "is not an e-mail address")
	}
	if u.Mobile != "" && !mobilePattern().MatchString(u.Mobile) {
		broken.add("mobile", "is not a phone number")
	}
	if u.Away != (access.Away{}) && !u.Away.To.After(u.Away.From) {
		broken.add("away.to", "is not after away.from")
	}
	if len(u.Yards) > access.MaxYards {
		broken.add("yards", fmt.Sprintf("are more than %d", access.MaxYards))
	}
	return broken
}

// userProblemsIn lists the rules that it breaks as a user of the company.
func userProblemsIn(u access.User, s settings) violations {
	broken := userProblems(u)
	for _, other := range s.users {
		if other.Value.ID != u.ID && other.Value.Email == u.Email {
			broken.add("email", "is the address of another user")
		}
	}
	s.missingYards(u.Yards, &broken)
	return broken
}

// AddUser invites somebody and makes the user under the given ID, a new one where that is empty. The sign-in comes first:
// a sign-in without a user may do nothing, and the same call made again completes it.
func AddUser(ctx context.Context, d app.Deps, company ident.Company, user access.User) (added Saved[access.User], err error) {
	if user.ID == "" {
		user.ID = access.UserID(d.NewID())
	}
	user = normalisedUser(user)
	s, err := readSettings(ctx, d.Table, company)
	if err != nil {
		return added, err
	}
	if there, err := s.user(user.ID); err == nil {
		return saved(there), align(ctx, d, there.Value)
	}
	if err := errs.Violate(userProblemsIn(user, s)...); err != nil {
		return added, err
	}
	if user.Subject, err = d.Identity.Invite(ctx, identity.Person{Email: user.Email, First: user.First, Last: user.Last}); err != nil {
		return added, err
	}
	err = change(ctx, d, company, func(s settings) ([]table.Op, error) {
		if err := errs.Violate(userProblemsIn(user, s)...); err != nil {
			return nil, err
		}
		if len(s.users) >= access.MaxUsers {
			return nil, full("users", access.MaxUsers)
		}
		if err := free(ctx, d, user.Subject); err != nil {
			return nil, err
		}
		added = Saved[access.User]{user, 1}
		return newUser(company, user), nil
	})
	if err != nil {
		return added, err
	}
	return added, align(ctx, d, user)
}

// align makes the sign-in as usable as the user. It may be out of step: after a crash between the two, or because somebody
// of the same address was deleted before.
func align(ctx context.Context, d app.Deps, user access.User) error {
	if user.Disabled {
		return d.Identity.Disable(ctx, user.Subject)
	}
	return d.Identity.Enable(ctx, user.Subject)
}

// newUser writes a user and the way from the sign-in to it.
func newUser(company ident.Company, user access.User) []table.Op {
	return []table.Op{
		access.Users.Create(access.UserKey(company, user.ID), user),
		access.Subjects.Create(access.SubjectKey(user.Subject), access.Subject{Company: company.ID(), User: user.ID}),
	}
}

// free refuses a sign-in that leads to a user already, be it another company's.
func free(ctx context.Context, d app.Deps, subject string) error {
	_, err := access.Subjects.Get(ctx, d.Table, access.SubjectKey(subject))
	if errs.Is(err, errs.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return errs.E(errs.Conflict, "this e-mail address already signs somebody in")
}

// LoadUser is one user, or a NotFound error.
func LoadUser(ctx context.Context, d app.Deps, company ident.Company, id access.UserID) (Saved[access.User], error) {
	record, err := access.Users.Get(ctx, d.Table, access.UserKey(company, id))
	return saved(record), named(err, "user")
}

// ChangeUser applies an edit to a user. A disabled user is refused at once; the sign-in ends right after or, where the
// identity provider does not answer, when the call is made again.
func ChangeUser(ctx context.Context, d app.Deps, company ident.Company, match web.Precondition, id access.UserID, edit func(*access.User)) (changed Saved[access.User], err error) {
	err = change(ctx, d, company, func(s settings) ([]table.Op, error) {
		record, err := s.user(id)
		if err != nil {
			return nil, err
		}
		if err := match.Match(record.Version()); err != nil {
			return nil, err
		}
		before := record.Value
		edit(&record.Value)
		record.Value = normalisedUser(record.Value)
		broken := userProblemsIn(record.Value, s)
		if record.Value.Email != before.Email {
			broken.add("email", "is how the user signs in and cannot change; invite a new user instead")
		}
		if err := errs.Violate(broken...); err != nil {
			return nil, err
		}
		users := table.Values(s.users)
		users[slices.IndexFunc(users, func(u access.User) bool { return u.ID == id })] = record.Value
		if err := keepAdministrator(users, table.Values(s.roles)); err != nil {
			return nil, err
		}
		changed = Saved[access.User]{record.Value, record.Version() + 1}
		return []table.Op{access.Users.Update(record)}, nil
	})
	if err != nil {
		return changed, err
	}
	return changed, align(ctx, d, changed.Value)
}

// RemoveUser deletes a user whom no role names any more, with the way from the sign-in.
func RemoveUser(ctx context.Context, d app.Deps, company ident.Company, match web.Precondition, id access.UserID) error {
	var subject string
	err := change(ctx, d, company, func(s settings) ([]table.Op, error) {
		record, err := s.user(id)
		if err != nil {
			return nil, err
		}
		if err := match.Match(record.Version()); err != nil {
			return nil, err
		}
		for _, role := range s.roles {
			if slices.ContainsFunc(role.Value.Members, func(m access.Member) bool { return m.User == id }) {
				return nil, errs.E(errs.Conflict, "the role %s still names this user; take the user out there first, or disable the user", role.Value.Role)
			}
		}
		subject = record.Value.Subject
		return []table.Op{access.Users.Remove(record), table.Removal(access.SubjectKey(subject))}, nil
	})
	if err != nil {
		return err
	}
	return d.Identity.Disable(ctx, subject)
}
