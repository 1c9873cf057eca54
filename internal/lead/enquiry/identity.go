package enquiry

import (
	"cmp"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/vehicle"
)

// Key is what the enquiry is: the same for each time that its provider sends it, different for any other. It follows from
// the provider and their id for it, and from who asks about what; without an id from what they wrote, too. When it was sent
// is no part of it.
//
// The id alone does not do: real senders put the dealer's number there, or the word test, and every enquiry but the first
// would be lost.
func (e Enquiry) Key() string {
	parts := []string{"enquiry", folded(e.Provider.Name), e.ID, e.customerKey(), e.Vehicle.key(), e.TradeIn.key()}
	if e.ID == "" {
		parts = append(parts, folded(e.Comments))
	}
	return ident.Of(parts...)
}

// Digest is what the enquiry says. Two of one Key that differ in it are a first version and a later one.
func (e Enquiry) Digest() string {
	e.RequestDate, e.Warnings = time.Time{}, nil
	text, err := json.Marshal(e)
	if err != nil {
		panic(err) // texts and numbers
	}
	return ident.Of("enquiry content", string(text))
}

// customerKey is who asks: the most certain that is known of them.
func (e Enquiry) customerKey() string {
	c := e.Customer
	if c.Email != "" {
		return "email " + strings.ToLower(c.Email)
	}
	for _, p := range c.Phones {
		if n, ok := p.Dials(); ok {
			return "phone " + n.E164
		}
	}
	return "name " + folded(cmp.Or(c.Name.String(), c.Company))
}

// key is which car is meant: its VIN or rego, else its stock number, else what it is.
func (v *Vehicle) key() string {
	if v == nil {
		return ""
	}
	if key, ok := vehicle.Key(v.Vehicle); ok {
		return key
	}
	if v.Stock != "" {
		return "stock " + folded(v.Stock)
	}
	return strings.Join([]string{"car", strconv.Itoa(v.Year), folded(v.Make), folded(v.Model)}, " ")
}

// folded is a text as it is compared: in lower case and on one line.
func folded(text string) string { return strings.ToLower(line(text)) }
