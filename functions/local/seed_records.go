package main

import (
	"context"
	"fmt"
	"time"

	"github.com/winback-auto/winback/internal/appraisal"
	"github.com/winback-auto/winback/internal/customer"
	"github.com/winback-auto/winback/internal/lead"
	"github.com/winback-auto/winback/internal/local/fleet"
	"github.com/winback-auto/winback/internal/money"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/prospect"
)

// demoPeople is the number of customers of each demo company; what each of them has follows from their number.
const demoPeople = 24

// addRecords gives the company customers with leads, appraisals and prospects, a few of everything.
func (c demoCompany) addRecords(ctx context.Context, d app.Deps, co ident.Company, users []access.UserID, yards []string) error {
	manager, err := d.Access.User(ctx, co, users[0])
	if err != nil {
		return err
	}
	caller, err := d.Access.Caller(ctx, manager.Subject)
	if err != nil {
		return err
	}
	for i, car := range fleet.Generate(c.cars, demoPeople) {
		p := person{c: c, co: co, n: i, car: car, user: users[i%len(users)], yard: yards[i%len(yards)], caller: caller}
		if err := p.seed(ctx, d); err != nil {
			return fmt.Errorf("customer %d: %w", i, err)
		}
	}
	return nil
}

// demoID is the id of a demo record, the same in every data folder.
func demoID(kind string, co ident.Company, n int) string {
	return ident.Of("demo", kind, co.ID(), fmt.Sprint(n))
}

// person is a customer of the demo data with their car.
type person struct {
	c    demoCompany
	co   ident.Company
	n    int
	car  fleet.Car
	user access.UserID
	yard string

	caller access.Caller // a manager
}

// seed writes what is not there yet. The prospect comes last.
func (p person) seed(ctx context.Context, d app.Deps) error {
	_, err := prospect.Load(ctx, d, p.co, prospect.ID(p.id("prospect")))
	if !errs.Is(err, errs.NotFound) {
		return err // or all is there
	}
	car := p.car.Vehicle
	if p.c.company.Country != "AU" {
		car.Rego, car.State = "", ""
	}
	who := customer.Customer{ID: customer.ID(p.id("customer")), First: p.car.First, Last: p.car.Last, Email: p.car.Email, Mobile: p.car.Mobile}
	if _, err := customer.Add(ctx, d, p.co, who, nil); !there(err) {
		return err
	}
	if p.n%3 != 2 {
		l := lead.Lead{
			ID: lead.ID(p.id("lead")), Customer: who.ID, CustomerName: who.Name(), Vehicle: car, Yard: p.yard, User: p.user,
			Source: []string{"Website", "Walk-in", "Phone"}[p.n%3], Type: "New car",
		}
		if _, err := lead.Add(ctx, d, p.co, l, nil); !there(err) {
			return err
		}
		if p.n%2 == 0 {
			if _, err := lead.Close(ctx, d, p.caller, l.ID, lead.Won, "Bought it"); !there(err) {
				return err
			}
		}
	}
	if p.n%3 != 0 {
		value, _ := money.In(p.c.company.Country, int64(p.car.Price))
		a := appraisal.Appraisal{
			ID: appraisal.ID(p.id("appraisal")), Customer: who.ID, CustomerName: who.Name(), Vehicle: car, Yard: p.yard, User: p.user,
			OdometerKm: 20_000 + 7_500*p.n, Value: value,
		}
		if _, err := appraisal.Add(ctx, d, p.co, a, nil); !there(err) {
			return err
		}
	}
	follow := prospect.Prospect{
		ID: prospect.ID(p.id("prospect")), Customer: who.ID, CustomerName: who.Name(), Vehicle: car, Yard: p.yard, User: p.user,
		Activity: prospect.ProspectActivity, Action: "12 Month Follow Up", Type: "Phone Out", Due: d.Now().AddDate(0, 0, p.n-demoPeople/2).Truncate(time.Hour),
	}
	if _, err := prospect.Add(ctx, d, p.co, follow, nil); !there(err) {
		return err
	}
	return nil
}

// id is the id of one of the customer's records.
func (p person) id(kind string) string { return demoID(kind, p.co, p.n) }

// there reports whether a record was written now or by an interrupted start before.
func there(err error) bool { return err == nil || errs.Is(err, errs.Conflict) }
