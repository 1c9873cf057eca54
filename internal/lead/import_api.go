package lead

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/sheet"
	"github.com/winback-auto/winback/internal/platform/web"
)

func (a api) importRoutes(h huma.API) {
	web.Post(h, "/v1/leads/import", web.Can(access.LeadWrite), web.Route{
		ID: "importLeads", Tag: tag, MaxFile: sheet.MaxBytes, Summary: "Take in leads from a CSV file; nobody is alerted.",
		Description: "At most 1,000 rows. A row needs an e-mail address or a mobile number of its customer, and a name or company. A row about the " +
			"same customer and vehicle as an open lead joins it. Every row is accounted for, a bad one spoils no other, and to send the file " +
			"again changes nothing: rows are known by their reference, or else by what they say.",
	}, a.importLeads)
	web.Get(h, "/v1/leads/template.csv", web.Can(access.LeadWrite), web.Route{
		ID: "getLeadTemplate", Tag: tag, Summary: "The header line of a file for the import.",
	}, a.importTemplate)
}

type importInput struct {
	Yard string `query:"yard" maxLength:"64" doc:"Default: the caller's first."`
	web.Upload
}

// importLeads takes a file in; only a form says nothing about the encoding, so only there it is found out.
func (a api) importLeads(ctx context.Context, in *importInput) (*web.Reply[imported], error) {
	file, err := in.File()
	if err != nil {
		return nil, err
	}
	done, err := importLeads(ctx, a.Deps, access.From(ctx), in.Yard, file.Body, file.MediaType != in.MediaType)
	if err != nil {
		return nil, err
	}
	return web.OK(done), nil
}

// csvFile is a file to download.
type csvFile struct {
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Body        []byte
}

func (a api) importTemplate(context.Context, *struct{}) (*csvFile, error) {
	return &csvFile{"text/csv; charset=utf-8", `attachment; filename="leads.csv"`, []byte(importFormat.Template())}, nil
}
