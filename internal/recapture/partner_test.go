package recapture_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/winback-auto/winback/internal/partner"
	"github.com/winback-auto/winback/internal/platform/errs"
)

// partnerFake watches vehicles as the port promises, remembers every call, and fails when it is told to.
type partnerFake struct {
	mu       sync.Mutex
	names    map[string]string         // receipt by name of list
	lists    map[string]partner.Upload // by receipt
	watched  map[string]partner.Watched
	calls    []string
	uploads  map[string]int // how often a list was taken, by name
	busy     int            // polls before a list is done
	polls    map[string]int
	refused  map[string]string // reason by VIN or rego
	silent   map[string]bool   // VINs that the partner never mentions
	lookedUp map[string]string // VIN by rego
	hooks    []string          // registered addresses
	forgets  bool              // never finds a list by its name
	renames  bool              // gives a vehicle that is uploaded again another id
	removed  []string          // refs, in their order
	// fail decides about a call; a nil error lets it pass, else apply says whether it took effect all the same.
	fail func(call string) (apply bool, err error)
	// down is why no call of a country's dealers has an effect; what it does meanwhile is part of the call.
	down  map[string]func(call string) error
	asked map[string]int // calls by country
}

func newPartner() *partnerFake {
	return &partnerFake{
		names: map[string]string{}, lists: map[string]partner.Upload{}, watched: map[string]partner.Watched{}, uploads: map[string]int{},
		polls: map[string]int{}, refused: map[string]string{}, silent: map[string]bool{}, lookedUp: map[string]string{},
		down: map[string]func(string) error{}, asked: map[string]int{},
	}
}

// account is the partner as a key opens it.
type account struct {
	*partnerFake
	country string
}

func (p *partnerFake) dial(dealer partner.Account) partner.Watcher {
	return account{p, dealer.Country}
}

// parsePush reads a push that a test has written as a partner.Push.
func parsePush(body []byte) (push partner.Push, err error) {
	if json.Unmarshal(body, &push) != nil || push.Event == "" {
		return push, errs.E(errs.Invalid, "the push is not the JSON we expect")
	}
	return push, nil
}

// answered makes a call unless it is told to fail.
func answered[T any](p account, call string, do func() (T, error)) (answer T, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.calls = append(p.calls, call)
	p.asked[p.country]++
	apply, failure := true, error(nil)
	if p.fail != nil {
		if apply, failure = p.fail(call); failure == nil {
			apply = true
		}
	}
	if down := p.down[p.country]; down != nil && failure == nil {
		failure = down(call)
		apply = failure == nil
	}
	if apply {
		answer, err = do()
	}
	if failure != nil {
		var none T
		return none, failure
	}
	return answer, err
}

func unknown() error { return errs.E(errs.NotFound, "the partner does not know this") }

// Upload takes a list, again where it has it already: the name is no key of the partner's.
func (p account) Upload(_ context.Context, list partner.Upload) (string, error) {
	return answered(p, "upload", func() (string, error) {
		receipt := fmt.Sprintf("receipt-%d", len(p.lists)+1)
		p.names[list.Name], p.lists[receipt] = receipt, list
		p.uploads[list.Name]++
		for _, v := range list.Vehicles {
			if p.refused[v.VIN+v.Rego] == "" {
				ref := p.refIn(receipt, v.ID)
				known := p.watched[ref]
				known.Ref, known.ID, known.VIN, known.Rego = ref, v.ID, v.VIN, v.Rego
				if v.VIN == "" && list.LookUpVIN {
					known.VIN = p.lookedUp[v.Rego]
				}
				p.watched[known.Ref] = known
			}
		}
		return receipt, nil
	})
}

func refOf(id string) string { return "ref-" + id }

// refIn is what the partner calls a vehicle of a list.
func (p *partnerFake) refIn(receipt, id string) string {
	if p.renames && receipt != "receipt-1" {
		return refOf(id) + "-of-" + receipt
	}
	return refOf(id)
}

