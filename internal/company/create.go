package company

import (
	"cmp"
	"context"

	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/identity"
)

// Founding is a company with the user who sets up the rest.
type Founding struct {
	ID      ident.Company // chosen by the operator, who may repeat the call
	Company Company
	Admin   access.User // ID may be empty
}

// Create founds a company: its profile, its first administrator with a sign-in, and the role that makes one. It is for
// operators and seeds, there is no route to it. A company that is there already stays as it is.
func Create(ctx context.Context, d app.Deps, f Founding) error {
	profile := f.Company.normalised()
	admin := normalisedUser(f.Admin)
	if broken := append(profile.problems(), userProblems(admin)...); len(broken) > 0 {
		return errs.Violate(broken...)
	}
	if _, err := Load(ctx, d, f.ID); !errs.Is(err, errs.NotFound) {
		return err
	}
	subject, err := d.Identity.Invite(ctx, identity.Person{Email: admin.Email, First: admin.First, Last: admin.Last})
	if err != nil {
		return err
	}
	if err := free(ctx, d, subject); err != nil {
		return err
	}
	admin.ID = cmp.Or(admin.ID, access.UserID(ident.Of(f.ID.ID(), "first administrator")))
	admin.Subject = subject
	role := access.RoleRecord{
		ID: access.RoleID(ident.Of(f.ID.ID(), "first role")), Role: access.Admin, Members: []access.Member{{User: admin.ID, Manager: true}},
	}
	err = d.Commit(ctx, append(newUser(f.ID, admin),
		profiles.Create(profileKey(f.ID), profile),
		revisions.Create(revisionKey(f.ID), revision{}),
		access.RoleRecords.Create(access.RoleKey(f.ID, role.ID), role))...)
	if errs.Is(err, errs.Conflict) { // somebody founded it at the same time
		_, err = Load(ctx, d, f.ID)
	}
	return err
}
