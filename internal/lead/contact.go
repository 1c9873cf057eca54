package lead

import (
	"context"
	"net/url"

	"github.com/winback-auto/winback/internal/company"
	"github.com/winback-auto/winback/internal/customer"
	"github.com/winback-auto/winback/internal/phone"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
)

// Contact is how a lead's customer is reached with one tap (L17).
type Contact struct {
	Phones []Shortcut `json:"phones" doc:"The mobile first. After the tap the call is noted with POST /v1/leads/{id}/calls."`
	Email  *Shortcut  `json:"email" doc:"null: none is known."`
}

// Shortcut is a number or address with the address to open.
type Shortcut struct {
	Value string `json:"value" doc:"As the customer gave it."`
	Href  string `json:"href" example:"tel:+61400000101"`
	Texts bool   `json:"texts,omitempty" doc:"It takes text messages."`
}

// contact is how the customer of a lead is reached. A number that nobody could dial is left out.
func contact(ctx context.Context, d app.Deps, co ident.Company, l Lead) (Contact, error) {
	c := Contact{Phones: []Shortcut{}}
	record, err := customer.Load(ctx, d, co, l.Customer)
	if errs.Is(err, errs.NotFound) {
		return c, nil
	}
	if err != nil {
		return c, err
	}
	home, err := company.Load(ctx, d, co)
	if err != nil {
		return c, err
	}
	who := record.Value
	for _, number := range []string{who.Mobile, who.Phone} {
		if n, ok := phone.Parse(number, home.Country); ok {
			c.Phones = append(c.Phones, Shortcut{Value: number, Href: "tel:" + n.E164, Texts: n.Texts()})
		}
	}
	if who.Email != "" {
		c.Email = &Shortcut{Value: who.Email, Href: (&url.URL{Scheme: "mailto", Opaque: url.PathEscape(who.Email)}).String()}
	}
	return c, nil
}
