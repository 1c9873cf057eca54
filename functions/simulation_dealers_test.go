package functions_test

import (
	"context"
	"testing"

	"github.com/winback-auto/winback/internal/company"
	"github.com/winback-auto/winback/internal/customer"
	"github.com/winback-auto/winback/internal/lead"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/identity"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/vehicle"
)

// yard is one of the simulated dealers' yards, with who submits vehicles there and the key that they must reach the partner
// under.
type yard struct {
	company ident.Company
	country string
	id      string
	state   string
	key     string
	users   []access.UserID
	owner   access.UserID // of leads, told beside the submitter; empty: none
	dealer  access.UserID // the first user of the company's first yard
}

// The dealers: Harbour has an account for each yard, Summit one for two, Nordlicht is elsewhere in the world.
var (
	simHarbour   = ident.Trusted("harbour")
	simSummit    = ident.Trusted("summit")
	simNordlicht = ident.Trusted("nordlicht")
)

func simYards() []yard {
	return []yard{
		{simHarbour, "AU", "sydney", "NSW", "sec_harbour_sydney_0001", []access.UserID{"ann", "bob"}, "lou", "ann"},
		{simHarbour, "AU", "melbourne", "VIC", "sec_harbour_melbrn_0002", []access.UserID{"mel"}, "lou", "ann"},
		{simNordlicht, "DE", "kiel", "", "sec_nordlicht_kiel_0003", []access.UserID{"kim"}, "", "kim"},
		{simSummit, "AU", "perth", "WA", "sec_summit_together_0004", []access.UserID{"sam"}, "sue", "sam"},
		{simSummit, "AU", "adelaide", "SA", "sec_summit_together_0004", []access.UserID{"sid", "sam"}, "sue", "sam"},
	}
}

// founders sets the dealers up as their administrators would.
type founders struct {
	*testing.T
	app.Deps
}

// welcoming invites everybody.
type welcoming struct{}

func (welcoming) Invite(_ context.Context, who identity.Person) (string, error) {
	return who.Email, nil
}
func (welcoming) Disable(context.Context, string) error { return nil }
func (welcoming) Enable(context.Context, string) error  { return nil }

func (f founders) must(err error) {
	f.Helper()
	if err != nil {
		f.Fatal(err)
	}
}

// found makes companies, yards, connections, roles and users.
func (r *run) found(t *testing.T) {
	t.Helper()
	f := founders{t, r.Oracle()}
	f.Identity = welcoming{}
	ctx, founded, connected := t.Context(), map[ident.Company]bool{}, map[string][]string{}
	for _, y := range r.yards {
		if !founded[y.company] {
			founded[y.company] = true
			zone, language := "Australia/Sydney", "en-AU"
			if y.country == "DE" {
				zone, language = "Europe/Berlin", "de-DE"
			}
			f.must(company.Create(ctx, f.Deps, company.Founding{
				ID:      y.company,
				Company: company.Company{Name: y.company.ID(), Country: y.country, TimeZone: zone, Language: language, Features: company.Features{Prospects: true}},
				Admin:   access.User{First: "Ada", Email: "ada@" + y.company.ID() + ".example"},
			}))
		}
		_, err := company.AddYard(ctx, f.Deps, y.company, company.Yard{ID: y.id, Name: y.id, State: y.state})
		f.must(err)
		connected[y.key] = append(connected[y.key], y.id)
	}
	done := map[string]bool{}
	for _, y := range r.yards {
		if !done[y.key] {
			done[y.key] = true
			_, err := company.Connect(ctx, f.Deps, r.Partner.Dial, y.company, company.Connection{
				ID: company.ConnectionID("c-" + y.key[len(y.key)-4:]), Name: y.key[4:12], API: company.AutoGrab, Yards: connected[y.key],
			}, y.key)
			f.must(err)
		}
		told := access.RecaptureUser
		if y.owner != "" {
			told = access.Both
			f.fill(y, access.ManageLeads, access.Attributes{}, y.owner)
		}
		f.fill(y, access.CustomerRecapture, access.Attributes{LookUpVIN: true, Notify: told}, y.users...)
	}
}

// fill gives users a role in a yard. Users sign in under their ids and want mails.
func (f founders) fill(y yard, role access.Role, attributes access.Attributes, users ...access.UserID) {
	f.Helper()
	record := access.RoleRecord{ID: access.RoleID(f.NewID()), Role: role, Yards: []string{y.id}, Attributes: attributes}
	var ops []table.Op
	for _, id := range users {
		record.Members = append(record.Members, access.Member{User: id})
		user := access.User{ID: id, Subject: string(id), First: string(id), Email: address(id), Yards: []string{y.id}, Notify: access.Notify{Email: true, InApp: true}}
		ops = append(ops,
			access.Users.Overwrite(access.UserKey(y.company, id), user),
			access.Subjects.Overwrite(access.SubjectKey(string(id)), access.Subject{Company: y.company.ID(), User: id}))
	}
	f.must(f.Table.Write(f.Context(), append(ops, access.RoleRecords.Overwrite(access.RoleKey(y.company, record.ID), record))...))
}

func address(user access.UserID) string { return string(user) + "@mail.example" }

// addLead makes a lead about a vehicle, as the dealer had it before anything is simulated.
func (f founders) addLead(y yard, id lead.ID, v vehicle.Vehicle) {
	f.Helper()
	who := customer.ID("of-" + string(id))
	_, err := customer.Add(f.Context(), f.Deps, y.company, customer.Customer{ID: who, First: "Kim", Last: "of " + string(id), Email: string(id) + "@customer.example"}, nil)
	f.must(err)
	_, err = lead.Add(f.Context(), f.Deps, y.company, lead.Lead{
		ID: id, Customer: who, CustomerName: "Kim", Vehicle: v, Yard: y.id, User: y.owner, CreatedBy: y.owner, Source: "Website",
	}, nil)
	f.must(err)
}
