package response

import (
	"slices"
	"strconv"
	"strings"

	"github.com/winback-auto/winback/internal/company"
	"github.com/winback-auto/winback/internal/customer"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/vehicle"
)

// About is what the variables of a text speak of. What is not known stays empty.
type About struct {
	Customer customer.Customer
	Vehicle  vehicle.Vehicle
	User     access.User // who writes
	Company  company.Company
	Yard     company.Yard
}

// Variable is one of the closed list, as editors of texts see it.
type Variable struct {
	Name    string `json:"name" example:"customer.firstName"`
	Meaning string `json:"meaning"`
}

type variable struct {
	Variable
	value func(About) string
}

// variables is the closed list.
var variables = []variable{
	{Variable{"customer.firstName", "The customer's first name."}, func(a About) string { return a.Customer.First }},
	{Variable{"customer.lastName", "The customer's last name."}, func(a About) string { return a.Customer.Last }},
	{Variable{"customer.name", "The customer's full name, or the company's."}, func(a About) string { return a.Customer.Name() }},
	{Variable{"customer.company", "The company that the customer is, or works for."}, func(a About) string { return a.Customer.Company }},
	{Variable{"vehicle.make", "The make of the vehicle that the record is about."}, func(a About) string { return a.Vehicle.Make }},
	{Variable{"vehicle.model", "Its model."}, func(a About) string { return a.Vehicle.Model }},
	{Variable{"vehicle.year", "Its model year."}, func(a About) string { return year(a.Vehicle) }},
	{Variable{"vehicle.rego", "The characters of its plate."}, func(a About) string { return a.Vehicle.Rego }},
	{Variable{"vehicle.name", "Year, make and model in one, as far as they are known."}, func(a About) string {
		return joined(year(a.Vehicle), a.Vehicle.Make, a.Vehicle.Model)
	}},
	{Variable{"user.firstName", "The first name of the user who writes."}, func(a About) string { return a.User.First }},
	{Variable{"user.lastName", "The user's last name."}, func(a About) string { return a.User.Last }},
	{Variable{"user.name", "The user's full name."}, func(a About) string { return a.User.Name() }},
	{Variable{"user.email", "The user's e-mail address."}, func(a About) string { return a.User.Email }},
	{Variable{"user.mobile", "The user's mobile number."}, func(a About) string { return a.User.Mobile }},
	{Variable{"company.name", "The dealership's name."}, func(a About) string { return a.Company.Name }},
	{Variable{"yard.name", "The name of the yard that the record belongs to."}, func(a About) string { return a.Yard.Name }},
	{Variable{"yard.street", "The yard's street."}, func(a About) string { return a.Yard.Address.Street }},
	{Variable{"yard.city", "The yard's city."}, func(a About) string { return a.Yard.Address.City }},
	{Variable{"yard.postcode", "The yard's postcode."}, func(a About) string { return a.Yard.Address.Postcode }},
}

// Variables lists what texts may name.
func Variables() []Variable {
	all := make([]Variable, len(variables))
	for i, v := range variables {
		all[i] = v.Variable
	}
	return all
}

func lookUp(name string) *variable {
	if i := slices.IndexFunc(variables, func(v variable) bool { return v.Name == name }); i >= 0 {
		return &variables[i]
	}
	return nil
}

func year(v vehicle.Vehicle) string {
	if v.Year == 0 {
		return ""
	}
	return strconv.Itoa(v.Year)
}

func joined(words ...string) string {
	return strings.Join(slices.DeleteFunc(words, func(w string) bool { return w == "" }), " ")
}
