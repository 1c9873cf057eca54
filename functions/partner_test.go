package functions_test

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/winback-auto/winback/internal/partner"
	"github.com/winback-auto/winback/internal/platform/errs"
)

// fakePartner watches vehicles as the port promises, whatever the key, and notes every call among the effects. A few
// vehicles and keys are special.
type fakePartner struct {
	effects *effects
	mu      sync.Mutex
	lists   map[string]partner.Upload  // by name, which is the receipt, too
	watched map[string]partner.Watched // by ref
	down    bool                       // for the account with unreliableKey
}

// Keys of accounts that differ.
const (
	goodKey       = "sec_4f1c9a7e52d84b0c"
	unreliableKey = "sec_unreliable_0a31"
	unlicensedKey = "sec_unlicensed_77b2"
)

// Vehicles that differ.
const (
	refusedVIN = "TMBJJ7NE0G0077112" // the partner cannot identify it
	slowVIN    = "WBA8E12010K554321" // never done with a list that has it
)

func newPartner(e *effects) *fakePartner {
	return &fakePartner{effects: e, lists: map[string]partner.Upload{}, watched: map[string]partner.Watched{}}
}

// account is the partner as a key opens it.
type account struct {
	*fakePartner
	key string
}

func (p *fakePartner) dial(a partner.Account) partner.Watcher { return account{p, a.Key} }

func (p *fakePartner) value(a partner.Account) partner.Valuer { return account{p, a.Key} }

// refOf is the partner's id of a vehicle.
func refOf(vin string) string { return "cus-" + strings.ToLower(vin[max(0, len(vin)-8):]) }

// asked notes a call and says whether the account can be used.
func (a account) asked(call, about string) error {
	a.effects.note("asked", "partner", "%s %s", call, about)
	switch {
	case a.down && a.key == unreliableKey:
		return errs.E(errs.Unavailable, "AutoGrab does not answer")
	case a.key == unlicensedKey:
		return errs.E(errs.Forbidden, "AutoGrab does not accept the key")
	}
	return nil
}

func unknownToPartner() error { return errs.E(errs.NotFound, "AutoGrab does not know this") }

func (a account) Upload(_ context.Context, list partner.Upload) (string, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	var vins []string
	for _, v := range list.Vehicles {
		vins = append(vins, v.VIN+v.Rego)
	}
	slices.Sort(vins)
	if err := a.asked("upload", strings.Join(vins, " ")); err != nil {
		return "", err
	}
	a.lists[list.Name] = list
	for _, v := range list.Vehicles {
		if v.VIN != refusedVIN {
			a.watched[refOf(v.VIN)] = partner.Watched{Ref: refOf(v.VIN), ID: v.ID, VIN: v.VIN, Rego: v.Rego, State: v.State}
		}
	}
	return list.Name, nil
}

func (a account) Find(_ context.Context, name string) (string, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := a.asked("find", ""); err != nil {
		return "", err
	}
	if _, ok := a.lists[name]; !ok {
		return "", unknownToPartner()
	}
	return name, nil
}

func (a account) Progress(_ context.Context, receipt string) (partner.Progress, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := a.asked("progress", ""); err != nil {
		return partner.Progress{}, err
	}
	list, ok := a.lists[receipt]
	if !ok {
		return partner.Progress{}, unknownToPartner()
	}
	if slices.ContainsFunc(list.Vehicles, func(v partner.Vehicle) bool { return v.VIN == slowVIN }) {
		return partner.Progress{Total: len(list.Vehicles)}, nil
	}
	progress := partner.Progress{Done: true, Total: len(list.Vehicles), Processed: len(list.Vehicles)}
	for _, v := range list.Vehicles {
		outcome := partner.Outcome{ID: v.ID, Ref: refOf(v.VIN), VIN: v.VIN}
		if v.VIN == refusedVIN {
			outcome = partner.Outcome{ID: v.ID, Error: "the vehicle cannot be identified"}
		}
		progress.Outcomes = append(progress.Outcomes, outcome)
	}
	return progress, nil
}

func (a account) Vehicle(_ context.Context, ref string) (partner.Watched, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := a.asked("vehicle", ref); err != nil {
		return partner.Watched{}, err
	}
	watched, ok := a.watched[ref]
	if !ok {
		return partner.Watched{}, unknownToPartner()
	}
	return watched, nil
}

func (a account) List(_ context.Context, cursor string) ([]partner.Watched, string, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := a.asked("list", cursor); err != nil {
		return nil, "", err
	}
	var page []partner.Watched
	for _, ref := range slices.Sorted(maps.Keys(a.watched)) {
		page = append(page, a.watched[ref])
	}
	return page, "", nil
}

func (a account) Register(context.Context, string, string) (string, error) {
	return "hook-1", a.asked("register", "")
}

func (a account) Unregister(context.Context, string) error { return a.asked("unregister", "") }

func (a account) Remove(_ context.Context, ref string) error { return a.asked("remove", ref) }

func (a account) Ping(context.Context, string) error { return a.asked("ping", "") }

func (a account) Identify(_ context.Context, car partner.Vehicle) (string, error) {
	return "car-" + strings.ToLower(car.VIN), a.asked("identify", car.VIN)
}

func (a account) Value(_ context.Context, car partner.Valuation) (partner.Estimate, error) {
	return partner.Estimate{Retail: 21_490, Trade: 18_250, Score: 0.82}, a.asked("value", car.Ref)
}

// list puts a watched vehicle on sale.
func (p *fakePartner) list(vin string, s partner.Sighting) {
	p.mu.Lock()
	defer p.mu.Unlock()
	watched := p.watched[refOf(vin)]
	watched.Sightings = append(watched.Sightings, s)
	p.watched[refOf(vin)] = watched
}
