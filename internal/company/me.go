package company

import (
	"context"

	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
)

// Me is the caller as a front end needs to know: who, where, and what is allowed.
type Me struct {
	User
	Company     MyCompany           `json:"company"`
	Places      []Place             `json:"companyYards" doc:"All yards of the company, to name those in lists and to choose from."`
	Roles       []MyRole            `json:"roles"`
	Permissions []access.Permission `json:"permissions"`
}

// MyCompany is what everybody may know of the own company.
type MyCompany struct {
	Name     string   `json:"name"`
	Country  string   `json:"country"`
	TimeZone string   `json:"timezone"`
	Language string   `json:"language"`
	Features Features `json:"features"`
}

// Place is a yard by name.
type Place struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// MyRole is what one filling of a role gives the caller.
type MyRole struct {
	Role       access.Role `json:"role"`
	Manager    bool        `json:"manager"`
	Yards      []string    `json:"yards"`
	Attributes Attributes  `json:"attributes"`
}

func meOf(ctx context.Context, d app.Deps, caller access.Caller) (Me, error) {
	user, err := d.Access.User(ctx, caller.Company, caller.User)
	if err != nil {
		return Me{}, err
	}
	company, err := Load(ctx, d, caller.Company)
	if err != nil {
		return Me{}, err
	}
	yards, err := Yards(ctx, d, caller.Company)
	if err != nil {
		return Me{}, err
	}
	return Me{
		User:        viewUser(user),
		Company:     MyCompany{company.Name, company.Country, company.TimeZone, company.Language, company.Features},
		Places:      each(yards, func(y Yard) Place { return Place{y.ID, y.Name} }),
		Roles:       each(caller.Grants(), myRole),
		Permissions: caller.Permissions(),
	}, nil
}

func myRole(g access.Grant) MyRole {
	role := viewRole(access.RoleRecord{Role: g.Role, Yards: g.Yards, Attributes: g.Attributes})
	return MyRole{g.Role, g.Manager, role.Yards, role.Attributes}
}
