package recapture

import (
	"context"

	"github.com/winback-auto/winback/internal/company"
	"github.com/winback-auto/winback/internal/partner"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
)

// watcherOf is the partner as a connection reaches it. One that was removed since is Gone: nothing goes on over it, ever.
func watcherOf(ctx context.Context, d app.Deps, dial partner.Dial, co ident.Company, id company.ConnectionID) (partner.Watcher, error) {
	connection, err := company.LoadConnection(ctx, d, co, id)
	if errs.Is(err, errs.NotFound) {
		return nil, errs.E(errs.Gone, "the connection to the partner was removed; set up another and submit the vehicles again")
	}
	if err != nil {
		return nil, err
	}
	return company.Watcher(ctx, d, dial, co, connection.Value)
}
