package prospect

import (
	"context"

	"github.com/winback-auto/winback/internal/customer"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/response"
)

// Ready is a standard response with the record's words filled in: a mail or text message to send (P26), or a call script
// to read (P25).
type Ready struct {
	ID      response.ID      `json:"id"`
	Name    string           `json:"name"`
	Channel response.Channel `json:"channel" enum:"email,sms,call_script"`
	Default bool             `json:"default"`
	response.Filled
}

// responses are the company's standard responses of a channel, or all, about a prospect.
func responses(ctx context.Context, d app.Deps, caller access.Caller, id ID, channel response.Channel) ([]Ready, error) {
	record, err := visible(ctx, d, caller, id, access.ProspectRead)
	if err != nil {
		return nil, err
	}
	about, err := record.Value.about(ctx, d, caller)
	if err != nil {
		return nil, err
	}
	templates, err := response.All(ctx, d, caller.Company)
	if err != nil {
		return nil, err
	}
	preferred, err := response.Preferred(ctx, d, caller.Company, caller.User)
	if err != nil {
		return nil, err
	}
	var all []Ready
	for _, t := range templates {
		if channel == "" || t.Channel == channel {
			all = append(all, Ready{t.ID, t.Name, t.Channel, preferred[t.Channel] == t.ID, t.Fill(about)})
		}
	}
	return all, nil
}

// Preview is what a message would say, and whether it may go.
type Preview struct {
	response.Filled
	customer.Reach
}

// preview fills in a message without sending it.
func preview(ctx context.Context, d app.Deps, caller access.Caller, id ID, out outgoing) (Preview, error) {
	record, err := visible(ctx, d, caller, id, access.ProspectRead)
	if err != nil {
		return Preview{}, err
	}
	ready, err := prepare(ctx, d, caller, record.Value, out)
	return Preview{ready.Filled, ready.reach}, err
}
