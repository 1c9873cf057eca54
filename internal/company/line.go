package company

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/winback-auto/winback/internal/partner"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/metric"
	"github.com/winback-auto/winback/internal/platform/table"
)

// Line is the account behind a connection with a breaker in it: a partner that fails for one connection is left alone over
// this one, by all workers, and nobody else notices. A call that is held back is an Unavailable error that says for how
// long, and the partner never hears of it. As long as the partner answers, a Line reads nothing more and writes nothing.
type Line struct {
	watcher    partner.Watcher
	deps       app.Deps
	company    ident.Company
	connection ConnectionID
	version    int64

	mu    sync.Mutex
	known table.Record[breaker] // as it was seen last
}

var _ partner.Watcher = (*Line)(nil)

// Reach opens a connection for work that can wait; administrators use Watcher, whose calls are never held back. A connection
// that does not exist is a NotFound error.
func Reach(ctx context.Context, d app.Deps, dial partner.Dial, company ident.Company, id ConnectionID) (*Line, error) {
	found, err := d.Table.BatchGet(ctx, []table.Key{connectionKey(company, id), breakerKey(company, id)})
	if err != nil {
		return nil, err
	}
	item, there := found[connectionKey(company, id)]
	if !there {
		return nil, named(table.Missing(), "connection")
	}
	connection, err := connections.Decode(item)
	if err != nil {
		return nil, err
	}
	line := &Line{deps: d, company: company, connection: id, version: connection.Version()}
	if item, failing := found[breakerKey(company, id)]; failing {
		if line.known, err = breakers.Decode(item); err != nil {
			return nil, err
		}
	}
	line.watcher, err = Watcher(ctx, d, dial, company, connection.Value)
	return line, err
}

// Held is the error that a call would have now without reaching the partner, or nil.
func (l *Line) Held() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.state().refusal(l.deps.Now())
}

// refusal is the error of a call that is held back; nil: none is.
func (b breaker) refusal(now time.Time) error {
	wait := b.held(now)
	if wait == 0 {
		return nil
	}
	if b.Refused {
		return errs.Later(errs.Unavailable, wait, "the partner refuses the key of the connection: %s", b.Problem)
	}
	return errs.Later(errs.Unavailable, wait, "the partner fails again and again, the last time: %s", b.Problem)
}

// state is the breaker as it was seen last. What is known about the connection before its last change no longer counts.
func (l *Line) state() breaker {
	if l.known.Value.Connection != l.version {
		return breaker{Connection: l.version}
	}
	return l.known.Value
}

// through makes a call, unless it is held back, and takes in how it ended.
func through[T any](ctx context.Context, l *Line, call func() (T, error)) (answer T, err error) {
	probe, err := l.enter(ctx)
	if err != nil {
		return answer, err
	}
	answer, err = call()
	l.leave(ctx, probe, err)
	return answer, err
}

// enter lets a call through; where it is a probe it has a name.
func (l *Line) enter(ctx context.Context) (probe string, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.deps.Now()
	b := l.state()
	if err := b.refusal(now); err != nil || !b.halfOpen() {
		return "", err
	}
	probe = l.deps.NewID()
	err = l.store(ctx, b.probing(probe, now))
	if !errs.Is(err, errs.Conflict) {
		return probe, err
	}
	// Another worker was quicker: with its probe, or with the end of one.
	if err := l.look(ctx); err != nil {
		return "", err
	}
	b = l.state()
	switch {
	case b.Probe == probe:
		return probe, nil // it was our own write, whose answer was lost
	case b.halfOpen():
		return "", errs.Later(errs.Unavailable, max(b.held(now), firstPause), "another call is finding out whether the partner answers again")
	}
	return "", nil
}

// leave takes in the end of a call. What cannot be written down is only forgotten: then it takes another call to know.
func (l *Line) leave(ctx context.Context, probe string, cause error) {
	neutral := errors.Is(cause, context.Canceled) || errs.Is(cause, errs.Internal)
	failed := !neutral && counts(cause)
	l.mu.Lock()
	defer l.mu.Unlock()
	if b := l.state(); neutral && probe == "" || !neutral && !failed && b.Fails == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	const attempts = 5
	for range attempts {
		before := l.state()
		if l.known.Value.Connection > l.version || probe != "" && before.Probe != probe {
			return // it took too long: the connection was changed, or the next probe is under way
		}
		var err error
		switch {
		case neutral:
			err = l.store(ctx, before.released())
		case failed:
			after := before.failed(cause, probe, l.deps.Now())
			if after == before {
				return
			}
			if err = l.store(ctx, after); err == nil && after.Until != before.Until {
				metric.Add(ctx, metric.BreakersOpened, 1)
				l.deps.Log.WarnContext(ctx, "the partner is left alone", "company", l.company.ID(), "connection", l.connection, "refused", after.Refused, "fails", after.Fails, "until", after.Until)
			}
		case before.halfOpen() && probe == "":
			return // it began before the breaker opened
		default:
			err = l.forget(ctx)
			if err == nil && before.halfOpen() {
				l.deps.Log.InfoContext(ctx, "the partner answers again", "company", l.company.ID(), "connection", l.connection, "fails", before.Fails)
			}
		}
		if err == nil {
			return
		}
		if !errs.Is(err, errs.Conflict) || l.look(ctx) != nil {
			l.deps.Log.WarnContext(ctx, "how the partner answers is not written down", "company", l.company.ID(), "connection", l.connection, "error", err)
			return
		}
		if !failed && probe == "" {
			return // others failed meanwhile, so it is no longer the last word
		}
	}
}

// store writes the breaker where nobody else has since it was seen.
func (l *Line) store(ctx context.Context, b breaker) error {
	next := l.known
	next.Value = b
	if err := l.deps.Table.Write(ctx, breakers.Save(breakerKey(l.company, l.connection), next)); err != nil {
		return err
	}
	return l.look(ctx)
}

// forget removes the breaker: the partner answers.
func (l *Line) forget(ctx context.Context) error {
	if err := l.deps.Table.Write(ctx, breakers.Remove(l.known)); err != nil {
		return err
	}
	l.known = table.Record[breaker]{}
	return nil
}

// look reads the breaker as it is now.
func (l *Line) look(ctx context.Context) (err error) {
	l.known, err = loadBreaker(ctx, l.deps, l.company, l.connection)
	return err
}

// loadBreaker reads the breaker of a connection; a zero Record: its partner does not fail.
func loadBreaker(ctx context.Context, d app.Deps, company ident.Company, id ConnectionID) (table.Record[breaker], error) {
	record, err := breakers.Get(ctx, d.Table, breakerKey(company, id))
	if errs.Is(err, errs.NotFound) {
		return table.Record[breaker]{}, nil
	}
	return record, err
}

// healthOf is how the partner answers over a connection.
func healthOf(ctx context.Context, d app.Deps, company ident.Company, c Saved[Connection]) (Health, error) {
	record, err := loadBreaker(ctx, d, company, c.Value.ID)
	if err != nil || record.Value.Connection != c.Version {
		return Health{State: HealthOK}, err
	}
	return record.Value.health(d.Now()), nil
}

// mended ends the wait of a connection over which an administrator has just reached the partner.
func mended(ctx context.Context, d app.Deps, company ident.Company, id ConnectionID) error {
	record, err := loadBreaker(ctx, d, company, id)
	if err != nil || record.Version() == 0 {
		return err
	}
	return d.Table.Write(ctx, table.Removal(breakerKey(company, id)))
}
