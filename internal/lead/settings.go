package lead

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/platform/web"
)

// Settings say what happens to open leads that nobody works on. What is left out does not happen, and unless a company sets
// anything, nothing does.
type Settings struct {
	Remind   *Reminding `json:"remind,omitempty" doc:"The owner is reminded, or where a lead is nobody's, the managers of its yard."`
	Escalate Span       `json:"escalate,omitempty" enum:"2h,4h,8h,2d,3d,5d,7d" doc:"After this time the managers of the yard are told."`
	Return   *Returning `json:"return,omitempty" doc:"The lead is taken back."`
}

// Reminding is how often an owner is reminded.
type Reminding struct {
	After Span `json:"after" enum:"2h,4h,8h,2d,3d,5d,7d" doc:"Time without work before the first reminder, and from each to the next."`
	Times int  `json:"times" minimum:"1" maximum:"5" doc:"How often, while nobody works on it."`
}

// Returning is what becomes of a lead that its owner leaves lying.
type Returning struct {
	After Span   `json:"after" enum:"2h,4h,8h,2d,3d,5d,7d"`
	To    Target `json:"to" enum:"pool,next" doc:"pool: it is nobody's, for anybody to take. next: it goes to the next user of the yard who is not away."`
}

// Target is to whom a lead goes that is taken back.
type Target string

// The targets.
const (
	ToPool Target = "pool"
	ToNext Target = "next"
)

// Span is a time without work, as dealers choose it (D7).
type Span string

// spans are the times there are, shortest first.
var spans = []struct {
	Span
	time.Duration
}{
	{"2h", 2 * time.Hour},
	{"4h", 4 * time.Hour},
	{"8h", 8 * time.Hour},
	{"2d", 48 * time.Hour},
	{"3d", 72 * time.Hour},
	{"5d", 120 * time.Hour},
	{"7d", 168 * time.Hour},
}

// lasts is how long a span is; zero for one that there is not.
func (s Span) lasts() time.Duration {
	for _, span := range spans {
		if span.Span == s {
			return span.Duration
		}
	}
	return 0
}

// step is one thing that happens to a lead that nobody works on.
type step struct {
	name  string
	after time.Duration
}

// The names of the steps; the n-th reminder is remind and the number.
const (
	escalating = "escalate"
	returning  = "return"
)

func reminding(n int) string { return fmt.Sprintf("remind %d", n) }

// steps are what the settings do with a lead that nobody works on, in their order.
func (s Settings) steps() (steps []step) {
	if s.Remind != nil {
		for n := 1; n <= s.Remind.Times; n++ {
			steps = append(steps, step{reminding(n), time.Duration(n) * s.Remind.After.lasts()})
		}
	}
	if s.Escalate != "" {
		steps = append(steps, step{escalating, s.Escalate.lasts()})
	}
	if s.Return != nil {
		steps = append(steps, step{returning, s.Return.After.lasts()})
	}
	slices.SortStableFunc(steps, func(a, b step) int { return int(a.after - b.after) })
	return steps
}

// problems lists the rules that settings break which the schema cannot tell.
func (s Settings) problems() (broken []errs.Violation) {
	if s.Remind != nil && s.Return != nil && s.Return.After.lasts() < s.Remind.After.lasts() {
		broken = append(broken, errs.Violation{Location: "body.return.after", Message: "is before the first reminder: its owner would lose a lead without a word"})
	}
	return broken
}

var settings = table.Kind[Settings]{Name: "lead settings", Schema: 1}

func settingsKey(company ident.Company) table.Key { return table.In(company, "lead-settings").At() }

// loadSettings are the company's, empty ones where it has set none.
func loadSettings(ctx context.Context, d app.Deps, company ident.Company) (table.Record[Settings], error) {
	record, err := settings.Get(ctx, d.Table, settingsKey(company))
	if errs.Is(err, errs.NotFound) {
		return table.Record[Settings]{}, nil
	}
	return record, err
}

// changeSettings replaces the company's, and has all open leads looked at anew.
func changeSettings(ctx context.Context, d app.Deps, company ident.Company, match web.Precondition, next Settings) (Settings, int64, error) {
	if err := errs.Violate(next.problems()...); err != nil {
		return Settings{}, 0, err
	}
	record, err := loadSettings(ctx, d, company)
	if err != nil {
		return Settings{}, 0, err
	}
	if err := match.Match(record.Version()); err != nil {
		return Settings{}, 0, err
	}
	round, err := nextRound(ctx, d, company)
	if err != nil {
		return Settings{}, 0, err
	}
	record.Value = next
	err = d.Commit(ctx, settings.Save(settingsKey(company), record), round)
	return next, record.Version() + 1, match.Stale(err)
}
