package lead

import (
	"context"

	"github.com/winback-auto/winback/internal/company"
	"github.com/winback-auto/winback/internal/lead/rule"
	"github.com/winback-auto/winback/internal/phone"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/platform/text"
)

// ways are how a new owner is told of a lead beside the list in the application, which always has it (C17).
type ways struct {
	noMail bool
	text   []table.Op // of a text message
}

// waysTo asks lead management how a user is told that a lead is theirs now (L13): the rule for such leads allows ways, and
// the user's own settings may switch one off.
func waysTo(ctx context.Context, d app.Deps, co ident.Company, l Lead, id access.UserID) (ways, error) {
	r, _, err := rule.For(ctx, d, co, l.RuleFacts())
	if err != nil {
		return ways{}, err
	}
	user, err := d.Access.User(ctx, co, id)
	if err != nil && !errs.Is(err, errs.NotFound) {
		return ways{}, err
	}
	w := ways{noMail: !r.Allows(rule.Email)}
	w.text, err = TextTo(ctx, d, co, r, user, ident.Of("lead allocated text", co.ID(), string(l.ID), d.NewID()), "New lead for you: "+l.subject())
	return w, err
}

// textKind is the kind of text messages to users about leads.
const textKind = "lead-alert"

// TextTo makes the write of a text message to a user, where rule and user allow one and the user has a number that takes it.
func TextTo(ctx context.Context, d app.Deps, co ident.Company, r rule.Rule, user access.User, sendID, body string) ([]table.Op, error) {
	if !r.Allows(rule.SMS) || !user.Notify.SMS || user.Disabled {
		return nil, nil
	}
	profile, err := company.Load(ctx, d, co)
	if err != nil {
		return nil, err
	}
	number, ok := phone.Parse(user.Mobile, profile.Country)
	if !ok || !number.Texts() {
		return nil, nil
	}
	op, err := text.Plan(co, text.Note{SendID: sendID, Kind: textKind, Reader: string(user.ID), To: number.E164, Body: cut(body, maxText)}, d.Now())
	return []table.Op{op}, err
}

// maxText keeps a text message to a user within two parts, in characters.
const maxText = 130
