package rehearse

import (
	"context"
	"fmt"
	"time"

	"github.com/winback-auto/winback/internal/local/fleet"
)

// dealer is a company of the demonstration data, as local mode has it; here it is set up through the interface, by the
// people who would do so.
type dealer struct {
	id, name, country, zone, language string
	domain                            string // of its users' addresses
	yards                             []map[string]string
	sales                             int // users without a manager's flag
	seed                              uint64
}

var dealers = []dealer{
	{
		id: "harbour-motors", name: "Harbour Motors", country: "AU", zone: "Australia/Sydney", language: "en", domain: "harbour.example", sales: 2, seed: 1,
		yards: []map[string]string{{"name": "Sydney", "state": "NSW"}, {"name": "Melbourne", "state": "VIC", "timezone": "Australia/Melbourne"}},
	},
	{
		id: "nordlicht-autohaus", name: "Nordlicht Autohaus", country: "DE", zone: "Europe/Berlin", language: "de", domain: "nordlicht.example", sales: 1, seed: 2,
		yards: []map[string]string{{"name": "Kiel"}},
	},
}

// found founds the company and its administrator by the operator's command.
func (d dealer) found(ctx context.Context, s *Stand, environment string) error {
	_, err := s.Operate(ctx, "found", "-env", environment, "-id", d.id, "-company", d.name, "-name", "Ada Admin", "-email", "admin@"+d.domain,
		"-country", d.country, "-timezone", d.zone, "-language", d.language)
	return err
}

// setUp makes yards, users, roles and the connection to the partner, as the administrator.
func (d dealer) setUp(ctx context.Context, anonymous client) error {
	admin, err := anonymous.signIn(ctx, "admin@"+d.domain)
	if err != nil {
		return err
	}
	var yards []string
	for _, yard := range d.yards {
		id, err := admin.post(ctx, "/v1/yards", yard)
		if err != nil {
			return err
		}
		yards = append(yards, id)
	}
	people := []map[string]any{{"name": map[string]string{"first": "Mara", "last": "Manager"}, "email": "manager@" + d.domain}}
	for n, first := range []string{"Sam", "Sofia"}[:d.sales] {
		people = append(people, map[string]any{"name": map[string]string{"first": first, "last": "Sales"}, "email": fmt.Sprintf("sales%d@%s", n+1, d.domain)})
	}
	var members []map[string]any
	for n, person := range people {
		person["yards"] = yards
		id, err := admin.post(ctx, "/v1/users", person)
		if err != nil {
			return err
		}
		members = append(members, map[string]any{"id": id, "manager": n == 0})
	}
	for _, role := range []map[string]any{
		{"role": "admin", "users": members[:1]},
		{"role": "manage_leads", "users": members, "yards": yards},
		{"role": "manage_prospects", "users": members, "yards": yards},
		{"role": "autograb", "users": members, "yards": yards},
		{"role": "autograb_customer_recapture", "users": members, "yards": yards, "attributes": map[string]any{"createLeadOrProspect": true, "lookUpVin": true, "notify": "recapture_user"}},
		{"role": "allow_close_to_prospects"},
	} {
		if _, err := admin.post(ctx, "/v1/roles", role); err != nil {
			return err
		}
	}
	_, err = admin.post(ctx, "/v1/connections", map[string]any{"name": "AutoGrab - " + d.name, "api": "autograb", "yards": yards, "key": "sec_demo_" + d.id})
	if err != nil {
		return err
	}
	return d.fill(ctx, anonymous, yards, members)
}

// people is how many customers a dealer begins with.
const people = 6

// fill gives the company customers with leads, appraisals and prospects, a few of everything.
func (d dealer) fill(ctx context.Context, anonymous client, yards []string, members []map[string]any) error {
	manager, err := anonymous.signIn(ctx, "manager@"+d.domain)
	if err != nil {
		return err
	}
	for n, car := range fleet.Generate(d.seed, people) {
		vehicle := map[string]any{"vin": car.VIN, "make": car.Make, "model": car.Model, "year": car.Year}
		if d.country == "AU" {
			vehicle["rego"], vehicle["state"] = car.Rego, car.State
		}
		customer, err := manager.post(ctx, "/v1/customers", map[string]any{
			"name": map[string]string{"first": car.First, "last": car.Last}, "email": car.Email, "mobile": car.Mobile, "vehicles": []any{},
		})
		if err != nil {
			return err
		}
		of := func(more map[string]any) map[string]any {
			more["customer"], more["vehicle"], more["yard"], more["user"] = customer, vehicle, yards[n%len(yards)], members[n%len(members)]["id"]
			return more
		}
		if n%3 != 2 {
			lead, err := manager.post(ctx, "/v1/leads", of(map[string]any{"source": []string{"Website", "Walk-in", "Phone"}[n%3], "type": "New car"}))
			if err != nil {
				return err
			}
			if n%2 == 0 {
				if _, err := manager.post(ctx, "/v1/leads/"+lead+"/close", map[string]string{"outcome": "won", "reason": "Bought it"}); err != nil {
					return err
				}
			}
		}
		if n%3 != 0 {
			if _, err := manager.post(ctx, "/v1/appraisals", of(map[string]any{"odometer": 20_000 + 7_500*n})); err != nil {
				return err
			}
		}
		due := time.Now().UTC().AddDate(0, 0, n-people/2).Truncate(time.Hour)
		if _, err := manager.post(ctx, "/v1/prospects", of(map[string]any{"action": "12 Month Follow Up", "type": "Phone Out", "due": due})); err != nil {
			return err
		}
	}
	return nil
}

// Seed founds the dealers of the demonstration data and sets them up.
func (s *Stand) Seed(ctx context.Context) error {
	for _, d := range dealers {
		if err := d.found(ctx, s, s.options.Environment); err != nil {
			return err
		}
		if err := d.setUp(ctx, client{base: s.url}); err != nil {
			return err
		}
	}
	return s.Drain(ctx)
}
