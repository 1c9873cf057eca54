package appraisal

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"github.com/winback-auto/winback/internal/partner"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/web"
)

// Valuations is the function that has cars valued by the partner. It is apart from API because it alone opens the partner's
// key and calls out.
func Valuations(dial partner.DialValuer) app.Function {
	return app.Function{
		Name: "valuation-api",
		Doc:  "Appraisals: what the partner takes a car to be worth.",
		HTTP: func(h huma.API, d app.Deps) {
			web.Post(h, "/v1/appraisals/{id}/valuation", web.Can(access.AppraisalValue), web.Route{
				ID: "valueAppraisal", Tag: tag, Idempotent: true, Summary: "Ask the partner what the appraised car is worth today.",
				Description: "The yard needs an AutoGrab connection, and the appraisal a vehicle that is identified and an odometer; 409 says what is missing. The answer stays with the appraisal until the next one; the appraisal's own value does not change.",
			}, func(ctx context.Context, in *valueInput) (*web.Reply[Appraisal], error) {
				valued, err := value(ctx, d, dial, access.From(ctx), in.ID, in.Body.Condition)
				if err != nil {
					return nil, err
				}
				return web.OK(valued), nil
			})
		},
		Uses: app.Uses{Table: app.Get | app.Query | app.Put, Secrets: app.Open, Partner: true},
	}
}

type valueInput struct {
	ID   ID `path:"id" maxLength:"64"`
	Body struct {
		Condition int `json:"condition" minimum:"1" maximum:"5" doc:"How well the car is kept: from 1, the worst, to 5."`
	}
}
