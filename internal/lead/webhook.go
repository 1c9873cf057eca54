package lead

import (
	"context"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/winback-auto/winback/internal/company"
	"github.com/winback-auto/winback/internal/lead/enquiry"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/web"
)

// Webhook takes electronic leads from whoever has the address of a leads connection.
var Webhook = app.Function{
	Name: "lead-webhook",
	Doc:  "Takes electronic leads from providers, durable before the answer.",
	HTTP: func(h huma.API, d app.Deps) {
		web.Post(h, company.LeadPath+"{token}", web.Public("providers have no sign-in; the token in the path names the connection"), web.Route{
			ID: "receiveLead", Tag: "Webhooks", MaxBody: enquiry.MaxMail, Takes: taken(),
			Summary: "An electronic lead: ADF, JSON, or a lead mail.",
			Description: "Answered once every lead in it is durable. What is sent again has no further effect: by the provider's id, or else by what it " +
				"says. A document of several prospects may have good and bad ones; it is refused as a whole only where none of them can be read.",
		}, hook{d}.receive)
	},
	Uses: app.Uses{Table: app.Read | app.Put | app.Load, Sends: app.Topics(Alert, CareTopic)},
}

// taken are the media types with the forms that have a schema.
func taken() map[string]any {
	forms := map[string]any{"application/json": enquiry.Enquiry{}}
	for _, media := range enquiry.Media {
		forms[media] = nil
	}
	return forms
}

type hook struct{ app.Deps }

// LeadDocument is what a provider sends.
type LeadDocument struct {
	Token string `path:"token" maxLength:"200"`
	web.Content
}

// receipts of a document. Which leads they became is not the provider's business, nor whether the customer was known.
type accepted struct {
	Received int               `json:"received" doc:"How many leads are durable now."`
	Refused  []enquiry.Refusal `json:"refused" doc:"Those that are no lead, and why."`
}

func (h hook) receive(ctx context.Context, in *LeadDocument) (*web.Reply[accepted], error) {
	co, connection, err := company.ByLeadHook(ctx, h.Deps, in.Token)
	if err != nil {
		return nil, err
	}
	options, err := h.options(ctx, co, connection)
	if err != nil {
		return nil, err
	}
	document, err := enquiry.Parse(in.MediaType, in.RawBody, options)
	if err != nil {
		return nil, err
	}
	if len(document.Enquiries) == 0 {
		return nil, none(document.Refused)
	}
	for _, e := range document.Enquiries {
		captured, err := Capture(ctx, h.Deps, co, e, Place{Yards: connection.Yards})
		if err != nil {
			return nil, err // those before it are durable, and known when the document is sent again
		}
		h.Log.InfoContext(ctx, "electronic lead", "company", co.ID(), "connection", connection.ID, "lead", captured.Lead.ID, "outcome", captured.Outcome)
	}
	return web.OK(accepted{len(document.Enquiries), append([]enquiry.Refusal{}, document.Refused...)}), nil
}

// options say for whom the connection's leads are read.
func (h hook) options(ctx context.Context, co ident.Company, connection company.Connection) (enquiry.Options, error) {
	profile, err := company.Load(ctx, h.Deps, co)
	if err != nil {
		return enquiry.Options{}, err
	}
	o := enquiry.Options{Country: profile.Country, Provider: connection.Name, Now: h.Now()}
	if zone, err := time.LoadLocation(profile.TimeZone); err == nil {
		o.Zone = zone
	}
	yard, err := company.LoadYard(ctx, h.Deps, co, connection.Yards[0])
	if err != nil && !errs.Is(err, errs.NotFound) {
		return enquiry.Options{}, err
	}
	o.State = yard.Value.State
	return o, nil
}

// none is the answer to a document without a single lead.
func none(refused []enquiry.Refusal) error {
	broken := make([]errs.Violation, len(refused))
	for i, r := range refused {
		broken[i] = errs.Violation{Location: "body.prospect[" + strconv.Itoa(r.Prospect-1) + "]", Message: r.Reason}
	}
	return errs.Violate(broken...)
}
