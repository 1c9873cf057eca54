// Package customer is somebody whom the dealership knows: a person or a company, with the vehicles they drive.
//
// A customer is made once, by hand or by what comes in (a lead, a sighting), and from then on everything lodged against
// them refers to it: leads, appraisals, prospects, recaptures. Each of these adds its line to the customer's activity in
// its own transaction (Activity), so the history is complete by construction and is never edited.
//
// Customers belong to the company and to no yard: whoever may see customers sees all of them. They are found by name,
// e-mail address, phone number, rego and VIN, each word a prefix. Particulars are personal data: they are never logged,
// and never sent to a partner.
//
// Two records of one person are found as possible duplicates, and merged by making one an alias of the other (merge.go).
//
// Other features make customers along with their own records (Add), read them (Load, LoadAll) and add activity.
package customer

import (
	"fmt"
	"net/mail"
	"strings"
	"time"

	"golang.org/x/text/language"

	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/pattern"
	"github.com/winback-auto/winback/internal/vehicle"
)

// ID names a customer within the company.
type ID string

// Customer is a person, or a company with or without somebody to speak to. Empty fields are not known.
type Customer struct {
	ID        ID                `json:"id"`
	First     string            `json:"first,omitempty"`
	Last      string            `json:"last,omitempty"`
	Company   string            `json:"company,omitempty"`
	Email     string            `json:"email,omitempty"`
	Mobile    string            `json:"mobile,omitempty"`
	Phone     string            `json:"phone,omitempty"`
	Address   Address           `json:"address,omitzero"`
	Language  string            `json:"language,omitempty"` // BCP 47; empty: the company's
	Notes     string            `json:"notes,omitempty"`
	Contact   Contact           `json:"contact,omitzero"`
	Vehicles  []vehicle.Vehicle `json:"vehicles,omitempty"`
	Dials     []string          `json:"dials,omitempty"` // Mobile and Phone as E.164 has them, where they are in a numbering plan
	CreatedAt time.Time         `json:"createdAt"`

	MergedInto ID        `json:"mergedInto,omitempty"` // the record that stands for this one, which is an alias; see alias.go
	MergedAt   time.Time `json:"mergedAt,omitzero"`
	Merged     []ID      `json:"merged,omitempty"` // aliases that this one stands for, and theirs; at most maxMerged
}

// Address is where a customer lives or works.
type Address struct {
	Street   string `json:"street,omitempty" maxLength:"100"`
	City     string `json:"city,omitempty" maxLength:"100"`
	State    string `json:"state,omitempty" maxLength:"40"`
	Postcode string `json:"postcode,omitempty" maxLength:"12"`
	Country  string `json:"country,omitempty" maxLength:"2" doc:"ISO 3166-1 alpha-2."`
}

// Bounds of a customer.
const (
	MaxVehicles = 20
	maxEmail    = 254 // RFC 5321
)

// phonePattern bounds a phone number; whether it rings only a call can tell.
var phonePattern = pattern.Of(`^\+?[0-9(][0-9 ()./-]{4,28}$`)

// Name is what the customer is called: the person, else the company.
func (c Customer) Name() string {
	if person := strings.TrimSpace(c.First + " " + c.Last); person != "" {
		return person
	}
	return c.Company
}

// normalised is the stored form of everything but the vehicles.
func (c Customer) normalised() Customer {
	for _, text := range []*string{&c.First, &c.Last, &c.Company, &c.Email, &c.Mobile, &c.Phone, &c.Notes} {
		*text = strings.TrimSpace(*text)
	}
	c.Address.Country = strings.ToUpper(c.Address.Country)
	return c
}

// problems lists the rules that a normalised customer breaks, its vehicles aside.
func (c Customer) problems() (broken []errs.Violation) {
	add := func(location, message string) {
		broken = append(broken, errs.Violation{Location: "body." + location, Message: message})
	}
	if c.Name() == "" && c.Email == "" && c.Mobile == "" && c.Phone == "" {
		add("name", "is missing: give a name, a company, an e-mail address or a phone number")
	}
	if !validEmail(c.Email) {
		add("email", "is not an e-mail address")
	}
	if !validPhone(c.Mobile) {
		add("mobile", "is not a phone number")
	}
	if !validPhone(c.Phone) {
		add("phone", "is not a phone number")
	}
	if country := c.Address.Country; country != "" {
		if region, err := language.ParseRegion(country); err != nil || !region.IsCountry() || region.Canonicalize().String() != country {
			add("address.country", "is not a country's two letters, such as AU")
		}
	}
	if _, err := language.Parse(c.Language); c.Language != "" && err != nil {
		add("language", "is not the tag of a language, such as en-AU")
	}
	if len(c.Vehicles) > MaxVehicles {
		add("vehicles", fmt.Sprintf("are more than %d", MaxVehicles))
	}
	return broken
}

func validEmail(s string) bool {
	address, err := mail.ParseAddress(s)
	return s == "" || err == nil && address.Address == s && len(s) <= maxEmail
}

func validPhone(s string) bool { return s == "" || dialable(s) }

// Salvaged is for customers that come from elsewhere, such as an uploaded list: an e-mail address or phone number that
// breaks the rules becomes a note, where a person finds it and nothing sends to it.
func (c Customer) Salvaged() Customer {
	c = c.normalised()
	for _, particular := range []struct {
		name  string
		text  *string
		valid func(string) bool
	}{{"E-mail", &c.Email, validEmail}, {"Mobile", &c.Mobile, validPhone}, {"Phone", &c.Phone, validPhone}} {
		if !particular.valid(*particular.text) {
			c.Notes = strings.TrimSpace(c.Notes + "\n" + particular.name + ": " + *particular.text)
			*particular.text = ""
		}
	}
	return c
}

// withVehicles is the customer with its vehicles in their stored form, each car once, and what is wrong with them in the
// country.
func (c Customer) withVehicles(country string) (Customer, []errs.Violation) {
	var broken []errs.Violation
	var kept []vehicle.Vehicle
	seen := map[string]bool{}
	for i, v := range c.Vehicles {
		checked, problems, _ := vehicle.Check(v, country)
		for _, p := range problems {
			broken = append(broken, errs.Violation{Location: fmt.Sprintf("body.vehicles[%d].%s", i, p.Location), Message: p.Message})
		}
		if key, ok := vehicle.Key(checked); ok && !seen[key] {
			seen[key] = true
			kept = append(kept, checked)
		}
	}
	c.Vehicles = kept
	return c, broken
}
