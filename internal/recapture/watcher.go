package recapture

import (
	"context"

	"github.com/winback-auto/winback/internal/company"
	"github.com/winback-auto/winback/internal/partner"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
)

// watcherOf is the partner as a connection reaches it; while the partner fails, calls are held back. A connection that was
// removed since is Gone: nothing goes on over it, ever.
func watcherOf(ctx context.Context, d app.Deps, dial partner.Dial, co ident.Company, id company.ConnectionID) (*company.Line, error) {
	line, err := company.Reach(ctx, d, dial, co, id)
	if errs.Is(err, errs.NotFound) {
		return nil, errs.E(errs.Gone, "the connection to the partner was removed; set up another and submit the vehicles again")
	}
	return line, err
}
