package company

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/web"
)

// User is a user as the interface shows one.
type User struct {
	ID                   access.UserID        `json:"id" readOnly:"true"`
	Name                 Name                 `json:"name"`
	Email                string               `json:"email" maxLength:"254" doc:"Signs the user in and cannot change." example:"ann.lee@harbour.example"`
	Mobile               string               `json:"mobile,omitempty" maxLength:"30" example:"+61 400 000 000"`
	Yards                []string             `json:"yards" required:"false" maxItems:"100" doc:"Where the user works, the main one first."`
	Notify               *access.Notify       `json:"notify,omitempty" doc:"How the user wants to be told; new users: by e-mail and in the application."`
	DefaultProspectRange access.ProspectRange `json:"defaultProspectRange,omitempty" enum:"today,this_week,next_week,this_month,next_month" doc:"What the prospect list opens with."`
	Disabled             bool                 `json:"disabled" required:"false" doc:"May not sign in."`
	Away                 *access.Away         `json:"away,omitempty" doc:"While the user is away, no rule gives them a lead."`
}

// Name is a person's name.
type Name struct {
	First string `json:"first" maxLength:"60"`
	Last  string `json:"last" maxLength:"60"`
}

func viewUser(u access.User) User {
	v := User{
		ID: u.ID, Name: Name{u.First, u.Last}, Email: u.Email, Mobile: u.Mobile, Yards: u.Yards, Notify: &u.Notify,
		DefaultProspectRange: u.DefaultProspectRange, Disabled: u.Disabled,
	}
	if u.Away != (access.Away{}) {
		v.Away = &u.Away
	}
	return v
}

// apply brings all that the interface shows into a user.
func (v User) apply(u *access.User) {
	u.First, u.Last, u.Email, u.Mobile, u.Yards = v.Name.First, v.Name.Last, v.Email, v.Mobile, v.Yards
	u.Notify = access.Notify{Email: true, InApp: true}
	if v.Notify != nil {
		u.Notify = *v.Notify
	}
	u.DefaultProspectRange, u.Disabled, u.Away = v.DefaultProspectRange, v.Disabled, access.Away{}
	if v.Away != nil {
		u.Away = *v.Away
	}
}

type userIn struct{ Body User }

// Resolve adds what the schema cannot say to the violations of the request.
func (in *userIn) Resolve(huma.Context) []error {
	var u access.User
	in.Body.apply(&u)
	return resolved(userProblems(normalisedUser(u)))
}

type userChange struct {
	ID string `path:"id" maxLength:"64"`
	web.Precondition
	Body User
}

// Resolve adds what the schema cannot say to the violations of the request.
func (in *userChange) Resolve(ctx huma.Context) []error { return (&userIn{in.Body}).Resolve(ctx) }

// userPatch changes what it names.
type userPatch struct {
	ID string `path:"id" maxLength:"64"`
	web.Precondition
	Body struct {
		Name                 *Name                 `json:"name,omitempty"`
		Mobile               *string               `json:"mobile,omitempty" maxLength:"30"`
		Yards                *[]string             `json:"yards,omitempty" maxItems:"100"`
		Notify               *access.Notify        `json:"notify,omitempty"`
		DefaultProspectRange *access.ProspectRange `json:"defaultProspectRange,omitempty" enum:"today,this_week,next_week,this_month,next_month"`
		Disabled             *bool                 `json:"disabled,omitempty"`
		Away                 *access.Away          `json:"away,omitempty" doc:"Ended by one that is over."`
	}
}

func (in *userPatch) apply(u *access.User) {
	if in.Body.Name != nil {
		u.First, u.Last = in.Body.Name.First, in.Body.Name.Last
	}
	set(&u.Mobile, in.Body.Mobile)
	set(&u.Yards, in.Body.Yards)
	set(&u.Notify, in.Body.Notify)
	set(&u.DefaultProspectRange, in.Body.DefaultProspectRange)
	set(&u.Disabled, in.Body.Disabled)
	set(&u.Away, in.Body.Away)
}

// set changes a field to what was given, if anything was.
func set[T any](field, given *T) {
	if given != nil {
		*field = *given
	}
}

func userRoutes(api huma.API, d app.Deps) {
	web.Get(api, "/v1/users", web.Can(access.SettingsRead), route("listUsers", "All users, disabled ones too"),
		func(ctx context.Context, _ *struct{}) (*web.ListReply[User], error) {
			all, err := d.Access.Users(ctx, access.From(ctx).Company)
			if err != nil {
				return nil, err
			}
			return web.Page(each(all, viewUser), ""), nil
		})
	web.Post(api, "/v1/users", web.Can(access.SettingsWrite), creating("createUser", "Invite a user"),
		func(ctx context.Context, in *userIn) (*tagged[User], error) {
			user := access.User{ID: access.UserID(web.IdempotencyKey(ctx))}
			in.Body.apply(&user)
			added, err := AddUser(ctx, d, access.From(ctx).Company, user)
			return reply(as(added, viewUser), err)
		})
	web.Get(api, "/v1/users/{id}", web.Can(access.SettingsRead), route("getUser", "A user"),
		func(ctx context.Context, in *one) (*tagged[User], error) {
			user, err := LoadUser(ctx, d, access.From(ctx).Company, access.UserID(in.ID))
			return reply(as(user, viewUser), err)
		})
	web.Put(api, "/v1/users/{id}", web.Can(access.SettingsWrite), route("putUser", "Change a user as a whole"),
		func(ctx context.Context, in *userChange) (*tagged[User], error) {
			changed, err := ChangeUser(ctx, d, access.From(ctx).Company, in.Precondition, access.UserID(in.ID), in.Body.apply)
			return reply(as(changed, viewUser), err)
		})
	web.Patch(api, "/v1/users/{id}", web.Can(access.SettingsWrite), route("patchUser", "Change some of a user, for example disable one"),
		func(ctx context.Context, in *userPatch) (*tagged[User], error) {
			changed, err := ChangeUser(ctx, d, access.From(ctx).Company, in.Precondition, access.UserID(in.ID), in.apply)
			return reply(as(changed, viewUser), err)
		})
	web.Delete(api, "/v1/users/{id}", web.Can(access.SettingsWrite), route("deleteUser", "Delete a user whom no role names any more"),
		func(ctx context.Context, in *removal) (*web.Empty, error) {
			return nil, RemoveUser(ctx, d, access.From(ctx).Company, in.Precondition, access.UserID(in.ID))
		})
}
