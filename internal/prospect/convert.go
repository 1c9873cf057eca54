package prospect

import (
	"context"
	"strings"

	"github.com/winback-auto/winback/internal/company"
	"github.com/winback-auto/winback/internal/customer"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
)

// Conversion is a prospect on its way to become a lead.
type Conversion struct {
	Prospect Prospect
	Lead     string // id that the lead is to have
	Source   string // the system source of its activity
	Type     string
	Notes    string
}

// MakeLead files the lead that a prospect becomes, in one transaction with the ops that commit adds. Feature lead does.
type MakeLead func(ctx context.Context, d app.Deps, caller access.Caller, c Conversion, commit Commit) error

// turn is what the user adds when a prospect becomes a lead.
type turn struct {
	Type  string `json:"type,omitempty" maxLength:"100" doc:"Of the lead."`
	Notes string `json:"notes,omitempty" maxLength:"1000" doc:"Of the lead; default: the prospect's."`
}

// convert turns a prospect into a lead (P34) with the source Prospecting, or the one that the company has for the activity
// (P37, C20). Lead and completed prospect (P35) are one write: of any number of users at the same time one converts it.
// The lead's id follows from the prospect's, so a prospect becomes one lead whatever happens.
func convert(ctx context.Context, d app.Deps, caller access.Caller, id ID, makeLead MakeLead, t turn) (Prospect, error) {
	settings, err := company.LoadProspectSettings(ctx, d, caller.Company)
	if err != nil {
		return Prospect{}, err
	}
	return change(ctx, d, caller, id, func(p *Prospect) (Commit, error) {
		before := *p
		if err := p.Complete(caller.User, "", d.Now().UTC()); err != nil {
			return nil, err
		}
		c := Conversion{
			Prospect: before, Lead: leadOf(caller, id), Source: settings.Value.SourceOf(before.Activity), Type: strings.TrimSpace(t.Type), Notes: strings.TrimSpace(t.Notes),
		}
		if c.Notes == "" {
			c.Notes = before.Notes
		}
		p.ConvertedLead = c.Lead
		write := with(d.Commit, customer.Activity(caller.Company, p.Customer, p.CompletedAt, "prospect", string(id), "Prospect became a lead"))
		return func(ctx context.Context, ops ...table.Op) error {
			return makeLead(ctx, d, caller, c, with(write, ops...))
		}, nil
	})
}

// leadOf is the id of the lead that a prospect becomes.
func leadOf(caller access.Caller, id ID) string {
	return ident.Of("lead of prospect", caller.Company.ID(), string(id))
}
