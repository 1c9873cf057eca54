// Package functions is the catalogue of what runs: one folder for each Lambda, local, which is all of them in one process,
// and operate, the commands of those who run an installation in AWS.
package functions

import (
	"github.com/winback-auto/winback/internal/appraisal"
	"github.com/winback-auto/winback/internal/company"
	"github.com/winback-auto/winback/internal/customer"
	"github.com/winback-auto/winback/internal/dms"
	"github.com/winback-auto/winback/internal/docs"
	"github.com/winback-auto/winback/internal/group"
	"github.com/winback-auto/winback/internal/lead"
	"github.com/winback-auto/winback/internal/lead/alert"
	"github.com/winback-auto/winback/internal/lead/letter"
	"github.com/winback-auto/winback/internal/lead/rule"
	"github.com/winback-auto/winback/internal/notify"
	"github.com/winback-auto/winback/internal/partner"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/webhook"
	"github.com/winback-auto/winback/internal/prospect"
	"github.com/winback-auto/winback/internal/recapture"
	"github.com/winback-auto/winback/internal/response"
)

// All lists every function. The partner is the caller's choice: AutoGrab, or its simulator. Webhooks go to strangers on the
// public internet, unless options say otherwise.
func All(dial partner.Dial, value partner.DialValuer, parse partner.Parse, to ...webhook.Options) []app.Function {
	hooks := webhook.New(append(to, webhook.Options{})[0])
	return []app.Function{
		appraisal.API(recapture.WatchingInRole),
		appraisal.Valuations(value),
		company.API(dial),
		customer.API,
		dms.API(hooks),
		dms.Deliverer(hooks),
		dms.Publisher,
		docs.API,
		group.API,
		lead.API(recapture.Watching),
		lead.Care,
		alert.Pages,
		alert.Sender,
		letter.Receiver,
		lead.Webhook,
		rule.API,
		notify.API,
		notify.Digester,
		notify.MailEvent,
		notify.MailSend,
		notify.Sender,
		notify.TextEvent,
		notify.TextSend,
		app.Sweep,
		prospect.API(lead.OfProspect, lead.CareTopic),
		recapture.API,
		recapture.End,
		recapture.Poll(dial),
		recapture.Remove(dial),
		recapture.Submit(dial),
		recapture.Compare(dial),
		recapture.Reconcile,
		recapture.Verify(dial),
		recapture.Webhook(parse),
		response.API,
	}
}
