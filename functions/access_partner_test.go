package functions_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/winback-auto/winback/internal/partner"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
)

// partnerOfAll watches vehicles for several companies, each behind its own key, and puts every vehicle on sale at once. A
// vehicle whose VIN ends with a 9 cannot be identified.
type partnerOfAll struct {
	now  func() time.Time
	ping func(url string) // delivers a test push

	mu       sync.Mutex
	accounts map[string]*partnerAccount // by key
	crossed  []string                   // calls over the account of one company about another one's vehicle
	calls    int
}

// partnerAccount is what the partner keeps for one key. Keys name their company: sec_qzalfa_1.
type partnerAccount struct {
	of      *partnerOfAll
	mark    string
	lists   map[string]partner.Upload
	watched map[string]partner.Watched
	hooks   map[string]string // URLs by id
}

func newPartnerOfAll(now func() time.Time) *partnerOfAll {
	return &partnerOfAll{now: now, accounts: map[string]*partnerAccount{}}
}

func (p *partnerOfAll) dial(a partner.Account) partner.Watcher {
	p.mu.Lock()
	defer p.mu.Unlock()
	account := p.accounts[a.Key]
	if account == nil {
		account = &partnerAccount{
			of: p, mark: strings.Split(a.Key, "_")[1], lists: map[string]partner.Upload{}, watched: map[string]partner.Watched{}, hooks: map[string]string{},
		}
		p.accounts[a.Key] = account
	}
	return account
}

func (p *partnerOfAll) value(a partner.Account) partner.Valuer { return p.dial(a).(*partnerAccount) }

// enter counts a call.
func (a *partnerAccount) enter() func() {
	a.of.mu.Lock()
	a.of.calls++
	return a.of.mu.Unlock
}

func (a *partnerAccount) Upload(_ context.Context, list partner.Upload) (string, error) {
	defer a.enter()()
	a.lists[list.Name] = list
	for _, v := range list.Vehicles {
		a.owns("uploads", v.VIN)
		if strings.HasSuffix(v.VIN, "9") {
			continue
		}
		listing := strings.ToLower(v.VIN)
		a.watched[refIn(a.mark, v.VIN)] = partner.Watched{
			Ref: refIn(a.mark, v.VIN), ID: v.ID, VIN: v.VIN, Title: a.mark,
			Sightings: []partner.Sighting{{
				ID: "lst-" + listing, At: a.of.now().Add(-time.Hour), URL: "https://" + a.mark + ".example/" + listing, Title: a.mark,
				Price: 18_990, Seller: a.mark, Site: a.mark + ".example",
			}},
		}
	}
	return list.Name, nil
}

// owns notes a call about a vehicle of somebody else.
func (a *partnerAccount) owns(call, vin string) {
	if code := strings.ToLower(vin[6:10]); !strings.HasSuffix(a.mark, code) {
		a.of.crossed = append(a.of.crossed, a.mark+" "+call+" "+vin)
	}
}

func (a *partnerAccount) Identify(_ context.Context, car partner.Vehicle) (string, error) {
	defer a.enter()()
	a.owns("identifies", car.VIN)
	return refIn(a.mark, car.VIN), nil
}

func (a *partnerAccount) Value(_ context.Context, car partner.Valuation) (partner.Estimate, error) {
	defer a.enter()()
	return partner.Estimate{Retail: 21_490, Trade: 18_250, Score: 0.82}, nil
}

// refIn is the partner's id of a vehicle in an account.
func refIn(mark, vin string) string { return "ref-" + strings.ToLower(ident.Of(mark, vin)) }

func (a *partnerAccount) Find(_ context.Context, name string) (string, error) {
	defer a.enter()()
	if _, ok := a.lists[name]; !ok {
		return "", errs.E(errs.NotFound, "there is no such list")
	}
	return name, nil
}

func (a *partnerAccount) Progress(_ context.Context, receipt string) (partner.Progress, error) {
	defer a.enter()()
	list, ok := a.lists[receipt]
	if !ok {
		return partner.Progress{}, errs.E(errs.NotFound, "there is no such list")
	}
	progress := partner.Progress{Done: true, Total: len(list.Vehicles), Processed: len(list.Vehicles)}
	for _, v := range list.Vehicles {
		outcome := partner.Outcome{ID: v.ID, Ref: refIn(a.mark, v.VIN), VIN: v.VIN}
		if strings.HasSuffix(v.VIN, "9") {
			outcome = partner.Outcome{ID: v.ID, Error: "the vehicle cannot be identified"}
		}
		progress.Outcomes = append(progress.Outcomes, outcome)
	}
	return progress, nil
}

func (a *partnerAccount) Vehicle(_ context.Context, ref string) (partner.Watched, error) {
	defer a.enter()()
	watched, ok := a.watched[ref]
	if !ok {
		return partner.Watched{}, errs.E(errs.NotFound, "there is no such vehicle")
	}
	return watched, nil
}

func (a *partnerAccount) List(context.Context, string) ([]partner.Watched, string, error) {
	defer a.enter()()
	var page []partner.Watched
	for _, ref := range slices.Sorted(maps.Keys(a.watched)) {
		page = append(page, a.watched[ref])
	}
	return page, "", nil
}

func (a *partnerAccount) Remove(_ context.Context, ref string) error {
	defer a.enter()()
	delete(a.watched, ref)
	return nil
}

func (a *partnerAccount) Register(_ context.Context, _, url string) (string, error) {
	defer a.enter()()
	ref := fmt.Sprintf("hook-%s-%d", ident.Of(a.mark)[:6], a.of.calls)
	a.hooks[ref] = url
	return ref, nil
}

func (a *partnerAccount) Unregister(_ context.Context, hook string) error {
	defer a.enter()()
	delete(a.hooks, hook)
	return nil
}

// Ping delivers a test push before it answers.
func (a *partnerAccount) Ping(_ context.Context, hook string) error {
	leave := a.enter()
	url, ok := a.hooks[hook]
	leave()
	if !ok {
		return errs.E(errs.NotFound, "there is no such registration")
	}
	a.of.ping(url)
	return nil
}

// addresses are the URLs that the partner has for a key.
func (p *partnerOfAll) addresses(key string) (urls []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if account := p.accounts[key]; account != nil {
		for _, url := range account.hooks {
			urls = append(urls, url)
		}
	}
	return urls
}
