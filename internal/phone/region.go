package phone

import (
	_ "embed"
	"regexp"
	"strings"
	"sync"
)

// regions.tsv has a line for each region: the region, its country code, the international prefix, the national prefix and
// what stands in for it, the lengths of national numbers (a letter each: h is 8), and the patterns of all of them, of fixed,
// mobile and other lines. Regions of one code
// stand together, the main one first.
//
//go:embed regions.tsv
var plans string

// region is a line of the table; its patterns are compiled when they are first needed.
type region struct {
	name string // ISO 3166-1 alpha-2; 001 for codes of no country
	code string
	plan func() *plan
}

// plan is a region's numbering plan.
type plan struct {
	prefix   *regexp.Regexp // international
	national *regexp.Regexp // prefix of a national number
	instead  string         // of the national prefix; empty: nothing
	lengths  string         // of national numbers, ascending
	all      *regexp.Regexp
	fixed    *regexp.Regexp
	mobile   *regexp.Regexp
	other    *regexp.Regexp
}

// table is the regions by name and by code.
var table = sync.OnceValue(func() (t struct {
	names map[string]region
	codes map[string][]region
},
) {
	t.names, t.codes = map[string]region{}, map[string][]region{}
	for line := range strings.Lines(plans) {
		cells := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		r := region{name: cells[0], code: cells[1], plan: sync.OnceValue(func() *plan {
			return &plan{
				prefix: starting(cells[2]), national: starting(cells[3]), instead: cells[4],
				lengths: cells[5], all: whole(cells[6]), fixed: whole(cells[7]), mobile: whole(cells[8]), other: whole(cells[9]),
			}
		})}
		t.names[r.name] = r
		t.codes[r.code] = append(t.codes[r.code], r)
	}
	return t
})

func starting(pattern string) *regexp.Regexp {
	return regexp.MustCompile("^(?:" + orNever(pattern) + ")")
}

func whole(pattern string) *regexp.Regexp {
	return regexp.MustCompile("^(?:" + orNever(pattern) + ")$")
}

// orNever is a pattern that matches nothing where there is none.
func orNever(pattern string) string {
	if pattern == "" {
		return `[^\s\S]`
	}
	return pattern
}

func regionOf(country string) (region, bool) {
	r, ok := table().names[country]
	return r, ok
}

func regionsOf(code string) []region { return table().codes[code] }

// national reads a number as it is dialled within the region; that of a neighbour under the same code is as good.
func (r region) national(digits string) (Number, bool) {
	national := r.withoutPrefix(digits)
	if n, ok := r.valid(national); ok {
		return n, true
	}
	for _, other := range regionsOf(r.code) {
		if n, ok := other.valid(national); ok {
			return n, true
		}
	}
	return Number{}, false
}

// withoutPrefix is a number without the prefix that is dialled within the country only. It stays where the number is one
// with it and none without.
func (r region) withoutPrefix(digits string) string {
	p := r.plan()
	found := p.national.FindStringSubmatchIndex(digits)
	if found == nil {
		return digits
	}
	rest := digits[found[1]:]
	if last := len(found) - 2; p.instead != "" && last > 0 && found[last] >= 0 {
		rest = string(p.national.ExpandString(nil, p.instead, digits, found)) + rest
	}
	if !p.long(rest) || p.all.MatchString(digits) && !p.all.MatchString(rest) {
		return digits
	}
	return rest
}

// long reports whether digits are as many as a national number has, or more.
func (p *plan) long(digits string) bool {
	n := len(digits)
	return p.lengths != "" && n > 0 && (strings.IndexByte(p.lengths, byte('a'+n-1)) >= 0 || byte('a'+n-1) > p.lengths[len(p.lengths)-1])
}

// valid is the number with the region's code, if its plan knows it.
func (r region) valid(national string) (Number, bool) {
	p := r.plan()
	if !p.all.MatchString(national) {
		return Number{}, false
	}
	n := Number{E164: "+" + r.code + national}
	if r.name != "001" {
		n.Country = r.name
	}
	fixed, mobile := p.fixed.MatchString(national), p.mobile.MatchString(national)
	switch {
	case fixed && mobile:
		n.Kind = Either
	case fixed:
		n.Kind = Fixed
	case mobile:
		n.Kind = Mobile
	case p.other.MatchString(national):
		n.Kind = Other
	default:
		return Number{}, false
	}
	return n, true
}
