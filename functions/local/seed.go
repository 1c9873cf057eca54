package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/winback-auto/winback/internal/company"
	"github.com/winback-auto/winback/internal/local/durable"
	"github.com/winback-auto/winback/internal/partner"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/ident"
)

// demoCompany is a company of the demo data with its people.
type demoCompany struct {
	id      string
	company company.Company
	domain  string // of its users' addresses
	yards   []company.Yard
	sales   int // users without a manager's flag
	cars    uint64
}

// demoCompanies are those of api.md.
func demoCompanies() []demoCompany {
	return []demoCompany{
		{
			id: "harbour-motors", domain: "harbour.example", sales: 2, cars: 1,
			company: company.Company{Name: "Harbour Motors", Country: "AU", TimeZone: "Australia/Sydney", Language: "en", Features: company.Features{Prospects: true}},
			yards:   []company.Yard{{Name: "Sydney", State: "NSW"}, {Name: "Melbourne", State: "VIC", TimeZone: "Australia/Melbourne"}},
		},
		{
			id: "nordlicht-autohaus", domain: "nordlicht.example", sales: 1, cars: 2,
			company: company.Company{Name: "Nordlicht Autohaus", Country: "DE", TimeZone: "Europe/Berlin", Language: "de", Features: company.Features{Prospects: true}},
			yards:   []company.Yard{{Name: "Kiel"}},
		},
	}
}

// seeded is the file of a data folder that says that the demo data are in it. What people make of them is theirs, so they
// are filled in only once.
const seeded = "demo-data-is-in"

// fill fills a data folder with the demo data, unless they have been in it before.
func fill(ctx context.Context, folder string, d app.Deps, dial partner.Dial) error {
	if filled(folder) {
		return nil
	}
	if err := seed(ctx, d, dial); err != nil {
		return err
	}
	return durable.Replace(filepath.Join(folder, seeded), nil)
}

// filled reports whether the demo data are, or once were, in a folder.
func filled(folder string) bool {
	_, err := os.Stat(filepath.Join(folder, seeded))
	return err == nil
}

// seed writes the demo data. Every step looks at what is there, so it can be repeated, and an interrupted one goes on.
func seed(ctx context.Context, d app.Deps, dial partner.Dial) error {
	for _, c := range demoCompanies() {
		if err := c.seed(ctx, d, dial); err != nil {
			return fmt.Errorf("demo data of %s: %w", c.company.Name, err)
		}
	}
	return nil
}

func (c demoCompany) seed(ctx context.Context, d app.Deps, dial partner.Dial) error {
	co := ident.Trusted(c.id)
	admin := access.User{First: "Ada", Last: "Admin", Email: "admin@" + c.domain, Notify: access.Notify{Email: true, InApp: true}}
	if err := company.Create(ctx, d, company.Founding{ID: co, Company: c.company, Admin: admin}); err != nil {
		return err
	}
	yards, err := c.ensureYards(ctx, d, co)
	if err != nil {
		return err
	}
	users, err := c.ensureUsers(ctx, d, co, yards)
	if err != nil {
		return err
	}
	if err := c.ensureRoles(ctx, d, co, users, yards); err != nil {
		return err
	}
	if err := c.ensureConnection(ctx, d, dial, co, yards); err != nil {
		return err
	}
	return c.seedRecords(ctx, d, co, users, yards)
}

func (c demoCompany) ensureYards(ctx context.Context, d app.Deps, co ident.Company) ([]string, error) {
	existing, err := company.Yards(ctx, d, co)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, yard := range c.yards {
		at := slices.IndexFunc(existing, func(y company.Yard) bool { return y.Name == yard.Name })
		if at >= 0 {
			ids = append(ids, existing[at].ID)
			continue
		}
		added, err := company.AddYard(ctx, d, co, yard)
		if err != nil {
			return nil, err
		}
		ids = append(ids, added.Value.ID)
	}
	return ids, nil
}

// ensureUsers makes the manager and the sales people; the manager comes first.
func (c demoCompany) ensureUsers(ctx context.Context, d app.Deps, co ident.Company, yards []string) ([]access.UserID, error) {
	people := []access.User{{First: "Mara", Last: "Manager", Email: "manager@" + c.domain}}
	names := []string{"Sam", "Sofia"}
	for i := range c.sales {
		people = append(people, access.User{First: names[i], Last: "Sales", Email: fmt.Sprintf("sales%d@%s", i+1, c.domain)})
	}
	existing, err := d.Access.Users(ctx, co)
	if err != nil {
		return nil, err
	}
	var ids []access.UserID
	for _, person := range people {
		at := slices.IndexFunc(existing, func(u access.User) bool { return u.Email == person.Email })
		if at >= 0 {
			ids = append(ids, existing[at].ID)
			continue
		}
		person.Yards, person.Notify = yards, access.Notify{Email: true, InApp: true}
		added, err := company.AddUser(ctx, d, co, person)
		if err != nil {
			return nil, err
		}
		ids = append(ids, added.Value.ID)
	}
	return ids, nil
}

func (c demoCompany) ensureRoles(ctx context.Context, d app.Deps, co ident.Company, users []access.UserID, yards []string) error {
	existing, err := d.Access.Roles(ctx, co)
	if err != nil {
		return err
	}
	members := make([]access.Member, len(users))
	for i, user := range users {
		members[i] = access.Member{User: user, Manager: i == 0}
	}
	for _, role := range []access.RoleRecord{
		{Role: access.Admin, Members: members[:1]},
		{Role: access.ManageLeads, Members: members, Yards: yards},
		{Role: access.ManageProspects, Members: members, Yards: yards},
		{Role: access.CustomerRecapture, Members: members, Yards: yards, Attributes: access.Attributes{CreateLeadOrProspect: true, LookUpVIN: true, Notify: access.RecaptureUser}},
		{Role: access.CloseToProspects},
	} {
		filled := func(r access.RoleRecord) bool {
			return r.Role == role.Role && (role.Role.CompanyWide() || slices.Contains(r.Members, members[0]))
		}
		if slices.ContainsFunc(existing, filled) {
			continue
		}
		if _, err := company.AddRole(ctx, d, co, role); err != nil {
			return err
		}
	}
	return nil
}

func (c demoCompany) ensureConnection(ctx context.Context, d app.Deps, dial partner.Dial, co ident.Company, yards []string) error {
	existing, err := company.Connections(ctx, d, co)
	if err != nil || len(existing) > 0 {
		return err
	}
	_, err = company.Connect(ctx, d, dial, co, company.Connection{Name: "AutoGrab - " + c.company.Name, API: company.AutoGrab, Yards: yards}, "sec_demo_"+c.id)
	return err
}
