package company

import (
	"context"
	"time"

	"github.com/winback-auto/winback/internal/partner"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
)

// Trial is what a test of a connection found out.
type Trial struct {
	Reached     bool      `json:"reached" doc:"The partner answered and accepts the key."`
	PushArrived bool      `json:"pushArrived" doc:"The partner's test push came back to us."`
	Problem     string    `json:"problem,omitempty" doc:"What went wrong, and what to do about it."`
	LastPingAt  time.Time `json:"lastPingAt,omitzero" doc:"When a test push arrived last; one that is slow still shows here and at the connection later."`
}

// How long a trial waits for the push, on the wall clock: partners push within a second or, when busy, much later.
const (
	pushPatience = 3 * time.Second
	pushLook     = 200 * time.Millisecond
)

// Try tests a connection in both directions: it asks the partner for a test push and waits a moment for it. A connection
// without a confirmed address is registered first. A partner that answers is called for everyday work again, too.
func Try(ctx context.Context, d app.Deps, dial partner.Dial, company ident.Company, id ConnectionID) (Trial, error) {
	connection, err := LoadConnection(ctx, d, company, id)
	if err != nil {
		return Trial{}, err
	}
	if connection.Value.API == Leads {
		return Trial{}, errs.E(errs.Conflict, "there is no partner behind a leads connection; send a lead to its address")
	}
	watcher, err := Watcher(ctx, d, dial, company, connection.Value)
	if err != nil {
		return Trial{}, err
	}
	before, err := lastPing(ctx, d, company, id)
	if err != nil {
		return Trial{}, err
	}
	if err := askForPush(ctx, d, watcher, company, id); err != nil {
		if errs.Is(err, errs.Internal) {
			return Trial{}, err
		}
		return Trial{Problem: errs.Text(err), LastPingAt: before}, nil
	}
	if err := mended(ctx, d, company, id); err != nil {
		return Trial{}, err
	}
	return awaitPush(ctx, d, company, id, before)
}

// askForPush makes the partner push to the current address. An address that the partner no longer knows is replaced.
func askForPush(ctx context.Context, d app.Deps, watcher partner.Watcher, company ident.Company, id ConnectionID) error {
	registration, err := LoadRegistration(ctx, d, company, id)
	if err != nil {
		return err
	}
	if hook, ok := registration.current(); ok {
		if err := watcher.Ping(ctx, hook.Ref); !errs.Is(err, errs.NotFound) {
			return err
		}
	}
	if err := register(ctx, d, watcher, company, id); err != nil {
		return err
	}
	if registration, err = LoadRegistration(ctx, d, company, id); err != nil {
		return err
	}
	hook, _ := registration.current()
	return watcher.Ping(ctx, hook.Ref)
}

// awaitPush looks for a test push newer than the last one.
func awaitPush(ctx context.Context, d app.Deps, company ident.Company, id ConnectionID, before time.Time) (Trial, error) {
	patience := time.NewTimer(pushPatience)
	defer patience.Stop()
	look := time.NewTicker(pushLook)
	defer look.Stop()
	for {
		at, err := lastPing(ctx, d, company, id)
		if err != nil {
			return Trial{}, err
		}
		if at.After(before) {
			return Trial{Reached: true, PushArrived: true, LastPingAt: at}, nil
		}
		select {
		case <-look.C:
		case <-patience.C:
			return Trial{Reached: true, LastPingAt: before, Problem: "the partner answered, but its test push has not arrived yet; look at the connection again in a minute"}, nil
		case <-ctx.Done():
			return Trial{}, ctx.Err()
		}
	}
}
