package prospect

import (
	"context"

	"github.com/winback-auto/winback/internal/customer"
	"github.com/winback-auto/winback/internal/group"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/table"
)

// completion is what the user says when the work is done.
type completion struct {
	Notes string   `json:"notes,omitempty" maxLength:"1000"`
	Group group.ID `json:"group,omitempty" maxLength:"64" doc:"Adds the customer to it, for later communication."`
}

// complete marks a prospect as done (P28, P29), with notes (P31), and adds the customer to a group (P30), in one transaction; it
// leaves the pending ones (P32). Of two users who do so at the same time one is told that it is done already.
func complete(ctx context.Context, d app.Deps, caller access.Caller, id ID, c completion) (Prospect, error) {
	return change(ctx, d, caller, id, func(p *Prospect) (Commit, error) {
		if err := p.Complete(caller.User, c.Notes, d.Now().UTC()); err != nil {
			return nil, err
		}
		ops := []table.Op{customer.Activity(caller.Company, p.Customer, p.CompletedAt, "prospect", string(id), "Prospect completed")}
		if c.Group != "" {
			joined, err := group.Join(ctx, d, caller.Company, c.Group, p.Customer, caller.User)
			if errs.Is(err, errs.NotFound) {
				return nil, errs.Violate(errs.Violation{Location: "body.group", Message: "is no group of your company"})
			}
			if err != nil {
				return nil, err
			}
			p.Group, ops = c.Group, append(ops, joined...)
		}
		return with(d.Commit, ops...), nil
	})
}
