package recapture

import (
	"github.com/danielgtaylor/huma/v2"

	"github.com/winback-auto/winback/internal/lead"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/web"
	"github.com/winback-auto/winback/internal/prospect"
	"github.com/winback-auto/winback/internal/recapture/intake"
)

// API is the dashboard and everything that users do with recaptures.
var API = app.Function{
	Name:    "recapture-api",
	Doc:     "Customer recapture: submit vehicles, see what was sighted, make leads and prospects of it.",
	HTTP:    routes,
	Uses:    app.Uses{Table: app.Read | app.Put | app.Delete | app.Add | app.Load, Sends: app.Topics(SubmitTopic, RemoveTopic, lead.CareTopic, prospect.Publish), Links: true},
	Memory:  1024,
	Timeout: app.DefaultTimeout,
}

// api holds the handlers of the routes.
type api struct{ app.Deps }

const tag = "Recapture"

func routes(h huma.API, d app.Deps) {
	a := api{d}
	web.Post(h, "/v1/recaptures", web.Can(access.RecaptureCheck), web.Route{
		ID: "checkRecaptures", Tag: tag, Status: 202, Idempotent: true,
		Summary:     "Submit vehicles of leads or appraisals, or vehicles given here.",
		Description: "Everything accepted is queued durably. A vehicle that is watched already gains the lead or appraisal as a further source.",
	}, a.check)
	web.Get(h, "/v1/recaptures/template.csv", web.Can(access.RecaptureCheck), web.Route{
		ID: "recaptureTemplate", Tag: tag, Summary: "The header line of a list to upload.",
	}, a.template)
	web.Post(h, "/v1/recaptures/uploads", web.Can(access.RecaptureCheck), web.Route{
		ID: "uploadRecaptures", Tag: tag, Status: 202, MaxFile: intake.MaxBytes, Idempotent: true,
		Summary:     "Upload a list of vehicles.",
		Description: "As text/csv in UTF-8, or as the field file of a multipart form in any encoding; at most 50,000 rows and 4,500,000 bytes, above 413. Every row is accepted, a duplicate, or rejected with line, column and reason. With preview nothing is stored: show the answer, and upload the same file without it when the user confirms.",
	}, a.upload)
	web.Get(h, "/v1/recapture-batches/{id}", web.Can(access.RecaptureCheck), web.Route{
		ID: "recaptureBatch", Tag: tag, Summary: "How far a submission is: how many of how many.",
	}, a.batch)
	web.Get(h, "/v1/recapture-batches/{id}/rejected", web.Can(access.RecaptureCheck), web.Route{
		ID: "recaptureBatchRejected", Tag: tag, Summary: "The rows of an uploaded list that were rejected, page by page.",
	}, a.rejected)
	web.Get(h, "/v1/recapture-batches/{id}/rejected.csv", web.Can(access.RecaptureCheck), web.Route{
		ID: "exportRejected", Tag: tag, Summary: "The rejected rows as a file: line, column and reason.",
		Description: "Where more rows follow, Link leads to them.",
	}, a.exportRejected)
	web.Get(h, "/v1/recaptures", web.Can(access.RecaptureRead), web.Route{
		ID: "listRecaptures", Tag: tag, Summary: "The dashboard, newest activity first.",
		Description: "Filters combine. What the caller's yards do not cover is left out.",
	}, a.list)
	web.Get(h, "/v1/recaptures/export.csv", web.Can(access.RecaptureRead), web.Route{
		ID: "exportRecaptures", Tag: tag, Summary: "The dashboard as a file, newest activity first.",
		Description: "The filters are those of the dashboard. The columns begin with those of the template, so that the file can be uploaded again. A cell that a spreadsheet would take for a formula has an apostrophe in front, which uploads take off again. A file has at most 5,000 rows and may have fewer, even none; where more follow, Link leads to them.",
	}, a.export)
	web.Get(h, "/v1/recaptures/summary", web.Can(access.RecaptureRead), web.Route{
		ID: "recaptureSummary", Tag: tag, Summary: "How many recaptures and how many of them were sighted, in the caller's yards.",
	}, a.summary)
	web.Get(h, "/v1/recaptures/users", web.Can(access.RecaptureRead), web.Route{
		ID: "recaptureUsers", Tag: tag, Summary: "The users for the user filter: those in Manage Leads and in the recapture role.",
	}, a.users)
	web.Get(h, "/v1/recaptures/{id}", web.Can(access.RecaptureRead), web.Route{
		ID: "getRecapture", Tag: tag, Summary: "A recapture with its sightings, its sources and what was made of it.",
	}, a.get)
	web.Post(h, "/v1/recaptures/{id}/open", web.Can(access.RecaptureWork), web.Route{
		ID: "openRecapture", Tag: tag, Summary: "Look at a new sighting: its status is active again.",
	}, a.open)
	web.Post(h, "/v1/recaptures/{id}/dismiss", web.Can(access.RecaptureWork), web.Route{
		ID: "dismissRecapture", Tag: tag, Summary: "Put a new sighting aside: its status is active again.",
	}, a.open)
	web.Delete(h, "/v1/recaptures/{id}", web.Can(access.RecaptureWork), web.Route{
		ID: "deleteRecapture", Tag: tag, Summary: "End a watch, here and at the partner.",
		Description: "Its status is deleted at once; the partner is told as soon as it can be. Deleting it again changes nothing. A vehicle that is submitted again begins anew.",
	}, a.remove)
	web.Post(h, "/v1/recaptures/{id}/leads", web.Can(access.RecaptureMake), web.Route{
		ID: "makeLeadOfRecapture", Tag: tag, Status: 201, Idempotent: true, Summary: "Make a lead of a sighting, with the customer filled in.",
	}, a.makeLead)
	web.Post(h, "/v1/recaptures/{id}/prospects", web.Can(access.RecaptureMake), web.Route{
		ID: "makeProspectOfRecapture", Tag: tag, Status: 201, Idempotent: true, Summary: "Make prospect activity of a sighting, with the customer filled in.",
	}, a.makeProspect)
	a.notOursRoutes(h)
	a.retryRoutes(h)
}
