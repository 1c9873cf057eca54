package company

import (
	"context"
	"slices"
	"time"

	"github.com/winback-auto/winback/internal/partner"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
)

// Registration is what makes the partner push to us for a connection. Registering is a call that may take effect although
// its answer is lost, so the address is valid before the partner hears of it: first the hook with its door is written,
// then the partner is called, then its answer is recorded. After a crash or a lost answer the state says that the end is
// missing, pushes that come nevertheless are let in, and the next test or rotation registers a new address.
type Registration struct {
	State   State  `json:"state"`
	Problem string `json:"problem,omitempty"` // why the last attempt failed, for the administrator
	Hooks   []Hook `json:"hooks,omitempty"`   // oldest first, at most maxHooks
}

// State is how far a registration is.
type State string

// The states of a registration.
const (
	Registering State = "registering" // the partner has not confirmed an address yet
	Active      State = "active"      // the partner pushes
	Refused     State = "refused"     // the partner does not accept the key
)

// Hook is one address that the partner was given.
type Hook struct {
	Hash  string    `json:"hash"`           // of the token
	Ref   string    `json:"ref,omitempty"`  // the partner's id; empty: its answer never came
	Until time.Time `json:"until,omitzero"` // let in until then; zero: open end
}

const (
	// oldTokenLife is how long an address is let in after another one took its place.
	oldTokenLife = 24 * time.Hour
	maxHooks     = 8
)

// current is the hook that the partner pushes to.
func (r Registration) current() (Hook, bool) {
	for _, hook := range slices.Backward(r.Hooks) {
		if hook.Ref != "" && hook.Until.IsZero() {
			return hook, true
		}
	}
	return Hook{}, false
}

// opened adds an address that is about to be registered. Where there are too many, one gives way: the oldest that the
// partner never confirmed, else the oldest that was replaced; never the one that counts.
func (r Registration) opened(hash string, now time.Time) (next Registration, dropped []Hook) {
	next = r
	next.Hooks = nil
	for _, hook := range r.Hooks {
		if hook.Until.IsZero() || hook.Until.After(now) {
			next.Hooks = append(next.Hooks, hook)
		} else {
			dropped = append(dropped, hook)
		}
	}
	counts, active := r.current()
	for len(next.Hooks) >= maxHooks {
		i := slices.IndexFunc(next.Hooks, func(h Hook) bool { return h.Ref == "" })
		if i < 0 {
			i = slices.IndexFunc(next.Hooks, func(h Hook) bool { return h.Hash != counts.Hash })
		}
		dropped = append(dropped, next.Hooks[i])
		next.Hooks = slices.Delete(next.Hooks, i, i+1)
	}
	next.Hooks = append(next.Hooks, Hook{Hash: hash})
	if !active {
		next.State = Registering
	}
	return next, dropped
}

// confirmed makes the address with the hash the one that counts; all others end within oldTokenLife.
func (r Registration) confirmed(hash, ref string, now time.Time) Registration {
	next := Registration{State: Active, Hooks: slices.Clone(r.Hooks)}
	for i := range next.Hooks {
		hook := &next.Hooks[i]
		switch {
		case hook.Hash == hash:
			hook.Ref, hook.Until = ref, time.Time{}
		case hook.Until.IsZero():
			hook.Until = now.Add(oldTokenLife).UTC()
		}
	}
	return next
}

// failed records why the address with the hash was not confirmed. A refusal closes it; after anything else the partner may
// have taken it nevertheless.
func (r Registration) failed(hash string, cause error) Registration {
	next := r
	next.Problem = errs.Text(cause)
	if !refusal(cause) {
		return next
	}
	next.Hooks = slices.DeleteFunc(slices.Clone(r.Hooks), func(h Hook) bool { return h.Hash == hash })
	if _, ok := next.current(); !ok {
		next.State = Refused
	}
	return next
}

// refusal reports whether the partner said no, for good.
func refusal(err error) bool {
	return errs.Is(err, errs.Forbidden) || errs.Is(err, errs.Invalid) || errs.Is(err, errs.NotFound)
}

