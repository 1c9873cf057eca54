package response

import (
	"context"

	"github.com/winback-auto/winback/internal/company"
	"github.com/winback-auto/winback/internal/customer"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/vehicle"
)

// Gather collects what texts about a record can speak of: the user who writes, the company and the record's yard. A yard
// or user that is gone leaves its variables empty.
func Gather(ctx context.Context, d app.Deps, co ident.Company, user access.UserID, yard string, who customer.Customer, car vehicle.Vehicle) (About, error) {
	about := About{Customer: who, Vehicle: car}
	var err error
	if about.User, err = d.Access.User(ctx, co, user); err != nil && !errs.Is(err, errs.NotFound) {
		return about, err
	}
	if about.Company, err = company.Load(ctx, d, co); err != nil {
		return about, err
	}
	if yard == "" {
		return about, nil
	}
	place, err := company.LoadYard(ctx, d, co, yard)
	if err != nil && !errs.Is(err, errs.NotFound) {
		return about, err
	}
	about.Yard = place.Value
	return about, nil
}

// Choose is the text of a message that a request wants to send by a channel: that of a template, or its own words with variables. Faults
// are told at body.template, body.subject and body.body.
func Choose(ctx context.Context, d app.Deps, co ident.Company, template ID, own Text) (Text, error) {
	if template == "" {
		return own, errs.Violate(own.Problems("body.")...)
	}
	if own.Body != "" || own.Subject != "" {
		return Text{}, errs.Violate(errs.Violation{Location: "body.template", Message: "comes without subject and body: send one or the other"})
	}
	record, err := Load(ctx, d, co, template)
	if errs.Is(err, errs.NotFound) {
		return Text{}, errs.Violate(errs.Violation{Location: "body.template", Message: "is no template of your company"})
	}
	if err != nil {
		return Text{}, err
	}
	if own.Channel != record.Value.Channel {
		return Text{}, errs.Violate(errs.Violation{Location: "body.template", Message: "is one for the channel " + string(record.Value.Channel)})
	}
	return record.Value.Text, nil
}

// ChooseFor is Choose for a user, with the template that it took: where the request names none and has no words of its own,
// the user's default one for the channel.
func ChooseFor(ctx context.Context, d app.Deps, co ident.Company, user access.UserID, template ID, own Text) (Text, ID, error) {
	if template == "" && own.Body == "" && own.Subject == "" {
		preferred, found, err := Default(ctx, d, co, user, own.Channel)
		if err != nil {
			return Text{}, "", err
		}
		if !found {
			return Text{}, "", errs.Violate(errs.Violation{Location: "body.body", Message: "is empty, and you have no default template for the channel: write something or name a template"})
		}
		template = preferred.ID
	}
	words, err := Choose(ctx, d, co, template, own)
	return words, template, err
}
