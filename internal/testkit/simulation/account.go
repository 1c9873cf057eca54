package simulation

import (
	"context"
	"maps"
	"slices"

	"github.com/winback-auto/winback/internal/partner"
	"github.com/winback-auto/winback/internal/platform/errs"
)

// accountPort is an account as an instance reaches it; without an instance nothing fails.
type accountPort struct {
	on *instance
	*Account
}

var _ partner.Watcher = accountPort{}

func (i *instance) dial(a partner.Account) partner.Watcher {
	return accountPort{i, i.world.Partner.account(a.Key)}
}

// Dial opens accounts for one who is never failed.
func (p *Partner) Dial(a partner.Account) partner.Watcher { return accountPort{nil, p.account(a.Key)} }

// askFault is that of a question.
func askFault(d Dice) verdict {
	if d.IntN(2) == 0 {
		return busyFault(d)
	}
	return verdict{err: errs.E(errs.Unavailable, "no answer in time")}
}

// orderFault is that of a call that is not safe to repeat.
func orderFault(d Dice) verdict {
	if d.IntN(3) == 0 {
		return busyFault(d)
	}
	return verdict{d.IntN(2) == 0, errs.E(errs.Unavailable, "no answer in time: %w", partner.ErrAmbiguous)}
}

// asked makes a call, as far as the dice let it have its effect.
func asked[T any](p accountPort, name string, odds float64, fault func(Dice) verdict, do func() (T, error)) (answer T, err error) {
	v := verdict{apply: true}
	if p.on != nil {
		v = p.on.askAt(odds, "partner "+p.Key[len(p.Key)-4:]+" "+name, fault)
	}
	if v.apply {
		answer, err = do()
	}
	if v.err != nil {
		var none T
		return none, v.err
	}
	return answer, err
}

func stranger() error { return errs.E(errs.NotFound, "the partner does not know it") }

// Upload implements partner.Watcher.
func (p accountPort) Upload(_ context.Context, upload partner.Upload) (string, error) {
	return asked(p, "upload "+upload.Name, p.partner.world.Odds.Lost, orderFault, func() (string, error) {
		return p.take(upload), nil
	})
}

// Find implements partner.Watcher.
func (p accountPort) Find(_ context.Context, name string) (string, error) {
	return asked(p, "find "+name, 0, askFault, func() (string, error) {
		if receipt, ok := p.names[name]; ok {
			return receipt, nil
		}
		return "", stranger()
	})
}

// Progress implements partner.Watcher.
func (p accountPort) Progress(_ context.Context, receipt string) (partner.Progress, error) {
	return asked(p, "progress "+receipt, 0, askFault, func() (partner.Progress, error) {
		l, ok := p.lists[receipt]
		if !ok {
			return partner.Progress{}, stranger()
		}
		progress := partner.Progress{Total: len(l.Vehicles)}
		if !p.partner.world.clock.Before(l.done) {
			progress.Done, progress.Processed, progress.Outcomes = true, len(l.Vehicles), slices.Clone(l.outcomes)
		}
		return progress, nil
	})
}

// Vehicle implements partner.Watcher.
func (p accountPort) Vehicle(_ context.Context, ref string) (partner.Watched, error) {
	return asked(p, "vehicle "+ref, 0, askFault, func() (partner.Watched, error) {
		vehicle, ok := p.watched[ref]
		if !ok {
			return partner.Watched{}, stranger()
		}
		answer := *vehicle
		answer.Sightings = slices.Clone(vehicle.Sightings)
		return answer, nil
	})
}

// listed is how many vehicles a page has.
const listed = 100

// List implements partner.Watcher, in order of the partner's ids.
func (p accountPort) List(_ context.Context, cursor string) (page []partner.Watched, next string, err error) {
	page, err = asked(p, "list "+cursor, 0, askFault, func() (page []partner.Watched, err error) {
		for _, ref := range slices.Sorted(maps.Keys(p.watched)) {
			if ref > cursor && len(page) < listed {
				vehicle := *p.watched[ref]
				vehicle.Sightings = slices.Clone(vehicle.Sightings)
				page = append(page, vehicle)
			}
		}
		return page, nil
	})
	if len(page) == listed {
		next = page[listed-1].Ref
	}
	return page, next, err
}

// Remove implements partner.Watcher.
func (p accountPort) Remove(_ context.Context, ref string) error {
	_, err := asked(p, "remove "+ref, 0, writeFault, func() (struct{}, error) {
		if vehicle := p.watched[ref]; vehicle != nil && p.Refs[vehicle.ID] == ref {
			delete(p.Refs, vehicle.ID)
		}
		delete(p.watched, ref)
		return struct{}{}, nil
	})
	return err
}

// Register implements partner.Watcher.
func (p accountPort) Register(_ context.Context, name, url string) (string, error) {
	return asked(p, "register "+name, 0, orderFault, func() (string, error) {
		p.Hook = url
		return "hook of " + name, nil
	})
}

// Unregister implements partner.Watcher.
func (p accountPort) Unregister(_ context.Context, hook string) error {
	_, err := asked(p, "unregister "+hook, 0, writeFault, func() (struct{}, error) { return struct{}{}, nil })
	return err
}

// Ping implements partner.Watcher.
func (p accountPort) Ping(_ context.Context, hook string) error {
	_, err := asked(p, "ping "+hook, 0, askFault, func() (struct{}, error) { return struct{}{}, nil })
	return err
}
