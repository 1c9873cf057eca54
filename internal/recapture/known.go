package recapture

import (
	"context"

	"github.com/winback-auto/winback/internal/customer"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
)

// knownCustomers reads the customers of records, by id, as a recapture remembers them.
func knownCustomers[T any](ctx context.Context, d app.Deps, co ident.Company, records []table.Record[T], of func(table.Record[T]) customer.ID) (map[customer.ID]Customer, error) {
	ids := make([]customer.ID, len(records))
	for i, record := range records {
		ids[i] = of(record)
	}
	found, err := customer.LoadAll(ctx, d, co, ids)
	if err != nil {
		return nil, err
	}
	known := make(map[customer.ID]Customer, len(found))
	for _, c := range found {
		known[c.ID] = remembered(c)
	}
	return known, nil
}

// chosenCustomers reads the customer records that vehicles given in a request name, by id.
func chosenCustomers(ctx context.Context, d app.Deps, co ident.Company, vehicles []suppliedVehicle) (map[customer.ID]Customer, error) {
	var ids []customer.ID
	for _, v := range vehicles {
		if v.Customer != nil && v.Customer.ID != "" {
			ids = append(ids, v.Customer.ID)
		}
	}
	found, err := customer.LoadAll(ctx, d, co, ids)
	known := make(map[customer.ID]Customer, len(found))
	for _, c := range found {
		known[c.ID] = remembered(c)
	}
	return known, err
}

// remembered is a customer record as a recapture keeps it.
func remembered(c customer.Customer) Customer {
	return Customer{ID: c.ID, First: c.First, Last: c.Last, Email: c.Email, Mobile: c.Mobile}
}

// unnamed is what somebody is called of whom a list knows no name.
const unnamed = "Unknown"

// record is the customer record that a line of a list becomes; particulars that nobody could use become notes.
func (c Customer) record() customer.Customer {
	made := customer.Customer{ID: c.ID, First: c.First, Last: c.Last, Email: c.Email, Mobile: c.Mobile}
	if c.Name() == "" {
		made.Last = unnamed
	}
	return made.Salvaged()
}