func (p account) Find(_ context.Context, name string) (string, error) {
	return answered(p, "find", func() (string, error) {
		if receipt, ok := p.names[name]; ok && !p.forgets {
			return receipt, nil
		}
		return "", unknown()
	})
}

func (p account) Progress(_ context.Context, receipt string) (partner.Progress, error) {
	return answered(p, "progress", func() (partner.Progress, error) {
		list, ok := p.lists[receipt]
		if !ok {
			return partner.Progress{}, unknown()
		}
		p.polls[receipt]++
		if p.polls[receipt] <= p.busy {
			return partner.Progress{Total: len(list.Vehicles)}, nil
		}
		progress := partner.Progress{Done: true, Total: len(list.Vehicles), Processed: len(list.Vehicles)}
		for _, v := range list.Vehicles {
			outcome := partner.Outcome{ID: v.ID, Ref: p.refIn(receipt, v.ID), VIN: p.watched[p.refIn(receipt, v.ID)].VIN}
			if reason := p.refused[v.VIN+v.Rego]; reason != "" {
				outcome = partner.Outcome{ID: v.ID, Error: reason}
			}
			if !p.silent[v.VIN] {
				progress.Outcomes = append(progress.Outcomes, outcome)
			}
		}
		return progress, nil
	})
}

func (p account) Vehicle(_ context.Context, ref string) (partner.Watched, error) {
	return answered(p, "vehicle", func() (partner.Watched, error) {
		w, ok := p.watched[ref]
		if !ok {
			return w, unknown()
		}
		w.Sightings = slices.Clone(w.Sightings)
		return w, nil
	})
}

// List gives pages of three vehicles, by their references.
func (p account) List(_ context.Context, cursor string) (page []partner.Watched, next string, err error) {
	page, err = answered(p, "list", func() ([]partner.Watched, error) {
		for _, ref := range slices.Sorted(maps.Keys(p.watched)) {
			if ref <= cursor {
				continue
			}
			if len(page) == 3 {
				next = page[2].Ref
				break
			}
			w := p.watched[ref]
			w.Sightings = slices.Clone(w.Sightings)
			page = append(page, w)
		}
		return page, nil
	})
	return page, next, err
}

func (p account) Remove(_ context.Context, ref string) error {
	_, err := answered(p, "remove", func() (string, error) {
		p.removed = append(p.removed, ref)
		delete(p.watched, ref)
		return "", nil
	})
	return err
}

func (p account) Register(_ context.Context, _, url string) (string, error) {
	return answered(p, "register", func() (string, error) {
		p.hooks = append(p.hooks, url)
		return fmt.Sprintf("hook-%d", len(p.hooks)), nil
	})
}

func (p account) Unregister(context.Context, string) error { return nil }

func (p account) Ping(context.Context, string) error { return nil }

// list puts a vehicle of ours on sale, or changes its listing.
func (p *partnerFake) list(id string, s partner.Sighting) {
	p.mu.Lock()
	defer p.mu.Unlock()
	w := p.watched[refOf(id)]
	w.Sightings = append(slices.DeleteFunc(slices.Clone(w.Sightings), func(known partner.Sighting) bool { return known.ID == s.ID }), s)
	p.watched[refOf(id)] = w
}

// called counts the calls of a name.
func (p *partnerFake) called(name string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(slices.DeleteFunc(slices.Clone(p.calls), func(call string) bool { return call != name }))
}

// failing makes the next calls of a name fail, one after the other.
func (p *partnerFake) failing(name string, errors ...error) {
	p.failingAs(name, false, errors...)
}

func (p *partnerFake) failingAs(name string, apply bool, errors ...error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fail = func(call string) (bool, error) {
		if call != name || len(errors) == 0 {
			return true, nil
		}
		err := errors[0]
		errors = errors[1:]
		return apply, err
	}
}

// failEach makes every call of a name fail.
func (p *partnerFake) failEach(name string, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fail = func(call string) (bool, error) {
		if call == name {
			return false, err
		}
		return true, nil
	}
}
