package prospect

import (
	"context"

	"github.com/winback-auto/winback/internal/customer"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
)

// completion is what the user says when the work is done (P31).
type completion struct {
	Notes string `json:"notes,omitempty" maxLength:"1000"`
}

// complete marks a prospect as done (P28, P29); it leaves the pending ones (P32). Of two users who do so at the same time
// one is told that it is done already.
func complete(ctx context.Context, d app.Deps, caller access.Caller, id ID, c completion) (Prospect, error) {
	record, err := visible(ctx, d, caller, id, access.ProspectWrite)
	if err != nil {
		return Prospect{}, err
	}
	before := record.Value
	if err := record.Value.Complete(caller.User, c.Notes, d.Now().UTC()); err != nil {
		return Prospect{}, err
	}
	done := record.Value
	err = board.Write(ctx, d.Table, caller.Company, &before, &done, func(ctx context.Context) error {
		return d.Commit(ctx, prospects.Update(record),
			customer.Activity(caller.Company, done.Customer, done.CompletedAt, "prospect", string(id), "Prospect completed"))
	})
	if err != nil {
		return Prospect{}, err
	}
	return done, nil
}
