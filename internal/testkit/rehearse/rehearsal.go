package rehearse

import (
	"context"
	"time"

	"github.com/winback-auto/winback/internal/testkit/price"
)

// rounds is how often every program is started to see how long that takes.
const rounds = 5

// Rehearse measures starts, sets the dealers up, plays the main job and what the main job leaves out, and reports what
// all of it came to. say hears what happens next.
func (s *Stand) Rehearse(ctx context.Context, cars int, say func(string)) (out Outcome, r Report, err error) {
	say("programs start and are measured")
	starts, err := s.Starts(ctx, rounds)
	if err != nil {
		return out, r, err
	}
	begun, err := s.Meter()
	if err != nil {
		return out, r, err
	}
	say("two dealers are founded and set up")
	if err := s.Seed(ctx); err != nil {
		return out, r, err
	}
	at := map[string]Meter{}
	world := World{
		Winback: s.url, Partner: s.partner.url,
		Pass: func(_ context.Context, by time.Duration) error { return s.Age(by) },
		Did: func(step string) (err error) {
			say("main job: " + step)
			at[step], err = s.Meter()
			return err
		},
	}
	if out, err = Play(ctx, world, cars); err != nil {
		return out, r, err
	}
	say("what the main job leaves out")
	if err := s.More(ctx); err != nil {
		return out, r, err
	}
	if r, err = s.Report(begun); err != nil {
		return out, r, err
	}
	r.Starts = starts
	r.Thousands, err = s.thousands(r.Prices, at, out, cars)
	return out, r, err
}

// thousands prices what the main job is about: cars that are watched, sightings that come in and are told, mails that go out.
func (s *Stand) thousands(list price.List, at map[string]Meter, out Outcome, cars int) ([]price.Per, error) {
	watched, err := at["upload"].all(at["sign in"])
	if err != nil {
		return nil, err
	}
	mailer := s.mailers()
	seen, err := at["tell"].usage(at["upload"], func(role string) bool { return !mailer(role) })
	if err != nil {
		return nil, err
	}
	at["tell"].front(at["upload"], seen)
	mailed, err := at["settle"].usage(at["sign in"], mailer)
	if err != nil {
		return nil, err
	}
	least := func(now, before Meter, is func(string) bool) float64 {
		return now.table.Of(is).Least(before.table.Of(is))
	}
	sightings := 0
	for _, v := range out.Vehicles {
		sightings += len(v.Sightings)
	}
	mails := at["settle"].mails - at["sign in"].mails
	var all []price.Per
	for _, work := range []price.Work{
		{Name: "vehicles watched", Done: cars, Usage: watched, Outcome: price.Outcome{
			WriteUnits: least(at["upload"], at["sign in"], func(string) bool { return true }), Requests: at["upload"].requests - at["sign in"].requests,
		}},
		{Name: "sightings", Done: sightings, Usage: seen, Outcome: price.Outcome{
			WriteUnits: least(at["tell"], at["upload"], isNoMail), Requests: at["tell"].requests - at["upload"].requests,
		}},
		{Name: "mails", Done: mails, Usage: mailed, Outcome: price.Outcome{WriteUnits: least(at["settle"], at["sign in"], isMail), Mails: mails}},
	} {
		per, err := list.Thousand(work)
		if err != nil {
			return nil, err
		}
		all = append(all, per)
	}
	return all, nil
}
