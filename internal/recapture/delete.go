package recapture

import (
	"context"

	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
)

// remove ends a watch for a user (R45). The same write promises to end it at the partner; where the partner does not know
// the vehicle yet, it is not uploaded, or removed as soon as the partner names it. Removing what has ended changes nothing.
func remove(ctx context.Context, d app.Deps, caller access.Caller, id ID) error {
	works := func(yard string) bool { return caller.In(yard, access.RecaptureWork) }
	if _, err := load(ctx, d.Table, caller.Company, id, works); err != nil {
		return err
	}
	_, err := revise(ctx, d, caller.Company, id, func(r *Recapture) bool {
		return works(r.Yard) && r.ends(d.Now(), ByUser, caller.User)
	})
	return err
}
