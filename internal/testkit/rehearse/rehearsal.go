package rehearse

import (
	"context"
	"time"

	"github.com/winback-auto/winback/internal/testkit/price"
)

// Priced plays the main job and says what it came to. say hears what happens next.
func (s *Stand) Priced(ctx context.Context, cars int, say func(string)) (out Outcome, c Cost, err error) {
	begun, err := s.Meter()
	if err != nil {
		return out, c, err
	}
	say("two dealers are founded and set up")
	if err := s.Seed(ctx); err != nil {
		return out, c, err
	}
	at := map[string]Meter{}
	world := s.world()
	world.Did = func(step string) (err error) {
		say("main job: " + step)
		at[step], err = s.Meter()
		return err
	}
	if out, err = Play(ctx, world, cars); err != nil {
		return out, c, err
	}
	if c.Prices, err = price.Current(); err != nil {
		return out, c, err
	}
	usage, err := at["count"].all(begun)
	if err != nil {
		return out, c, err
	}
	if c.Bill, err = c.Prices.Bill(usage); err != nil {
		return out, c, err
	}
	c.Thousands, err = s.thousands(c.Prices, at, cars)
	return out, c, err
}

// world is the stand as the main job sees it.
func (s *Stand) world() World {
	return World{Winback: s.url, Partner: s.partner.url, Pass: func(_ context.Context, by time.Duration) error { return s.Age(by) }}
}

// thousands prices what the main job is about: cars that are watched, sightings that come in and are told, mails that go out.
func (s *Stand) thousands(list price.List, at map[string]Meter, cars int) ([]price.Per, error) {
	watched, err := at["upload"].all(at["sign in"])
	if err != nil {
		return nil, err
	}
	mailer := s.mailers()
	told, err := at["tell"].usage(at["upload"], func(role string) bool { return !mailer(role) })
	if err != nil {
		return nil, err
	}
	at["tell"].front(at["upload"], told)
	mailed, err := at["tell"].usage(at["sign in"], mailer)
	if err != nil {
		return nil, err
	}
	least := func(now, before Meter, is func(string) bool) float64 {
		return now.table.Of(is).Least(before.table.Of(is))
	}
	mails := at["tell"].mails - at["sign in"].mails
	var all []price.Per
	for _, work := range []price.Work{
		{Name: "vehicles watched", Done: cars, Usage: watched, Outcome: price.Outcome{
			WriteUnits: least(at["upload"], at["sign in"], func(string) bool { return true }), Requests: at["upload"].requests - at["sign in"].requests,
		}},
		{Name: "sightings", Done: seen(cars), Usage: told, Outcome: price.Outcome{
			WriteUnits: least(at["tell"], at["upload"], isNoMail), Requests: at["tell"].requests - at["upload"].requests,
		}},
		{Name: "mails", Done: mails, Usage: mailed, Outcome: price.Outcome{WriteUnits: least(at["tell"], at["sign in"], isMail), Mails: mails}},
	} {
		per, err := list.Thousand(work)
		if err != nil {
			return nil, err
		}
		all = append(all, per)
	}
	return all, nil
}