// Ours is a partner's error as an answer of ours: its refusal is a state to be mended, not the caller's missing role, and its
// being busy is not the caller's.
func Ours(err error) error {
	switch {
	case refusal(err):
		return errs.E(errs.Conflict, "%s", errs.Text(err))
	case errs.Is(err, errs.TooMany):
		return errs.Later(errs.Unavailable, errs.RetryAfter(err), "%s", errs.Text(err))
	}
	return err
}

// register gives the partner a new address for the connection. The error is the partner's; the registration tells of it.
func register(ctx context.Context, d app.Deps, watcher partner.Watcher, company ident.Company, id ConnectionID) error {
	token, hash := newToken()
	_, err := amend(ctx, d, company, id, func(r Registration) (Registration, []table.Op) {
		next, dropped := r.opened(hash, d.Now())
		return next, append(closed(dropped), opensDoor(hash, company, id))
	})
	if err != nil {
		return err
	}
	return conclude(ctx, d, watcher, company, id, token, hash)
}

// conclude calls the partner for an address that is let in already, and records the answer.
func conclude(ctx context.Context, d app.Deps, watcher partner.Watcher, company ident.Company, id ConnectionID, token, hash string) error {
	ref, cause := watcher.Register(ctx, "winback "+string(id), d.Site.BaseURL+HookPath+token)
	after, err := amend(ctx, d, company, id, func(r Registration) (Registration, []table.Op) {
		if cause != nil {
			next := r.failed(hash, cause)
			if refusal(cause) {
				return next, []table.Op{table.Removal(hookKey(hash))}
			}
			return next, nil
		}
		next := r.confirmed(hash, ref, d.Now())
		var doors []table.Op
		for _, hook := range next.Hooks {
			if hook.Until.After(d.Now()) {
				doors = append(doors, opensDoor(hook.Hash, company, id).Until(hook.Until))
			}
		}
		return next, doors
	})
	switch {
	case err != nil && cause == nil:
		// Nobody would ever end what was not written down.
		if orphan := watcher.Unregister(ctx, ref); orphan != nil {
			d.Log.WarnContext(ctx, "a registration stays with the partner", "connection", id, "error", orphan)
		}
		return err
	case err != nil:
		return err
	case cause != nil:
		return cause
	}
	retire(ctx, d, watcher, id, after)
	return nil
}

// retire ends the partner's pushes to addresses that were replaced. One that it does not end goes on until our door closes.
func retire(ctx context.Context, d app.Deps, watcher partner.Watcher, id ConnectionID, r Registration) {
	for _, hook := range r.Hooks {
		if hook.Ref == "" || hook.Until.IsZero() {
			continue
		}
		if err := watcher.Unregister(ctx, hook.Ref); err != nil {
			d.Log.WarnContext(ctx, "an old registration stays with the partner", "connection", id, "error", err)
		}
	}
}

// amend changes a connection's registration together with the doors to it, again where somebody else was quicker.
func amend(ctx context.Context, d app.Deps, company ident.Company, id ConnectionID, edit func(Registration) (Registration, []table.Op)) (after Registration, err error) {
	const attempts = 5
	for range attempts {
		record, err := registrations.Get(ctx, d.Table, registrationKey(company, id))
		if err != nil {
			return after, named(err, "connection")
		}
		next, doors := edit(record.Value)
		record.Value = next
		err = d.Table.Write(ctx, append(doors, registrations.Update(record), visited(company, id))...)
		if !errs.Is(err, errs.Conflict) {
			return next, err
		}
	}
	return after, errs.E(errs.Conflict, "the connection is being registered by somebody else; try again")
}

func opensDoor(hash string, company ident.Company, id ConnectionID) table.Op {
	return hooks.Overwrite(hookKey(hash), hookDoor{Company: company.ID(), Connection: id})
}

func closed(dropped []Hook) []table.Op {
	ops := make([]table.Op, 0, len(dropped)+1)
	for _, hook := range dropped {
		ops = append(ops, table.Removal(hookKey(hook.Hash)))
	}
	return ops
}

// LoadRegistration is the registration of a connection, or a NotFound error.
func LoadRegistration(ctx context.Context, d app.Deps, company ident.Company, id ConnectionID) (Registration, error) {
	record, err := registrations.Get(ctx, d.Table, registrationKey(company, id))
	return record.Value, named(err, "connection")
}
