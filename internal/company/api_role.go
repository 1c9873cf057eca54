package company

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/web"
)

// Role is a filling of a role as the interface shows one.
type Role struct {
	ID         access.RoleID `json:"id" readOnly:"true"`
	Role       access.Role   `json:"role" enum:"admin,manage_leads,manage_prospects,autograb_customer_recapture,autograb,allow_close_to_prospects,dms"`
	Users      []RoleUser    `json:"users" required:"false" maxItems:"500"`
	Yards      []string      `json:"yards" required:"false" maxItems:"100" doc:"Where the users have the role."`
	Attributes Attributes    `json:"attributes" required:"false" doc:"Only autograb_customer_recapture has any."`
}

// RoleUser is a user in a role.
type RoleUser struct {
	ID      access.UserID `json:"id" maxLength:"64"`
	Manager bool          `json:"manager" required:"false" doc:"Reaches the records of all users in the role."`
}

// Attributes are those of autograb_customer_recapture; other roles show none.
type Attributes struct {
	CreateLeadOrProspect *bool            `json:"createLeadOrProspect,omitempty" doc:"The users may create leads and prospects from sightings."`
	LookUpVIN            *bool            `json:"lookUpVin,omitempty" doc:"The partner looks up a VIN that was not supplied."`
	Notify               access.Recipient `json:"notify,omitempty" enum:"lead_owner,recapture_user,both" doc:"Who is told of a sighting, by mail and in the application, as each user wants it; without it recapture_user. Text messages are not available for sightings."`
}

func viewRole(r access.RoleRecord) Role {
	role := Role{ID: r.ID, Role: r.Role, Yards: r.Yards}
	role.Users = each(r.Members, func(m access.Member) RoleUser { return RoleUser{m.User, m.Manager} })
	if r.Role == access.CustomerRecapture {
		role.Attributes = Attributes{&r.Attributes.CreateLeadOrProspect, &r.Attributes.LookUpVIN, r.Attributes.Told()}
	}
	return role
}

// record is the stored form.
func (v Role) record() access.RoleRecord {
	role := access.RoleRecord{ID: v.ID, Role: v.Role, Yards: v.Yards}
	role.Members = each(v.Users, func(u RoleUser) access.Member { return access.Member{User: u.ID, Manager: u.Manager} })
	if v.Role == access.CustomerRecapture {
		set(&role.Attributes.CreateLeadOrProspect, v.Attributes.CreateLeadOrProspect)
		set(&role.Attributes.LookUpVIN, v.Attributes.LookUpVIN)
		role.Attributes.Notify = v.Attributes.Notify
	}
	return role
}

type roleIn struct{ Body Role }

// Resolve adds what the schema cannot say to the violations of the request.
func (in *roleIn) Resolve(huma.Context) []error { return resolved(in.Body.problems()) }

// problems are those of the record, and of attributes that the role does not have.
func (v Role) problems() violations {
	broken := roleProblems(v.record())
	if v.Role != access.CustomerRecapture && v.Attributes != (Attributes{}) {
		broken.add("attributes", onlyRecapture)
	}
	return broken
}

type roleChange struct {
	ID string `path:"id" maxLength:"64"`
	web.Precondition
	Body Role
}

// Resolve adds what the schema cannot say to the violations of the request.
func (in *roleChange) Resolve(ctx huma.Context) []error { return (&roleIn{in.Body}).Resolve(ctx) }

func roleRoutes(api huma.API, d app.Deps) {
	web.Get(api, "/v1/roles", web.Can(access.SettingsRead), route("listRoles", "Who has which role where"),
		func(ctx context.Context, _ *struct{}) (*web.ListReply[Role], error) {
			all, err := d.Access.Roles(ctx, access.From(ctx).Company)
			if err != nil {
				return nil, err
			}
			return web.Page(each(all, viewRole), ""), nil
		})
	web.Post(api, "/v1/roles", web.Can(access.SettingsWrite), creating("createRole", "Give a role to users in yards"),
		func(ctx context.Context, in *roleIn) (*tagged[Role], error) {
			in.Body.ID = access.RoleID(web.IdempotencyKey(ctx))
			added, err := AddRole(ctx, d, access.From(ctx).Company, in.Body.record())
			return reply(as(added, viewRole), err)
		})
	web.Get(api, "/v1/roles/{id}", web.Can(access.SettingsRead), route("getRole", "Who has a role where"),
		func(ctx context.Context, in *one) (*tagged[Role], error) {
			role, err := LoadRole(ctx, d, access.From(ctx).Company, access.RoleID(in.ID))
			return reply(as(role, viewRole), err)
		})
	web.Put(api, "/v1/roles/{id}", web.Can(access.SettingsWrite), route("putRole", "Change who has a role where"),
		func(ctx context.Context, in *roleChange) (*tagged[Role], error) {
			in.Body.ID = access.RoleID(in.ID)
			changed, err := ChangeRole(ctx, d, access.From(ctx).Company, in.Precondition, in.Body.record())
			return reply(as(changed, viewRole), err)
		})
	web.Delete(api, "/v1/roles/{id}", web.Can(access.SettingsWrite), route("deleteRole", "Take a role from its users"),
		func(ctx context.Context, in *removal) (*web.Empty, error) {
			return nil, RemoveRole(ctx, d, access.From(ctx).Company, in.Precondition, access.RoleID(in.ID))
		})
}
