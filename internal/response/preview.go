package response

import (
	"context"

	"github.com/winback-auto/winback/internal/customer"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/vehicle"
)

// aboutCustomer is what a preview speaks of: a customer with their first vehicle, or for no id somebody invented; the caller, and
// the caller's own yard.
func aboutCustomer(ctx context.Context, d app.Deps, caller access.Caller, id string) (About, error) {
	who := customer.Customer{First: "Kim", Last: "Example", Company: "Example Pty Ltd"}
	car := vehicle.Vehicle{Make: "Toyota", Model: "Corolla", Year: 2021, Rego: "ABC123"}
	if id != "" {
		record, err := customer.Load(ctx, d, caller.Company, customer.ID(id))
		if errs.Is(err, errs.NotFound) {
			return About{}, errs.Violate(errs.Violation{Location: "body.customer", Message: "is no customer of yours"})
		}
		if err != nil {
			return About{}, err
		}
		who, car = record.Value, vehicle.Vehicle{}
		if len(who.Vehicles) > 0 {
			car = who.Vehicles[0]
		}
	}
	yard := ""
	if len(caller.Home) > 0 {
		yard = caller.Home[0]
	}
	return Gather(ctx, d, caller.Company, caller.User, yard, who, car)
}
