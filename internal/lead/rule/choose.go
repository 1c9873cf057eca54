package rule

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/winback-auto/winback/internal/platform/access"
)

// Turn is whose turn it was last in a rule. It moves in the write that gives somebody a lead, so that two leads at once never
// take the same turn and none is skipped.
type Turn struct {
	Last   access.UserID `json:"last"`
	Number int           `json:"number"` // leads that were given in turn
}

// Choice is who gets a lead, and why.
type Choice struct {
	User access.UserID // empty: nobody
	Why  string        // in a few words, without names
	// Again is when it may be different, where that is known: nobody was there.
	Again time.Time
}

// Obstacle is why a user cannot be given a lead.
type Obstacle string

// The obstacles; the empty one is none.
const (
	Elsewhere Obstacle = "not in the yard" // without the role there, disabled, or gone
	Away      Obstacle = "away"
	Full      Obstacle = "at capacity"
)

// Choose picks a recipient for a lead that came at an instant of the yard's clock. able is asked about recipients in the order
// in which they come, until one can take it.
func (r Rule) Choose(turn Turn, at time.Time, able func(access.UserID) (Obstacle, error)) (Choice, error) {
	switch {
	case r.Mode == NotifyOnly:
		return Choice{Why: "the rule gives leads to nobody"}, nil
	case !r.Works(at):
		return Choice{Why: "outside of working hours"}, nil
	}
	chosen, passed := "the first who can take it", map[Obstacle]int{}
	if r.Mode == RoundRobin {
		chosen = "the next in turn"
	}
	for _, user := range r.order(turn) {
		obstacle, err := able(user)
		if err != nil {
			return Choice{}, err
		}
		if obstacle == "" {
			return Choice{User: user, Why: chosen + passedOver(passed)}, nil
		}
		passed[obstacle]++
	}
	return Choice{Why: "nobody can take it" + passedOver(passed)}, nil
}

// order are the recipients as they come: in turn from the one behind the last, who comes last. A last one who is no recipient
// any more leaves the turn at the beginning.
func (r Rule) order(turn Turn) []access.UserID {
	if r.Mode != RoundRobin {
		return r.Recipients
	}
	next := slices.Index(r.Recipients, turn.Last) + 1
	return slices.Concat(r.Recipients[next:], r.Recipients[:next])
}

// passedOver says how many could not take it.
func passedOver(passed map[Obstacle]int) string {
	var counts []string
	for _, o := range []Obstacle{Away, Full, Elsewhere} {
		if n := passed[o]; n > 0 {
			counts = append(counts, fmt.Sprintf("%d %s", n, o))
		}
	}
	if len(counts) == 0 {
		return ""
	}
	return "; passed over: " + strings.Join(counts, ", ")
}
