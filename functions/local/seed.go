package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

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
	sales   int // users without a manager's flag, at most 2
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
		return enrol(ctx, d)
	}
	if err := seed(ctx, d, dial); err != nil {
		return err
	}
	return durable.Replace(filepath.Join(folder, seeded), nil)
}

// enrol makes the schedules come round to the connections of the demo data, in a folder of a build that did not do so.
func enrol(ctx context.Context, d app.Deps) error {
	for _, c := range demoCompanies() {
		if err := company.Enrol(ctx, d, ident.Trusted(c.id)); err != nil {
			return err
		}
	}
	return nil
}

// filled reports whether the demo data are, or once were, in a folder.
func filled(folder string) bool {
	_, err := os.Stat(filepath.Join(folder, seeded))
	return err == nil
}

// seed writes the demo data. It can be repeated, and what was interrupted goes on.
func seed(ctx context.Context, d app.Deps, dial partner.Dial) error {
	for _, c := range demoCompanies() {
		if err := c.seed(ctx, d, dial); err != nil {
			return fmt.Errorf("demo data of %s: %w", c.company.Name, err)
		}
	}
	return nil
}

// seed writes one company. Everything has an id of its own, under which what is there already stays as it is.
func (c demoCompany) seed(ctx context.Context, d app.Deps, dial partner.Dial) error {
	co := ident.Trusted(c.id)
	admin := access.User{First: "Ada", Last: "Admin", Email: "admin@" + c.domain, Notify: access.Notify{Email: true, InApp: true}}
	if err := company.Create(ctx, d, company.Founding{ID: co, Company: c.company, Admin: admin}); err != nil {
		return err
	}
	yards, err := c.addYards(ctx, d, co)
	if err != nil {
		return err
	}
	users, err := c.addUsers(ctx, d, co, yards)
	if err != nil {
		return err
	}
	if err := c.addRoles(ctx, d, co, users, yards); err != nil {
		return err
	}
	// A registration with the partner that was interrupted goes on.
	_, err = company.Connect(ctx, d, dial, co, company.Connection{
		ID: company.ConnectionID(demoID("connection", co, 0)), Name: "AutoGrab - " + c.company.Name, API: company.AutoGrab, Yards: yards,
	}, "sec_demo_"+c.id)
	if err != nil {
		return err
	}
	return c.addRecords(ctx, d, co, users, yards)
}

func (c demoCompany) addYards(ctx context.Context, d app.Deps, co ident.Company) (ids []string, err error) {
	for n, yard := range c.yards {
		yard.ID = demoID("yard", co, n)
		if _, err := company.AddYard(ctx, d, co, yard); err != nil {
			return nil, err
		}
		ids = append(ids, yard.ID)
	}
	return ids, nil
}

// addUsers makes the manager and the sales people; the manager comes first.
func (c demoCompany) addUsers(ctx context.Context, d app.Deps, co ident.Company, yards []string) (ids []access.UserID, err error) {
	people := []access.User{{First: "Mara", Last: "Manager", Email: "manager@" + c.domain}}
	for n, first := range []string{"Sam", "Sofia"}[:c.sales] {
		people = append(people, access.User{First: first, Last: "Sales", Email: fmt.Sprintf("sales%d@%s", n+1, c.domain)})
	}
	for n, user := range people {
		user.ID, user.Yards, user.Notify = access.UserID(demoID("user", co, n)), yards, access.Notify{Email: true, InApp: true}
		if _, err := company.AddUser(ctx, d, co, user); err != nil {
			return nil, err
		}
		ids = append(ids, user.ID)
	}
	return ids, nil
}

// addRoles gives everybody everything, but only the manager the settings and the flag.
func (c demoCompany) addRoles(ctx context.Context, d app.Deps, co ident.Company, users []access.UserID, yards []string) error {
	members := make([]access.Member, len(users))
	for n, user := range users {
		members[n] = access.Member{User: user, Manager: n == 0}
	}
	for n, role := range []access.RoleRecord{
		{Role: access.Admin, Members: members[:1]},
		{Role: access.ManageLeads, Members: members, Yards: yards},
		{Role: access.ManageProspects, Members: members, Yards: yards},
		{Role: access.CustomerRecapture, Members: members, Yards: yards, Attributes: access.Attributes{CreateLeadOrProspect: true, LookUpVIN: true, Notify: access.RecaptureUser}},
		{Role: access.CloseToProspects},
		{Role: access.Valuations, Members: members, Yards: yards},
	} {
		role.ID = access.RoleID(demoID("role", co, n))
		if _, err := company.AddRole(ctx, d, co, role); err != nil {
			return err
		}
	}
	return nil
}
