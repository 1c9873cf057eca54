package rule

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Facts are what rules ask of a lead.
type Facts struct{ Yard, Make, Source, Type string }

// holds reports whether a lead meets all conditions that are set.
func (c Conditions) holds(f Facts) bool {
	same := func(want, is string) bool {
		return want == "" || strings.EqualFold(want, strings.Join(strings.Fields(is), " "))
	}
	return (c.Yard == "" || c.Yard == f.Yard) && same(c.Make, f.Make) && same(c.Source, f.Source) && same(c.Type, f.Type)
}

// rank orders conditions by how specific they are: by how many are set, and of as many by what they are about, the yard first,
// then make, source and type.
func (c Conditions) rank() int {
	set, about := 0, 0
	for _, text := range []string{c.Yard, c.Make, c.Source, c.Type} {
		about *= 2
		if text != "" {
			set, about = set+1, about+1
		}
	}
	return set<<4 | about
}

// Best is the rule that decides about a lead: the most specific of the active ones whose conditions hold. Of two with
// conditions on the same, which then are the same, the older one decides, and of two of one instant the one whose id comes
// first. False where no rule matches.
func Best(rules []Saved, f Facts) (Rule, bool) {
	matching := slices.DeleteFunc(slices.Clone(rules), func(r Saved) bool { return !r.Rule.Live() || !r.Conditions.holds(f) })
	if len(matching) == 0 {
		return Rule{}, false
	}
	return slices.MinFunc(matching, func(a, b Saved) int {
		return cmp.Or(cmp.Compare(b.Conditions.rank(), a.Conditions.rank()), a.CreatedAt.Compare(b.CreatedAt), cmp.Compare(a.ID, b.ID))
	}).Rule, true
}

// Saved is a rule as it is stored.
type Saved struct {
	Rule
	CreatedAt time.Time `json:"createdAt" readOnly:"true" doc:"Of two equally specific rules the older one decides."`
	UpdatedAt time.Time `json:"updatedAt" readOnly:"true"`
}
